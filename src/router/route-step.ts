/** The start of a call's way through its targets, and its steps. */
import type { ErrorClass } from '../policies/classify-error.js'
import type { RetryPolicy } from '../policies/retry.js'
import type { Fallback, Route } from './route.js'
import type { Member, RoutedCall } from './strategy.js'

/** The next attempt. */
export interface RouteStep {
  readonly member: Member
  /** Milliseconds to wait first. */
  readonly wait: number
  /** Why this target was chosen, for the trace. */
  readonly reason: string
  /** Fields of the body that are set or changed for this target. */
  readonly params: Readonly<Record<string, unknown>> | undefined
}

/** There is no first attempt, because every target is in cooldown. */
export interface AllInCooldown {
  /** Milliseconds until the first of them may be tried. */
  readonly retryAfterMs: number
}

export interface FailedStep {
  readonly errorClass: ErrorClass
  /** A second class that a fallback may be for. */
  readonly also?: ErrorClass | undefined
  /** The fallback whose own test rejected the answer. */
  readonly tested?: Fallback | undefined
  readonly retryAfterMs: number | undefined
  /** Milliseconds left of the call's time. */
  readonly remaining: number
  /** Id of the target that failed. Default: that of the last step. */
  readonly target?: string
}

export interface CallRoute {
  readonly call: RoutedCall
  readonly route: Route
  /** The fallbacks after the route's own targets. */
  readonly fallbacks: readonly Fallback[]
  readonly retries: RetryPolicy
  /** When every target is in cooldown: try the one that comes back first, or none. */
  readonly whenAllInCooldown: 'soonest' | 'reject'
  readonly random: () => number
}
