/** Error bodies of OpenAI's formats and of those who nearly follow them. */
import { ProviderError } from '../../kernel/errors.js'
import { asNumber, asString, isObject } from '../../kernel/json.js'
import type { JsonObject, WireError } from '../../kernel/protocol.js'
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
      isObject(entry) ? (asString(entry.msg) ?? asString(entry.message)) : undefined,
    )
    const known = lines.filter((line) => line !== undefined)
    return known.length > 0 ? known.join('; ') : undefined
  }
  if (!isObject(value)) return undefined
  return asString(value.message) ?? asString(value.msg) ?? messageOf(value.detail)
}

function wireError(message: string | undefined, source: JsonObject): WireError | undefined {
  const type = word(source.type) ?? word(source.status)
  const code = word(source.code) ?? word(source.status_code)
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
    asString(source.message) ??
    asString(source.Message) ??
    asString(source.msg) ??
    messageOf(source.detail) ??
    messageOf(source.errors)
  return message === undefined ? undefined : wireError(message, source)
}

export function encodeError(error: WireError, status: number): JsonObject {
  const type = error.type ?? (status >= 500 ? 'server_error' : 'invalid_request_error')
  return { error: { message: error.message, type, param: null, code: error.code ?? null } }
}

const RETRYABLE_TYPE = /overload|rate_?limit|server_error|unavailable|timeout|internal/i

/** An error that arrived in place of an answer, under status 200. */
export function providerErrorOf(body: unknown): ProviderError | undefined {
  const error = decodeError(body)
  if (!error) return undefined
  const source = isObject(body) && isObject(body.error) ? body.error : isObject(body) ? body : {}
  const status = [source.code, source.status_code, source.status].map(statusOf).find((number) => number !== undefined)
  const retryable =
    status === undefined ? RETRYABLE_TYPE.test(`${error.type} ${error.code}`) : status >= 500 || status === 429
  const retryAfter = asNumber(source.retry_after)
  return new ProviderError(error.message, {
    ...(status !== undefined && { status }),
    ...(error.type !== undefined && { type: error.type }),
    ...(error.code !== undefined && { code: error.code }),
    ...(retryAfter !== undefined && { retryAfterMs: retryAfter * 1000 }),
    isRetryable: retryable,
  })
}

/** Many servers put the HTTP status in `code`, as a number or as text. */
function statusOf(value: unknown): number | undefined {
  const status = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
  return status >= 400 && status < 600 ? status : undefined
}
