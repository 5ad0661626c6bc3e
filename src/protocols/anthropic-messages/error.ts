/** Error bodies (https://platform.claude.com/docs/en/api/errors), in an answer of their own or inside a stream. */
import type { ProviderError } from '../../kernel/provider-error.js'
import { asString, isObject } from '../../kernel/json.js'
import type { JsonObject, WireError } from '../../kernel/protocol.js'
import { refusedInAnswer } from '../../kernel/refusal-error.js'
import { safeMessage } from '../../kernel/safe-message.js'

const STATUS_OF_TYPE: ReadonlyMap<string | undefined, number> = new Map([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['conflict_error', 409],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['api_error', 500],
  ['timeout_error', 504],
  ['overloaded_error', 529],
])

const TYPE_OF_STATUS: ReadonlyMap<number, string> = new Map(
  [...STATUS_OF_TYPE].flatMap(([type, status]) => (type === undefined ? [] : [[status, type] as const])),
)

export function decodeError(body: unknown): WireError | undefined {
  if (!isObject(body)) return undefined
  const error = body['error']
  if (!isObject(error)) return undefined
  const message = asString(error['message'])
  const type = asString(error['type'])
  if (message === undefined || (body['type'] !== 'error' && type === undefined)) return undefined
  const code = isObject(error['details']) ? asString(error['details']['error_code']) : undefined
  return { message: safeMessage(message), ...(type !== undefined && { type }), ...(code !== undefined && { code }) }
}

export function encodeError(error: WireError, status: number): JsonObject {
  const type = STATUS_OF_TYPE.has(error.type)
    ? error.type
    : (TYPE_OF_STATUS.get(status) ?? (status >= 500 ? 'api_error' : 'invalid_request_error'))
  return {
    type: 'error',
    error: { type, message: error.message, ...(error.code !== undefined && { details: { error_code: error.code } }) },
  }
}

/** An error that came inside a 200 answer. Its type stands for the status it would have had. */
export function providerError(body: unknown): ProviderError {
  const error = decodeError(body)
  const status = STATUS_OF_TYPE.get(error?.type)
  return refusedInAnswer(error ?? { message: 'the provider reported an error without a message' }, body, status)
}
