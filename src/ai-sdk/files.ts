/** Files of the AI SDK as parts of the hub. */
import { toBase64 } from '../kernel/data-url.js'
import type { ContentPart } from '../kernel/hub.js'
import { asString, isObject } from '../kernel/json.js'
import type { AskedPart } from './ai-asked.js'

type File = Pick<AskedPart, 'data' | 'mediaType' | 'filename' | 'providerOptions'>

/** Where the bytes of a file are. */
type Place =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'base64'; readonly data: string }
  | { readonly kind: 'id'; readonly id: string }

/** `undefined` for data in no known form. */
export function filePart(file: File): ContentPart | undefined {
  const place = placeOf(file.data)
  if (!place) return undefined
  const given = file.mediaType ?? ''
  if (given.startsWith('image/')) {
    // `ai` says `image/*` where it does not know; its own providers send that as JPEG.
    const url = urlOf(place, given === 'image/*' ? 'image/jpeg' : given)
    const detail = asString(file.providerOptions?.['openai']?.['imageDetail'])
    if (url !== undefined) return { type: 'image_url', image_url: { url, ...(detail !== undefined && { detail }) } }
  }
  if (given.startsWith('audio/') && place.kind === 'base64') {
    const [, format = ''] = given.split('/')
    return { type: 'input_audio', input_audio: { data: place.data, format: AUDIO[format] ?? format } }
  }
  const name = file.filename === undefined ? {} : { filename: file.filename }
  if (place.kind === 'id') return { type: 'file', file: { file_id: place.id, ...name } }
  return { type: 'file', file: { file_data: urlOf(place, given || 'application/octet-stream') ?? '', ...name } }
}

/** Media types whose format has another name (https://platform.openai.com/docs/guides/audio). */
const AUDIO: Readonly<Record<string, string>> = { mpeg: 'mp3', 'x-wav': 'wav', wave: 'wav' }

function urlOf(place: Place, mediaType: string): string | undefined {
  if (place.kind === 'url') return place.url
  return place.kind === 'base64' ? `data:${mediaType};base64,${place.data}` : undefined
}

/** Bytes, base64 and addresses stand bare before version 7, and in an object with a `type` since. */
function placeOf(data: unknown): Place | undefined {
  if (data instanceof URL) return { kind: 'url', url: data.href }
  if (data instanceof Uint8Array) return { kind: 'base64', data: base64Of(data) }
  if (typeof data === 'string') {
    return /^(https?|data):/.test(data) ? { kind: 'url', url: data } : { kind: 'base64', data }
  }
  if (!isObject(data)) return undefined
  if (data['type'] === 'data') return placeOf(data['data'])
  if (data['type'] === 'url') return placeOf(data['url'])
  if (data['type'] === 'text') return { kind: 'base64', data: toBase64(asString(data['text']) ?? '') }
  // A file that was uploaded before, by its id at each provider.
  const [id] = Object.values(isObject(data['reference']) ? data['reference'] : {})
  return typeof id === 'string' ? { kind: 'id', id } : undefined
}

/** Base64 of bytes, in pieces that fit the arguments of a call. */
export function base64Of(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  }
  return btoa(binary)
}

/** Bytes as they are, or of base64. */
export function bytesOf(data: string | Uint8Array): Uint8Array<ArrayBuffer> {
  if (typeof data === 'string') return Uint8Array.from(atob(data), (character) => character.charCodeAt(0))
  return new Uint8Array(data)
}
