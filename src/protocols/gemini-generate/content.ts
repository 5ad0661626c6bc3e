/** Parts of user, system and tool messages, both ways (https://ai.google.dev/api/caching#Part). */
import type { ContentPart } from '../../kernel/hub.js'
import { asArray, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { Limits } from '../../kernel/limits.js'
import { decodeFileData, decodeInlineData, encodeAudio, encodeFile, encodeImage } from './media.js'
import { ID, camel, ownRaw } from './wire.js'
import { quoted } from '../shared/quoted.js'

export function encodeContent(
  content: string | readonly ContentPart[] | null | undefined,
  limits: Limits,
): JsonObject[] {
  if (typeof content === 'string') return [{ text: content }]
  return asArray(content).flatMap((part) => (isObject(part) ? encodePart(part as unknown as ContentPart, limits) : []))
}

function encodePart(part: ContentPart, limits: Limits): JsonObject[] {
  if ('cache_control' in part && part.cache_control)
    limits.warn('`cache_control` has no effect here: the cache works by itself')
  switch (part.type) {
    case 'text':
      return [{ text: part.text }]
    case 'refusal':
      return [{ text: part.refusal }]
    case 'image_url':
      return orUnsupported(
        encodeImage(part.image_url?.url),
        'image_url',
        'give an address or a base64 data URL of an image',
        limits,
      )
    case 'input_audio':
      return orUnsupported(encodeAudio(part.input_audio), 'input_audio', 'give base64 data and a format', limits)
    case 'file':
      return orUnsupported(encodeFile(part.file), 'file', 'give a file URI, an address or a data URL', limits)
    case 'raw': {
      const value = ownRaw(part)
      return orUnsupported(
        value,
        `a message part of ${part.protocol}`,
        'this provider’s format has no counterpart for it',
        limits,
      )
    }
    default:
      limits.unsupported(`message part ${quoted((part as { type?: unknown }).type)}`)
      return []
  }
}

function orUnsupported(wire: JsonObject | undefined, parameter: string, hint: string, limits: Limits): JsonObject[] {
  if (wire) return [wire]
  limits.unsupported(parameter, hint)
  return []
}

/** Fields beside a part's data that the hub has no place for: such a part is kept whole. */
const BESIDE = [
  'thought',
  'thoughtSignature',
  'videoMetadata',
  'mediaResolution',
  'partMetadata',
  'mediaProcessing',
  'speechMetadata',
]

/** What has no part of its own in the hub is kept whole as a raw part. */
export function decodePart(wire: JsonObject): ContentPart {
  const part = camel(wire)
  const { text, inlineData, fileData } = part
  const plain = !BESIDE.some((field) => part[field] != null)
  if (plain && typeof text === 'string') return { type: 'text', text }
  const media = plain
    ? inlineData != null
      ? decodeInlineData(inlineData)
      : fileData != null
        ? decodeFileData(fileData)
        : undefined
    : undefined
  return media ?? { type: 'raw', protocol: ID, value: part }
}

/** One text is a string, the way most callers write it. */
export function simplify(parts: ContentPart[]): string | ContentPart[] {
  const [only] = parts
  return parts.length === 1 && only?.type === 'text' ? only.text : parts
}
