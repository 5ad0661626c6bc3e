/** What kind of failure an error is, as the policies see it. */
import {
  CredentialsError,
  isAbortError,
  ProviderError,
  StreamError,
  TimeoutError,
  ConnectionError,
  UnsupportedParameterError,
  ConfigError,
} from '../kernel/errors.js'

export type ErrorClass =
  | 'abort'
  | 'config'
  /** The target cannot express the request. */
  | 'unsupported'
  /** 401, 403: this target's key is wrong, or may not use the model. Also when there is none to be had. */
  | 'auth'
  /** 404, or a redirect, which is not followed: the address or the model is wrong for this target. */
  | 'not-found'
  /** 429 because of the rate: waiting helps. */
  | 'rate-limit'
  /** Quota or credit used up: waiting does not help. */
  | 'quota'
  /** 529, 503, or said so: the provider has no capacity. Another target may have; this one may later. */
  | 'overloaded'
  /** The prompt is longer than the model's context. */
  | 'context-length'
  | 'content-policy'
  /** The request itself is wrong, at every target. */
  | 'bad-request'
  | 'timeout'
  | 'connection'
  /** 5xx, 408, 409, and an error inside a 200 answer. */
  | 'server'
  /** An answer that is not what its format promises. */
  | 'malformed'
  /** An answer that this target would give again, such as one too large to be read. */
  | 'unreadable'
  | 'unknown'

/** Codes and types of OpenAI, Anthropic, OpenRouter and Gemini for the classes that a status alone does not tell. */
const CLASS_BY_CODE: Readonly<Record<string, ErrorClass>> = {
  insufficient_quota: 'quota',
  billing_hard_limit_reached: 'quota',
  billing_not_active: 'quota',
  billing_error: 'quota',
  context_length_exceeded: 'context-length',
  request_too_large: 'context-length',
  content_filter: 'content-policy',
  content_policy_violation: 'content-policy',
  model_not_found: 'not-found',
  not_found_error: 'not-found',
  invalid_api_key: 'auth',
  authentication_error: 'auth',
  permission_error: 'auth',
  rate_limit_exceeded: 'rate-limit',
  rate_limit_error: 'rate-limit',
  overloaded_error: 'overloaded',
  engine_overloaded_error: 'overloaded',
  model_overloaded: 'overloaded',
  api_error: 'server',
  server_error: 'server',
}

// Providers that send a plain 400 for a long prompt only say so in words.
const TOO_LONG =
  /context[ _](length|window)|maximum context|prompt is too long|too many (input |prompt )?tokens|exceeds? the (maximum|model's) .*tokens/i

export function classifyError(error: unknown): ErrorClass {
  if (isAbortError(error)) return 'abort'
  if (error instanceof CredentialsError) return 'auth'
  if (error instanceof ConfigError) return 'config'
  if (error instanceof UnsupportedParameterError) return 'unsupported'
  if (error instanceof TimeoutError) return 'timeout'
  if (error instanceof ConnectionError) return 'connection'
  if (error instanceof ProviderError) return classifyProviderError(error)
  if (error instanceof StreamError) return classifyStreamError(error)
  return 'unknown'
}

function classifyStreamError({ isRetryable, status }: StreamError): ErrorClass {
  if (isRetryable) return 'malformed'
  // Before there is an answer, a codec says so of a request that it cannot read.
  return status === undefined ? 'bad-request' : 'unreadable'
}

function classifyProviderError(error: ProviderError): ErrorClass {
  const named = CLASS_BY_CODE[error.code ?? ''] ?? CLASS_BY_CODE[error.type ?? '']
  if (named) return named
  const status = error.status
  if (status !== undefined && status >= 300 && status < 400) return 'not-found'
  if (status === undefined || status < 400) return 'server'
  if (status === 401 || status === 403) return 'auth'
  if (status === 402) return 'quota'
  if (status === 404) return 'not-found'
  if (status === 429) return 'rate-limit'
  if (status === 413) return 'context-length'
  if (status === 529 || status === 503) return 'overloaded'
  if (status >= 500 || status === 408 || status === 409 || status === 425) return 'server'
  return TOO_LONG.test(error.message) ? 'context-length' : 'bad-request'
}

const RETRYABLE: ReadonlySet<ErrorClass> = new Set(['rate-limit', 'timeout', 'connection', 'server', 'overloaded', 'malformed'])

/** Whether the same request may succeed at the same target a little later. */
export function isRetryableClass(errorClass: ErrorClass): boolean {
  return RETRYABLE.has(errorClass)
}
