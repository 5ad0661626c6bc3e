/** Error bodies of OpenAI's formats and of those who nearly follow them. */
import type { ProviderError } from '../../kernel/provider-error.js'
import { asNumber, asString, isObject } from '../../kernel/json.js'
import type { JsonObject, WireError } from '../../kernel/protocol.js'
import { refusedInAnswer } from '../../kernel/refusal-error.js'
import { safeMessage } from '../../kernel/safe-message.js'

function word(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined
}

function messageOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (Array.isArray(value)) {
    // FastAPI's validation errors. `loc` and `msg` name the field; `input` would quote the request.
    const lines = value.map((entry: unknown) =>
      isObject(entry) ? (asString(entry.msg) ?? asString(entry.message)) : asString(entry),
    )
    const known = lines.filter((line) => line !== undefined)
    return known.length > 0 ? known.join('; ') : undefined
  }
  if (!isObject(value)) return undefined
  return asString(value.message) ?? asString(value.msg) ?? messageOf(value.detail)
}

function wireError(message: string | undefined, source: JsonObject): WireError | undefined {
  const type = word(source.type) ?? word(source.error_type) ?? word(source.status)
  const code = word(source.code) ?? word(source.status_code) ?? word(source.error_code) ?? word(source.statusCode)
  if (message === undefined && type === undefined && code === undefined) return undefined
  return {
    message: safeMessage(message ?? code ?? type ?? ''),
    ...(type !== undefined && { type }),
    ...(code !== undefined && { code }),
  }
}

/**
 * Reads `{error: {message, type, code}}` (https://platform.openai.com/docs/guides/error-codes), and `{error: 'text'}`,
 * `{message}`, `{detail}`, `{errors: []}`, `[{error: {}}]` of other servers.
 */
export function decodeError(body: unknown): WireError | undefined {
  const source = Array.isArray(body) ? (body[0] as unknown) : body
  if (!isObject(source)) return undefined
  if (isObject(source.error)) return wireError(messageOf(source.error), source.error)
  const message =
    messageOf(source.error) ??
    messageOf(source.message) ??
    asString(source.Message) ??
    asString(source.msg) ??
    messageOf(source.detail) ??
    messageOf(source.errors)
  if (message !== undefined) return wireError(message, withCode(source))
  const refusal = baseRefusal(source)
  return refusal && wireError(asString(refusal.status_msg), { code: refusal.status_code })
}

/** Cloudflare's `errors` carry the code. */
function withCode(source: JsonObject): JsonObject {
  const first: unknown = Array.isArray(source.errors) ? source.errors[0] : undefined
  return isObject(first) && source.code === undefined ? { ...source, code: first.code } : source
}

/** MiniMax answers 200 to everything, and says in `base_resp` what went wrong; 0 is success. */
function baseRefusal(source: JsonObject): JsonObject | undefined {
  const { base_resp: said } = source
  return isObject(said) && asNumber(said.status_code) ? said : undefined
}

/** Its codes as HTTP statuses (https://platform.minimax.io/docs/api-reference/errorcode). */
const BASE_STATUSES: ReadonlyMap<unknown, number> = new Map([
  [1000, 500],
  [1001, 504],
  [1002, 429],
  [1004, 401],
  [1008, 402],
  [1024, 500],
  [1026, 400],
  [1027, 400],
  [1033, 500],
  [1039, 429],
  [1041, 429],
  [2013, 400],
  [2045, 429],
  [2049, 401],
  [2056, 429],
])

/** An error inside a chunk that has the shape of an answer: Groq's `x_groq.error`, or a refusal without choices. */
export function errorInChunk(chunk: JsonObject): ProviderError | undefined {
  if (isObject(chunk.x_groq) && typeof chunk.x_groq.error === 'string') {
    return refusedInAnswer({ message: safeMessage(chunk.x_groq.error) }, chunk.x_groq)
  }
  if (chunk.base_resp === undefined || (Array.isArray(chunk.choices) && chunk.choices.length > 0)) return undefined
  return baseRefusal(chunk) && providerErrorOf(chunk)
}

export function encodeError(error: WireError, status: number): JsonObject {
  const type = error.type ?? (status >= 500 ? 'server_error' : 'invalid_request_error')
  return { error: { message: error.message, type, param: null, code: error.code ?? null } }
}

/** An error that arrived in place of an answer, under status 200. */
export function providerErrorOf(body: unknown): ProviderError | undefined {
  const error = decodeError(body)
  if (!error) return undefined
  // Google's answers to OpenAI's format are lists.
  const whole: unknown = Array.isArray(body) ? body[0] : body
  const source = isObject(whole) && isObject(whole.error) ? whole.error : isObject(whole) ? whole : {}
  const status =
    [source.code, source.status_code, source.status].map(statusOf).find((number) => number !== undefined) ??
    BASE_STATUSES.get(baseRefusal(source)?.status_code)
  return refusedInAnswer(error, body, status)
}

/** Many servers put the HTTP status in `code`, as a number or as text. */
function statusOf(value: unknown): number | undefined {
  const status = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
  return status >= 400 && status < 600 ? status : undefined
}
