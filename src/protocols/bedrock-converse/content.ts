/** Parts of user, system and tool messages, both ways. */
import type { ContentPart, FilePart, ImagePart } from '../../kernel/hub.js'
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { Limits } from '../../kernel/limits.js'
import { documentName, readInline, writeInline, type Inline } from './file-formats.js'
import { ID, asCacheControl, cachePointOf, hasNativeFields, ownRaw } from './wire.js'
import { quoted } from '../shared/quoted.js'

/** Empty texts, which the API refuses, are left out. */
export function encodeContent(content: string | readonly ContentPart[], limits: Limits): JsonObject[] {
  if (typeof content === 'string') return content === '' ? [] : [{ text: content }]
  return (asArray(content) as readonly ContentPart[]).flatMap((part) => {
    const blocks = encodePart(part, limits)
    return blocks.length > 0 && 'cache_control' in part ? [...blocks, ...cachePointOf(part.cache_control)] : blocks
  })
}

function encodePart(part: ContentPart, limits: Limits): JsonObject[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ text: part.text }]
    case 'refusal':
      return part.refusal === '' ? [] : [{ text: part.refusal }]
    case 'image_url':
      return encodeImage(part, limits)
    case 'file':
      return encodeFile(part, limits)
    case 'input_audio':
      return [{ audio: { format: part.input_audio.format, source: { bytes: part.input_audio.data } } }]
    case 'raw': {
      const value = ownRaw(part)
      if (value) return [value]
      limits.unsupported(`a message part of ${part.protocol}`, 'this provider’s format has no counterpart for it')
      return []
    }
    default:
      limits.unsupported(`message part ${quoted((part as { type?: unknown }).type)}`)
      return []
  }
}

const S3_IMAGE = /^s3:\/\/.+\.(png|jpe?g|gif|webp)$/i

/** `detail` has no counterpart. */
function encodeImage(part: ImagePart, limits: Limits): JsonObject[] {
  const url = asString(part.image_url?.url) ?? ''
  const inline = readInline(url)
  if (inline?.block === 'image') return [blockOf(inline)]
  const format = S3_IMAGE.exec(url)?.[1]?.toLowerCase()
  if (format !== undefined) {
    return [{ image: { format: format === 'jpg' ? 'jpeg' : format, source: { s3Location: { uri: url } } } }]
  }
  limits.unsupported('image_url', 'give a base64 data URL of a PNG, JPEG, GIF or WebP image, or an s3:// address')
  return []
}

function blockOf({ block, format, bytes }: Inline, more: JsonObject = {}): JsonObject {
  return { [block]: { format, ...more, source: { bytes } } }
}

function encodeFile(part: FilePart, limits: Limits): JsonObject[] {
  const { file_data: fileData, filename } = part.file ?? {}
  // Bare base64 of a PDF: every PDF begins with `%PDF-`.
  const url = fileData?.startsWith('JVBERi0') ? `data:application/pdf;base64,${fileData}` : fileData
  const inline = url === undefined ? undefined : readInline(url)
  if (inline)
    return [blockOf(inline, inline.block === 'document' ? { name: documentName(filename, inline.format) } : {})]
  limits.unsupported('file', 'give a data URL of a PDF, an office document, a text, an image or a video')
  return []
}

/** The reverse of {@link encodeContent}. What has no part of its own is kept whole as a raw part. */
export function decodeContent(content: unknown): ContentPart[] {
  const parts: ContentPart[] = []
  for (const block of asArray(content)) {
    if (isObject(block) && !coverLast(block, parts)) parts.push(decodePart(block))
  }
  return parts
}

/** Gives a cache point to the part before it, when that part can carry it. */
function coverLast(block: JsonObject, parts: readonly ContentPart[]): boolean {
  const cache = asCacheControl(block['cachePoint'])
  const last = parts.at(-1)
  const covers = last?.type === 'text' || last?.type === 'image_url' || last?.type === 'file'
  if (!cache || !covers || last.cache_control || isEmptyText(last)) return false
  last.cache_control = cache
  return true
}

/** Such a part is not written, so that a cache point on it would be lost. */
function isEmptyText(part: ContentPart): boolean {
  return part.type === 'text' && part.text === ''
}

const IMAGE_MORE = ['error']
const DOCUMENT_MORE = ['citations', 'context']

export function decodePart(block: JsonObject): ContentPart {
  const { text, image, document, audio } = block
  if (typeof text === 'string') return { type: 'text', text }
  if (isObject(image) && isObject(image['source']) && !hasNativeFields(image, IMAGE_MORE)) {
    const url = writeInline('image', image['format'], image['source']['bytes'])
    if (url !== undefined) return { type: 'image_url', image_url: { url } }
  }
  if (isObject(document) && isObject(document['source']) && !hasNativeFields(document, DOCUMENT_MORE)) {
    const file = decodeDocument(document, document['source'])
    if (file) return file
  }
  if (isObject(audio) && isObject(audio['source']) && !hasNativeFields(audio, IMAGE_MORE)) {
    const data = asString(audio['source']['bytes'])
    const format = asString(audio['format'])
    if (data !== undefined && format !== undefined) return { type: 'input_audio', input_audio: { data, format } }
  }
  return { type: 'raw', protocol: ID, value: block }
}

function decodeDocument(document: JsonObject, source: JsonObject): FilePart | undefined {
  const { format, name } = document
  const fileData = writeInline('document', format, source['bytes'])
  if (fileData === undefined || typeof name !== 'string' || typeof format !== 'string') return undefined
  const filename = `${name}.${format}`
  // A name that would not be written as it was stays raw.
  return documentName(filename, format) === name ? { type: 'file', file: { filename, file_data: fileData } } : undefined
}
