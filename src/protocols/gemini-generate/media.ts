/** Inline data and file references (https://ai.google.dev/api/caching#Part) as the hub's image, audio and file parts. */
import type { AudioPart, ContentPart, FilePart } from '../../kernel/hub.js'
import { asString, isObject } from '../../kernel/json.js'
import type { Limits } from '../../kernel/limits.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { isHttpUrl, parseDataUrl } from '../../kernel/data-url.js'
import { message } from './wire.js'

/** The API's own table of what it reads: https://ai.google.dev/gemini-api/docs/files#supported-types */
const TYPE_OF_EXTENSION: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
  ['gif', 'image/gif'],
  ['heic', 'image/heic'],
  ['heif', 'image/heif'],
  ['pdf', 'application/pdf'],
  ['txt', 'text/plain'],
  ['html', 'text/html'],
  ['css', 'text/css'],
  ['csv', 'text/csv'],
  ['md', 'text/markdown'],
  ['xml', 'text/xml'],
  ['json', 'application/json'],
  ['mp3', 'audio/mp3'],
  ['wav', 'audio/wav'],
  ['flac', 'audio/flac'],
  ['ogg', 'audio/ogg'],
  ['aac', 'audio/aac'],
  ['mp4', 'video/mp4'],
  ['mov', 'video/quicktime'],
  ['mpeg', 'video/mpeg'],
  ['webm', 'video/webm'],
])

function typeByName(uri: string): string | undefined {
  const extension = /\.([a-z0-9]{2,5})(?:[?#].*)?$/i.exec(uri.slice(-300))?.[1]
  return TYPE_OF_EXTENSION.get(extension?.toLowerCase() ?? '')
}

/** Without a telling name an image is taken for the most common kind. */
function imageType(uri: string): string {
  const named = typeByName(uri)
  return named?.startsWith('image/') ? named : 'image/jpeg'
}

function inlineData(url: string, displayName?: string): JsonObject | undefined {
  const parsed = parseDataUrl(url)
  return (
    parsed && {
      inlineData: { mimeType: parsed.mediaType, data: parsed.data, ...(displayName !== undefined && { displayName }) },
    }
  )
}

/** A video that the provider reads from its page, and whose kind need not be said. */
const YOUTUBE = /^https?:\/\/(?:(?:www|m)\.)?(?:youtube\.com|youtu\.be)\//i

export function encodeImage(url: unknown): JsonObject | undefined {
  if (typeof url !== 'string') return undefined
  if (YOUTUBE.test(url)) return { fileData: { fileUri: url } }
  if (isHttpUrl(url) || url.startsWith('gs://')) return { fileData: { fileUri: url, mimeType: imageType(url) } }
  return inlineData(url)
}

export function encodeAudio(audio: AudioPart['input_audio'] | undefined): JsonObject | undefined {
  if (typeof audio?.data !== 'string') return undefined
  return { inlineData: { mimeType: `audio/${audio.format}`, data: audio.data } }
}

/** A file is named by its URI (`gs://`, `files/…`, `https://`), or comes as a data URL or bare base64 of a PDF. */
export function encodeFile(file: FilePart['file'] | undefined): JsonObject | undefined {
  const { file_id: id, file_data: data, filename } = file ?? {}
  const uri = id ?? (typeof data === 'string' && /^(?:https?|gs):\/\//i.test(data) ? data : undefined)
  if (typeof uri === 'string') {
    const mimeType = typeByName(uri) ?? (filename === undefined ? undefined : typeByName(filename))
    return {
      fileData: {
        fileUri: uri,
        ...(mimeType !== undefined && { mimeType }),
        ...(filename !== undefined && { displayName: filename }),
      },
    }
  }
  if (typeof data !== 'string') return undefined
  // Every PDF begins with `%PDF-`.
  if (data.startsWith('JVBERi0')) return inlineData(`data:application/pdf;base64,${data}`, filename)
  return inlineData(data, filename)
}

const PLAIN_TYPE = /^[a-z]+\/[a-z0-9.+-]+$/

/** @returns `undefined` where the hub's part would not be written the same way again. */
export function decodeInlineData(wire: unknown): ContentPart | undefined {
  const { mimeType, data, displayName } = message(wire) ?? {}
  if (typeof mimeType !== 'string' || typeof data !== 'string' || !PLAIN_TYPE.test(mimeType)) return undefined
  const filename = asString(displayName)
  const url = `data:${mimeType};base64,${data}`
  if (filename === undefined && mimeType.startsWith('image/')) return { type: 'image_url', image_url: { url } }
  if (filename === undefined && (mimeType === 'audio/wav' || mimeType === 'audio/mp3')) {
    return { type: 'input_audio', input_audio: { data, format: mimeType.slice('audio/'.length) } }
  }
  return { type: 'file', file: { file_data: url, ...(filename !== undefined && { filename }) } }
}

/** @returns `undefined` where the hub's part would not be written the same way again. */
export function decodeFileData(wire: unknown): ContentPart | undefined {
  const { fileUri: uri, mimeType, displayName } = message(wire) ?? {}
  if (typeof uri !== 'string') return undefined
  const filename = asString(displayName)
  if (isHttpUrl(uri) && filename === undefined && typeof mimeType === 'string' && mimeType === imageType(uri)) {
    return { type: 'image_url', image_url: { url: uri } }
  }
  const name = filename === undefined ? {} : { filename }
  const file = isHttpUrl(uri) ? { file_data: uri, ...name } : { file_id: uri, ...name }
  const again = message(encodeFile(file)?.['fileData'])
  return again?.['mimeType'] === mimeType ? { type: 'file', file } : undefined
}

/** Parts without the names of their files, which the API takes on Vertex AI alone. */
export function withoutFileNames<T extends EncodedContents>(encoded: T, limits: Limits): T {
  const { systemInstruction, contents } = encoded
  let isNamed = false
  function plainParts(parts: unknown): unknown {
    if (!Array.isArray(parts)) return parts
    return parts.map((part: unknown) => (isObject(part) ? plainPart(part) : part))
  }
  function plainPart(part: JsonObject): JsonObject {
    const { functionResponse } = part
    if (isObject(functionResponse) && Array.isArray(functionResponse['parts']))
      return { ...part, functionResponse: { ...functionResponse, parts: plainParts(functionResponse['parts']) } }
    const field = (['inlineData', 'fileData'] as const).find((name) => isObject(part[name]))
    if (field === undefined || !('displayName' in (part[field] as JsonObject))) return part
    isNamed = true
    const { displayName: _name, ...data } = part[field] as JsonObject
    return { ...part, [field]: data }
  }
  const plain = {
    ...encoded,
    contents: contents.map((content) => ({ ...content, parts: plainParts(content.parts) })),
    systemInstruction: systemInstruction && { ...systemInstruction, parts: plainParts(systemInstruction['parts']) },
  }
  if (!isNamed) return encoded
  limits.warn('names of files are left out: the API has no place for them')
  return plain
}

interface EncodedContents {
  readonly systemInstruction: JsonObject | undefined
  readonly contents: readonly { readonly parts: readonly JsonObject[] }[]
}
