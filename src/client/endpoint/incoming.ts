/** A request to the client's endpoint, from a `Request` or from the arguments of `fetch`. */
import { TracestitchError } from '../../kernel/errors.js'
import { Presence } from './presence.js'
import { isObject, parseJson, typeName } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'

/** Bytes of a request body, unless the options say otherwise: images and files in base64 are long. */
export const DEFAULT_BODY_LIMIT = 64 * 1024 * 1024

export interface Incoming {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  /** The caller, who may leave. */
  readonly caller: Presence
  /** The body. @throws TracestitchError with status 400 or 413. */
  json(): Promise<JsonObject>
  /** A multipart body. @throws TracestitchError with status 400, 413 or 415. */
  form(): Promise<FormData>
}

/** Fetch's own arguments. */
export type FetchArguments = Parameters<typeof globalThis.fetch>

/**
 * Reads the arguments of `fetch`. An SDK in this process passes its body as text, and no `Request` is made of it.
 *
 * @throws TypeError for a URL that is none, as `fetch` does.
 */
export function incomingOf([input, init = {}]: FetchArguments, limit = DEFAULT_BODY_LIMIT): Incoming {
  const request = typeof input === 'object' && 'headers' in input ? input : undefined
  const address = input instanceof URL || typeof input === 'string' ? input : input.url
  const headers = new Headers(init.headers ?? request?.headers)
  const given = init.body ?? undefined
  const body = (): Promise<Uint8Array<ArrayBuffer> | string> => {
    if (typeof given === 'string') return Promise.resolve(given)
    const source = given === undefined ? (request ?? new Response()) : new Response(given)
    return readBytes(source, headers, limit)
  }
  return {
    method: (init.method ?? request?.method ?? 'GET').toUpperCase(),
    url: new URL(address),
    headers,
    caller: new Presence(init.signal ?? request?.signal ?? undefined),
    async json() {
      const read = await body()
      if (read.length > limit) throw tooLarge(limit)
      const text = typeof read === 'string' ? read : new TextDecoder().decode(read)
      const value = parseJson(text)
      if (isObject(value)) return value
      throw refused(400, `expected a JSON object as the body, got ${text === '' ? 'nothing' : jsonKind(value)}`)
    },
    async form() {
      const type = headers.get('content-type') ?? (given instanceof FormData ? 'multipart/form-data' : '')
      if (!/^multipart\/form-data\b/i.test(type)) throw refused(415, 'expected a multipart/form-data body')
      if (given instanceof FormData) return given
      const whole = new Response(await body(), { headers: { 'content-type': type } })
      return whole.formData().catch(() => {
        throw refused(400, 'the body is not valid multipart/form-data')
      })
    },
  }
}

/** An error of the request itself, before any call. */
export function refused(status: number, message: string, code?: string): TracestitchError {
  return new TracestitchError(message, { status, ...(code !== undefined && { code }) })
}

function tooLarge(limit: number): TracestitchError {
  return refused(413, `the body is larger than ${limit} bytes`, 'request_too_large')
}

function jsonKind(value: unknown): string {
  return value === undefined ? 'text that is not JSON' : typeName(value)
}

/** Reads no more than `limit` bytes. */
async function readBytes(
  source: Request | Response,
  headers: Headers,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(headers.get('content-length')) > limit) throw tooLarge(limit)
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of (source.body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.byteLength
    if (length > limit) throw tooLarge(limit)
    pieces.push(piece)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.byteLength
  }
  return whole
}
