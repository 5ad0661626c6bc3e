/** Whether and when to try the same target again. */
import { isRetryableClass, type ErrorClass } from './error-class.js'

export interface RetryPolicy {
  /** Further tries at one target after the first. */
  readonly max: number
  /** Milliseconds; doubles with every try. */
  readonly baseDelay: number
  /** Milliseconds; also the longest wait a provider can ask for and still be retried. */
  readonly maxDelay: number
}

export const DEFAULT_RETRIES: RetryPolicy = { max: 2, baseDelay: 500, maxDelay: 30_000 }

export interface Failure {
  readonly errorClass: ErrorClass
  readonly retryAfterMs: number | undefined
  /** Tries at this target so far, this failed one included. */
  readonly tries: number
  /** Whether another target is left. */
  readonly hasNext: boolean
  /** Milliseconds left of the call's time. */
  readonly remaining: number
}

/**
 * Milliseconds to wait before the same target is tried again, or `undefined` not to try it again.
 * Exponential backoff with full jitter; a provider's own wait wins up to `maxDelay`. While another target
 * is left, nobody waits out a provider's wait or tries a target again that has just timed out.
 */
export function retryDelay(policy: RetryPolicy, failure: Failure, random: () => number): number | undefined {
  const { errorClass, retryAfterMs, tries, hasNext, remaining } = failure
  if (tries > policy.max || !isRetryableClass(errorClass)) return undefined
  if (hasNext && (errorClass === 'timeout' || retryAfterMs !== undefined)) return undefined
  if (retryAfterMs !== undefined && retryAfterMs > policy.maxDelay) return undefined
  const delay = retryAfterMs ?? random() * Math.min(policy.maxDelay, policy.baseDelay * 2 ** (tries - 1))
  return delay < remaining ? delay : undefined
}

/**
 * The wait that an answer asks for, in milliseconds: `retry-after-ms` (OpenAI, Azure), else `retry-after`
 * in seconds or as an HTTP date (RFC 9110, section 10.2.3).
 */
export function parseRetryAfter(headers: Pick<Headers, 'get'>, date: number): number | undefined {
  const milliseconds = headers.get('retry-after-ms')
  if (milliseconds !== null && milliseconds.trim() !== '' && Number(milliseconds) >= 0) return Number(milliseconds)
  const after = headers.get('retry-after')
  if (after === null || after.trim() === '') return undefined
  if (Number(after) >= 0) return Number(after) * 1000
  // Without a word in it, what is no number is no HTTP date either, though Date.parse takes it for a year.
  const time = /[a-z]/i.test(after) ? Date.parse(after) : NaN
  return Number.isNaN(time) ? undefined : Math.max(0, time - date)
}
