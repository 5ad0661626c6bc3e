/** Parts of user, system and tool messages, both ways. */
import type { ContentPart, FilePart, ImagePart } from '../../kernel/hub.js'
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { Limits } from '../../kernel/limits.js'
import { fromBase64, isHttpUrl, parseDataUrl, toBase64 } from '../../kernel/data-url.js'
import { ID, cacheFields, hasNativeFields, ownRaw } from './wire.js'
import { quoted } from '../shared/quoted.js'

/** Content as the wire takes it: a string stays one. Empty texts, which the API refuses, are left out of arrays. */
export function encodeContent(content: string | readonly ContentPart[], limits: Limits): string | JsonObject[] {
  if (typeof content === 'string') return content
  return asArray(content).flatMap((part) => encodePart(part as ContentPart, limits))
}

export function toBlocks(content: string | JsonObject[]): JsonObject[] {
  if (typeof content !== 'string') return content
  return content === '' ? [] : [{ type: 'text', text: content }]
}

function encodePart(part: ContentPart, limits: Limits): JsonObject[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'text', text: part.text, ...cacheOf(part) }]
    case 'refusal':
      return part.refusal === '' ? [] : [{ type: 'text', text: part.refusal }]
    case 'image_url':
      return encodeImage(part, limits)
    case 'file':
      return encodeFile(part, limits)
    case 'raw': {
      const value = ownRaw(part)
      if (value) return [value]
      limits.unsupported(`a message part of ${part.protocol}`, 'this provider’s format has no counterpart for it')
      return []
    }
    default:
      limits.unsupported(`message part ${quoted(part.type)}`)
      return []
  }
}

function cacheOf(part: { cache_control?: ImagePart['cache_control'] }): JsonObject {
  return part.cache_control ? { cache_control: part.cache_control } : {}
}

/** `detail` has no counterpart: the API scales images by itself. */
function encodeImage(part: ImagePart, limits: Limits): JsonObject[] {
  const source = imageSource(part.image_url?.url)
  if (source) return [{ type: 'image', source, ...cacheOf(part) }]
  limits.unsupported('image_url', 'give an https address or a base64 data URL of an image')
  return []
}

function imageSource(url: unknown): JsonObject | undefined {
  if (isHttpUrl(url)) return { type: 'url', url }
  const inline = typeof url === 'string' ? parseDataUrl(url) : undefined
  if (!inline?.mediaType.startsWith('image/')) return undefined
  // A common misnomer that the API refuses.
  const mediaType = inline.mediaType === 'image/jpg' ? 'image/jpeg' : inline.mediaType
  return { type: 'base64', media_type: mediaType, data: inline.data }
}

function encodeFile(part: FilePart, limits: Limits): JsonObject[] {
  const { file_id: fileId, file_data: fileData, filename } = part.file ?? {}
  const image = imageSource(fileData?.startsWith('data:') ? fileData : undefined)
  if (image) return [{ type: 'image', source: image, ...cacheOf(part) }]
  const source = fileId !== undefined ? { type: 'file', file_id: fileId } : documentSource(fileData)
  if (source) {
    return [{ type: 'document', source, ...(filename !== undefined && { title: filename }), ...cacheOf(part) }]
  }
  limits.unsupported('file', 'give a file_id, an https address, or a data URL of a PDF, a text or an image')
  return []
}

/** The API knows plain text alone; these are read as such. */
const TEXT_TYPE = /^(?:text\/|application\/(?:json|xml|yaml|x-yaml|toml|javascript|sql)$)/

function documentSource(fileData: string | undefined): JsonObject | undefined {
  if (fileData === undefined) return undefined
  if (isHttpUrl(fileData)) return { type: 'url', url: fileData }
  // Bare base64 of a PDF: every PDF begins with `%PDF-`.
  if (fileData.startsWith('JVBERi0')) return { type: 'base64', media_type: 'application/pdf', data: fileData }
  const inline = parseDataUrl(fileData)
  if (inline?.mediaType === 'application/pdf') {
    return { type: 'base64', media_type: 'application/pdf', data: inline.data }
  }
  const text = inline && TEXT_TYPE.test(inline.mediaType) ? fromBase64(inline.data) : undefined
  return text === undefined ? undefined : { type: 'text', media_type: 'text/plain', data: text }
}

/** The reverse of {@link encodeContent}. What has no part of its own is kept whole as a raw part. */
export function decodeContent(content: unknown): string | ContentPart[] {
  if (typeof content === 'string') return content
  return asArray(content).flatMap((block) => (isObject(block) ? [decodePart(block)] : []))
}

const TEXT_MORE = ['citations']
const IMAGE_MORE = ['transformations']
const DOCUMENT_MORE = ['citations', 'context']
const SURROGATE = /\p{Surrogate}/u

export function decodePart(block: JsonObject): ContentPart {
  const { type, text, source } = block
  if (type === 'text' && typeof text === 'string' && !hasNativeFields(block, TEXT_MORE)) {
    return { type: 'text', text, ...cacheFields(block) }
  }
  if (type === 'image' && isObject(source) && !hasNativeFields(block, IMAGE_MORE)) {
    const url = source['type'] === 'text' ? undefined : decodeSource(source, isImageType)
    if (url !== undefined) return { type: 'image_url', image_url: { url }, ...cacheFields(block) }
  }
  if (type === 'document' && isObject(source) && !hasNativeFields(block, DOCUMENT_MORE)) {
    const filename = asString(block['title'])
    const name = filename === undefined ? {} : { filename }
    const fileId = source['type'] === 'file' ? asString(source['file_id']) : undefined
    if (fileId !== undefined) return { type: 'file', file: { file_id: fileId, ...name }, ...cacheFields(block) }
    const fileData = decodeSource(source, isPdfType)
    if (fileData !== undefined) return { type: 'file', file: { file_data: fileData, ...name }, ...cacheFields(block) }
  }
  return { type: 'raw', protocol: ID, value: block }
}

/** As a URL, when {@link imageSource} or {@link documentSource} would make the same source of it again. */
function decodeSource(source: JsonObject, isOwnType: (mediaType: string) => boolean): string | undefined {
  const { type, url, media_type: mediaType, data } = source
  if (type === 'url' && isHttpUrl(url)) return url
  if (typeof mediaType !== 'string' || typeof data !== 'string') return undefined
  if (type === 'base64') return isOwnType(mediaType) ? `data:${mediaType};base64,${data}` : undefined
  // UTF-8 cannot carry half a character, so such a text stays raw.
  return type === 'text' && mediaType === 'text/plain' && !SURROGATE.test(data)
    ? `data:text/plain;base64,${toBase64(data)}`
    : undefined
}

function isImageType(mediaType: string): boolean {
  return /^image\/[a-z0-9.+-]+$/.test(mediaType)
}

function isPdfType(mediaType: string): boolean {
  return mediaType === 'application/pdf'
}
