/** What kind of failure an error is, as fallbacks, retries, cooldowns and telemetry name it. */

export type ErrorClass =
  | 'abort'
  | 'config'
  /**
   * The target cannot serve this request, though it serves others: it cannot express a parameter, has no endpoint that takes
   * tools or images, or does not have the file that is named.
   */
  | 'unsupported'
  /** 401, 403: this target's key is wrong, or may not use the model. Also when there is none to be had. */
  | 'auth'
  /** 404, or a redirect, which is not followed: the address or the model is wrong for this target. */
  | 'not-found'
  /** 429 because of the rate: waiting helps. */
  | 'rate-limit'
  /** Quota or credit used up: waiting does not help. */
  | 'quota'
  /** 529, 503, 498, or said so: the provider has no capacity. Another target may have; this one may later. */
  | 'overloaded'
  /** The prompt is longer than the model's context, or than the account gets in a minute. */
  | 'context-length'
  /** The provider refused the request for what is in it. */
  | 'content-policy'
  /** There is an answer, but a content filter withheld it. */
  | 'content-filter'
  /** There is an answer, and the model declines in it. */
  | 'refusal'
  /** There is an answer, but nothing is in it. */
  | 'empty'
  /** The model's answer does not fit the schema or the tools that were asked for: the provider says so, or a check here. */
  | 'invalid-output'
  /** There is an answer, and a fallback's own predicate turned it down. */
  | 'rejected'
  /** The request itself is wrong, at every target. */
  | 'bad-request'
  | 'timeout'
  | 'connection'
  /** 5xx, 408, 409, 424, and an error inside a 200 answer. */
  | 'server'
  /** An answer that is not what its format promises. */
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
