/** The class of an error, for the policies. The meaning of a provider's refusal is in `kernel/refusal`. */
import type { ErrorClass } from '../kernel/error-class.js'
import {
  ConfigError,
  ConnectionError,
  CredentialsError,
  isAbortError,
  StreamError,
  TimeoutError,
  UnsupportedParameterError,
} from '../kernel/errors.js'
import { GuardrailError } from '../kernel/guardrail-error.js'
import { ProviderError } from '../kernel/provider-error.js'

export { isRetryableClass, type ErrorClass } from '../kernel/error-class.js'

export function classifyError(error: unknown): ErrorClass {
  if (isAbortError(error)) return 'abort'
  if (error instanceof CredentialsError) return 'auth'
  if (error instanceof ConfigError) return 'config'
  if (error instanceof UnsupportedParameterError) return 'unsupported'
  if (error instanceof TimeoutError) return 'timeout'
  if (error instanceof ConnectionError) return 'connection'
  if (error instanceof ProviderError) return error.failureClass
  if (error instanceof GuardrailError) return 'content-filter'
  if (error instanceof StreamError) return classifyStreamError(error)
  return 'unknown'
}

function classifyStreamError({ isRetryable, status }: StreamError): ErrorClass {
  if (isRetryable) return 'malformed'
  // Before there is an answer, a codec throws this for a request that it cannot read.
  return status === undefined ? 'bad-request' : 'unreadable'
}
