/** Whether and when to try the same target again. */
import { isRetryableClass, type ErrorClass } from './classify-error.js'

/** How often, and how far apart, a failed attempt is repeated at the same target. */
export interface RetryPolicy {
  /** Further tries at the targets of a level, once each of them has been tried. Default 2. */
  readonly max: number
  /** Numbers for classes of failures that differ from `max`. */
  readonly on: Readonly<Partial<Record<ErrorClass, number>>>
  /** Milliseconds before the first retry; doubles with every try. Default 500. */
  readonly baseDelay: number
  /** The longest wait, in milliseconds. A provider that asks for a longer one is not retried. Default 30 000. */
  readonly maxDelay: number
  /** Retries that a target gets for each of its calls, in the long run, so that retries do not make an outage worse. Default 0.2. */
  readonly budget: number
  /** The most attempts of one call, at all targets together. Default 12. */
  readonly attempts: number
}

export const DEFAULT_RETRIES: RetryPolicy = {
  max: 2,
  on: {},
  baseDelay: 500,
  maxDelay: 30_000,
  budget: 0.2,
  attempts: 12,
}

export interface Failure {
  readonly errorClass: ErrorClass
  readonly retryAfterMs: number | undefined
  /** Retries so far at this level. */
  readonly retries: number
  /** Whether another target is left. */
  readonly hasNext: boolean
  /** Milliseconds left of the call's time. */
  readonly remaining: number
}

/** Failures after which another target is better than a retry: it timed out, is at its rate limit, or answered badly. */
const ELSEWHERE: ReadonlySet<ErrorClass> = new Set(['timeout', 'rate-limit', 'invalid-output'])

/**
 * Milliseconds to wait before a target that was tried is tried again, or `undefined` not to try it again. Exponential
 * backoff with full jitter; a wait that the provider asks for wins, up to `maxDelay`. While another target is left, the
 * call does not wait for the provider, and does not retry a target that has just timed out or is at its rate limit.
 */
export function retryDelay(policy: RetryPolicy, failure: Failure, random: () => number): number | undefined {
  const { errorClass, retryAfterMs, retries, hasNext, remaining } = failure
  if (!isRetryableClass(errorClass) || retries >= (policy.on[errorClass] ?? policy.max)) return undefined
  if (hasNext && (ELSEWHERE.has(errorClass) || retryAfterMs !== undefined)) return undefined
  if (retryAfterMs !== undefined && retryAfterMs > policy.maxDelay) return undefined
  const delay = retryAfterMs ?? random() * Math.min(policy.maxDelay, policy.baseDelay * 2 ** retries)
  return delay < remaining ? delay : undefined
}

/** Retries that a target always has in reserve, so that a target with few calls gets them too. */
const RESERVE = 10

/** Counts the retries that a target has left: each call adds a share, each retry takes one. */
export class RetryBudget {
  private readonly share: number
  private left: number

  /** @param share - 0: it is never retried. */
  constructor(share: number) {
    this.share = share
    this.left = share === 0 ? 0 : RESERVE
  }

  /** An attempt begins, a retry too. */
  call(): void {
    this.left = Math.min(this.left + this.share, RESERVE * 10)
  }

  /** Whether there may be a retry now. */
  take(): boolean {
    if (this.left < 1) return false
    // A retry is an attempt too, and adds its share.
    this.left -= 1 + this.share
    return true
  }
}
