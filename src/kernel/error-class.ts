/** Classes of failures, for fallbacks, retries, cooldowns and telemetry. */

export type ErrorClass =
  | 'abort'
  | 'config'
  /**
   * The target cannot serve this request, although it serves others: it does not support a parameter, has no endpoint for
   * tools or images, or does not have the named file.
   */
  | 'unsupported'
  /** 401, 403: this target's key is wrong, or may not use the model. Also when no key could be obtained. */
  | 'auth'
  /** 404, or a redirect, which is not followed: the address or the model is wrong for this target. */
  | 'not-found'
  /** 429 because of the rate: waiting helps. */
  | 'rate-limit'
  /** Quota or credit used up: waiting does not help. */
  | 'quota'
  /** 529, 503, 498, or a message that says so: the provider has no capacity. Another target may have; this one may later. */
  | 'overloaded'
  /** The prompt is longer than the model's context, or than the account's tokens a minute. */
  | 'context-length'
  /** The provider refused the request because of its content. */
  | 'content-policy'
  /** There is an answer, but a content filter withheld it. */
  | 'content-filter'
  /** There is an answer, in which the model refuses. */
  | 'refusal'
  /** There is an answer, but it is empty. */
  | 'empty'
  /** The model's answer does not fit the schema or the tools of the request, by the provider or by a check here. */
  | 'invalid-output'
  /** There is an answer, but a fallback's own test rejected it. */
  | 'rejected'
  /** The request itself is wrong, so every target would refuse it. */
  | 'bad-request'
  | 'timeout'
  | 'connection'
  /** 5xx, 408, 409, 424, and an error inside a 200 answer. */
  | 'server'
  /** An answer that breaks its format. */
  | 'malformed'
  /** An answer that this target would give again, such as one too large to be read. */
  | 'unreadable'
  | 'unknown'

const RETRYABLE: ReadonlySet<ErrorClass> = new Set([
  'rate-limit',
  'timeout',
  'connection',
  'server',
  'overloaded',
  'malformed',
  'invalid-output',
])

/** Whether the same request may succeed at the same target a little later. */
export function isRetryableClass(errorClass: ErrorClass): boolean {
  return RETRYABLE.has(errorClass)
}
