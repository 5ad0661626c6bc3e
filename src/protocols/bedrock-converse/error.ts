/**
 * Error bodies (https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html): the class of
 * the error is in the header `x-amzn-errortype`, in `__type` or `code` of the body, or, inside a
 * stream, in the name of the exception.
 */
import type { ProviderError } from '../../kernel/provider-error.js'
import { asString, isObject } from '../../kernel/json.js'
import type { JsonObject, WireError } from '../../kernel/protocol.js'
import { refusedInAnswer } from '../../kernel/refusal-error.js'
import { safeMessage } from '../../kernel/safe-message.js'

/** In lower case: a stream begins the names with a small letter. */
const STATUS_OF_TYPE: ReadonlyMap<string, number> = new Map([
  ['validationexception', 400],
  ['unrecognizedclientexception', 401],
  ['accessdeniedexception', 403],
  ['resourcenotfoundexception', 404],
  ['modeltimeoutexception', 408],
  ['modelerrorexception', 424],
  ['modelstreamerrorexception', 424],
  ['throttlingexception', 429],
  ['modelnotreadyexception', 429],
  ['servicequotaexceededexception', 400],
  ['internalserverexception', 500],
  ['serviceunavailableexception', 503],
])

const TYPE_OF_STATUS: ReadonlyMap<number, string> = new Map([
  [400, 'ValidationException'],
  [401, 'UnrecognizedClientException'],
  [403, 'AccessDeniedException'],
  [404, 'ResourceNotFoundException'],
  [408, 'ModelTimeoutException'],
  [424, 'ModelErrorException'],
  [429, 'ThrottlingException'],
  [503, 'ServiceUnavailableException'],
])

/** The last part of `com.amazon.coral.service#ThrottlingException:http://…`. */
function shortName(type: unknown): string | undefined {
  const name = asString(type)?.split(':', 1)[0]?.split('#').at(-1)?.split(',', 1)[0]
  return name === undefined || name === '' ? undefined : name.slice(0, 200)
}

export function decodeError(body: unknown): WireError | undefined {
  if (!isObject(body)) return undefined
  const message = asString(body['message']) ?? asString(body['Message'])
  const type = shortName(body['__type']) ?? shortName(body['code'])
  if (message === undefined && shortName(body['__type']) === undefined) return undefined
  return {
    message: safeMessage(message ?? type ?? ''),
    ...(type !== undefined && { type, code: type }),
  }
}

/** The SDKs know an error by its class, so a foreign type gives way to the class of the status. */
export function encodeError(error: WireError, status: number): JsonObject {
  const known = error.type !== undefined && STATUS_OF_TYPE.has(error.type.toLowerCase())
  const type = known
    ? error.type
    : (TYPE_OF_STATUS.get(status) ?? (status >= 500 ? 'InternalServerException' : 'ValidationException'))
  return { __type: type, message: error.message }
}

/** An error in place of an answer; `undefined` when the body holds none. */
export function providerErrorOf(body: unknown): ProviderError | undefined {
  return decodeError(body) && providerError(body)
}

/** An error that came inside a 200 answer. Its class stands for the status it would have had. */
export function providerError(body: unknown): ProviderError {
  const error = decodeError(body)
  const status = STATUS_OF_TYPE.get(error?.type?.toLowerCase() ?? '')
  return refusedInAnswer(error ?? { message: 'the provider reported an error without a message' }, body, status)
}
