/** Images: bare base64 on the wire, data URLs in the hub. */
import { parseDataUrl } from '../../kernel/data-url.js'

/** First characters of the base64 of each kind of file, which is all that tells what an image is. */
const BEGINNINGS = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
  ['Qk', 'image/bmp'],
  ['SUkq', 'image/tiff'],
] as const

export function toDataUrl(base64: string): string {
  const type = BEGINNINGS.find(([beginning]) => base64.startsWith(beginning))?.[1] ?? 'image/png'
  return `data:${type};base64,${base64}`
}

/** @returns `undefined` for an address: the server fetches nothing. */
export function toBase64Image(url: unknown): string | undefined {
  return typeof url === 'string' ? parseDataUrl(url)?.data : undefined
}
