/** Data URLs (RFC 2397), the hub's form of inline images and files. */

export interface DataUrl {
  readonly mediaType: string
  /** Base64, whatever the URL's own encoding was. */
  readonly data: string
}

const HEAD = /^data:([^;,]*)((?:;[^;,]*)*),/i

export function parseDataUrl(url: string): DataUrl | undefined {
  const head = HEAD.exec(url.slice(0, 1024))
  if (!head) return undefined
  const mediaType = (head[1] ?? '').toLowerCase() || 'text/plain'
  const body = url.slice(head[0].length)
  if (/;base64$/i.test(head[2] ?? '')) return { mediaType, data: body }
  try {
    return { mediaType, data: toBase64(decodeURIComponent(body)) }
  } catch {
    // A wrong percent escape: the caller's `undefined` case names the parameter.
    return undefined
  }
}

/** Base64 of the text's UTF-8 bytes. */
export function toBase64(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** The text of base64 UTF-8, or `undefined` when it is neither. */
export function fromBase64(base64: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

export function isHttpUrl(url: unknown): url is `http${string}` {
  return typeof url === 'string' && /^https?:\/\//i.test(url)
}
