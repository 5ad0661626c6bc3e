/** What is kept of a request, for one run to be compared with another. */
import type { AnyRequest } from './both-http.js'
import type { Json } from './formats/shape.js'

/** Without those that HTTP/2 adds, such as `:path`. */
export function headersOf({ headers }: AnyRequest): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => !name.startsWith(':'))
  return Object.fromEntries(own.map(([name, value]) => [name, String(value)]))
}

const MEDIA = /^(?:audio|image|video|deepgram)\/|octet-stream/

/** Boundaries of forms differ from request to request, so only the fields are kept. */
export function bodyOf({ headers }: AnyRequest, text: string): Json {
  const type = headers['content-type']
  if (type !== undefined && MEDIA.test(type)) return { bytes: text.length }
  // A list of JSON, a line each.
  if (/^\{[^\n]*\}\n\{/.test(text)) return { lines: text.split('\n').map((line) => JSON.parse(line) as unknown) }
  if (!type?.startsWith('multipart/')) return (text === '' ? {} : JSON.parse(text)) as Json
  headers['content-type'] = 'multipart/form-data'
  delete headers['content-length']
  const fields = [...text.matchAll(/name="([^"]+)"(?:\r\n\r\n([^\r]*))?/g)]
  return Object.fromEntries(fields.map(([, name = '', value]) => [name, value === 'true' ? true : (value ?? 'a file')]))
}
