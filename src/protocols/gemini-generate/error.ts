/** Error bodies (https://google.aip.dev/193): `{error: {code, message, status, details}}`, alone or in a list. */
import type { ProviderError } from '../../kernel/provider-error.js'
import { asArray, asNumber, asString, isObject } from '../../kernel/json.js'
import type { JsonObject, WireError } from '../../kernel/protocol.js'
import { refusedInAnswer } from '../../kernel/refusal-error.js'
import { safeMessage } from '../../kernel/safe-message.js'

/** https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const HTTP_OF_STATUS: ReadonlyMap<string, number> = new Map([
  ['INVALID_ARGUMENT', 400],
  ['FAILED_PRECONDITION', 400],
  ['OUT_OF_RANGE', 400],
  ['UNAUTHENTICATED', 401],
  ['PERMISSION_DENIED', 403],
  ['NOT_FOUND', 404],
  ['ALREADY_EXISTS', 409],
  ['ABORTED', 409],
  ['RESOURCE_EXHAUSTED', 429],
  ['CANCELLED', 499],
  ['INTERNAL', 500],
  ['UNKNOWN', 500],
  ['DATA_LOSS', 500],
  ['UNIMPLEMENTED', 501],
  ['UNAVAILABLE', 503],
  ['DEADLINE_EXCEEDED', 504],
])

const STATUS_OF_HTTP: ReadonlyMap<number, string> = new Map(
  [...HTTP_OF_STATUS].reverse().map(([status, http]) => [http, status]),
)

function errorOf(body: unknown): JsonObject | undefined {
  const source = Array.isArray(body) ? (body[0] as unknown) : body
  return isObject(source) && isObject(source['error']) ? source['error'] : undefined
}

function details(error: JsonObject, type: string): JsonObject | undefined {
  const found = asArray(error['details']).find(
    (detail) => isObject(detail) && asString(detail['@type'])?.endsWith(type),
  )
  return isObject(found) ? found : undefined
}

export function decodeError(body: unknown): WireError | undefined {
  const error = errorOf(body)
  if (!error) return undefined
  const message = asString(error['message'])
  const type = asString(error['status'])
  const number = asNumber(error['code'])
  const info = details(error, 'rpc.ErrorInfo')
  const code =
    longQuota(error, info) ?? asString(info?.['reason']) ?? (number === undefined ? undefined : String(number))
  if (message === undefined && type === undefined && number === undefined) return undefined
  const retryAfterMs = retryAfter(error)
  return {
    message: safeMessage(message ?? type ?? `error ${number}`),
    ...(type !== undefined && { type: type.slice(0, 200) }),
    ...(code !== undefined && { code: code.slice(0, 200) }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

/** Name of a quota by the day or month that was used up: nothing else tells it from one by the minute. */
function longQuota(error: JsonObject, info: JsonObject | undefined): string | undefined {
  const violations = asArray(details(error, 'rpc.QuotaFailure')?.['violations'])
  const ids = violations.map((violation) => (isObject(violation) ? asString(violation['quotaId']) : undefined))
  const metadata = info?.['metadata']
  const limit = isObject(metadata) ? asString(metadata['quota_limit']) : undefined
  return [...ids, limit].find((id) => id !== undefined && /per(day|month)/i.test(id))
}

export function encodeError(error: WireError, status: number): JsonObject {
  const { message, type, code } = error
  const known = type !== undefined && HTTP_OF_STATUS.has(type) ? type : STATUS_OF_HTTP.get(status)
  const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code, domain: 'tracestitch' }
  return {
    error: {
      code: status,
      message,
      status: known ?? (status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT'),
      ...(code !== undefined && { details: [info] }),
    },
  }
}

/** `retryDelay` is a duration such as `34.07s` (https://google.aip.dev/194). */
function retryAfter(error: JsonObject): number | undefined {
  const match = /^(\d{1,7}(?:\.\d+)?)s$/.exec(asString(details(error, 'rpc.RetryInfo')?.['retryDelay']) ?? '')
  return match ? Math.ceil(Number(match[1]) * 1000) : undefined
}

/** An error that came inside a 200 answer. Its code, or its status, stands for the HTTP status it would have had. */
export function providerErrorOf(body: unknown): ProviderError | undefined {
  const error = errorOf(body)
  if (!error) return undefined
  const decoded = decodeError(body)
  const code = asNumber(error['code'])
  const status = code !== undefined && code >= 400 && code < 600 ? code : HTTP_OF_STATUS.get(decoded?.type ?? '')
  return refusedInAnswer(decoded ?? { message: 'the provider reported an error without a message' }, body, status)
}
