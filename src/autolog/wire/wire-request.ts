/** The body of a request, gathered as it is sent: what of it can be read when it is complete. */
import { asString, isObject, parseJson } from '../../kernel/json.js'

/** A longer JSON body is not read. */
const MOST = 16 * 1024 * 1024
/** Of a form, the beginning and the end are kept: fields stand around its file. */
const KEPT_OF_FORM = 64 * 1024

/** A value of a form that has its counterpart in JSON. */
const VALUES: Readonly<Record<string, unknown>> = { true: true, false: false }

export class RequestBody {
  private readonly boundary: string | undefined
  private pieces: Buffer[] = []
  private size = 0
  private tail: Buffer = Buffer.alloc(0)

  /** @param contentType - May come later, see {@link read}. */
  constructor(contentType: unknown) {
    this.boundary = boundaryOf(contentType)
  }

  push(chunk: unknown, encoding?: unknown): void {
    const bytes = bytesOf(chunk, encoding)
    if (!bytes || bytes.byteLength === 0) return
    this.size += bytes.byteLength
    if (this.boundary === undefined) {
      if (this.size > MOST) this.pieces = []
      // A program may use its buffer again.
      else this.pieces.push(Buffer.from(bytes))
      return
    }
    const room = KEPT_OF_FORM - this.headSize()
    if (room > 0) this.pieces.push(Buffer.from(bytes.subarray(0, room)))
    const rest = room > 0 ? bytes.subarray(room) : bytes
    if (rest.byteLength > 0)
      this.tail = Buffer.concat([this.tail, rest.subarray(-KEPT_OF_FORM)]).subarray(-KEPT_OF_FORM)
  }

  /** Fields of the body; `undefined` for one that cannot be read. */
  read(): Record<string, unknown> | undefined {
    if (this.boundary !== undefined) {
      const head = Buffer.concat(this.pieces).toString('utf8')
      return { ...fieldsIn(this.tail.toString('utf8'), this.boundary), ...fieldsIn(head, this.boundary) }
    }
    if (this.size > MOST) return undefined
    const body = parseJson(Buffer.concat(this.pieces).toString('utf8'))
    this.pieces = []
    return isObject(body) ? body : undefined
  }

  private headSize(): number {
    return this.pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
  }
}

function bytesOf(chunk: unknown, encoding: unknown): Uint8Array | undefined {
  if (typeof chunk === 'string') return Buffer.from(chunk, (asString(encoding) ?? 'utf8') as BufferEncoding)
  return chunk instanceof Uint8Array ? chunk : undefined
}

function boundaryOf(contentType: unknown): string | undefined {
  const match = /^\s*multipart\/form-data\s*;.*\bboundary=(?:"([^"]+)"|([^;\s]+))/i.exec(asString(contentType) ?? '')
  return match?.[1] ?? match?.[2]
}

/** Those that are texts and whole. https://www.rfc-editor.org/rfc/rfc7578 */
function fieldsIn(text: string, boundary: string): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  const parts = text.split(`--${boundary}`)
  // What follows the last one is cut, or the end.
  for (const part of parts.slice(1, -1)) {
    const at = part.indexOf('\r\n\r\n')
    const head = part.slice(0, at)
    const name = /\bname="([^"]*)"/i.exec(head)?.[1]
    if (at < 0 || name === undefined || /\bfilename[*]?=/i.test(head)) continue
    const value = part.slice(at + 4).replace(/\r\n$/, '')
    fields[name] = VALUES[value] ?? value
  }
  return fields
}
