/** The time limits of one attempt: the call's, else the target's, else its provider's, else the client's. */
import { attemptLimit, timeoutPolicy, type TimeoutPolicy } from '../../policies/timeout.js'
import type { Itinerary } from '../../router/itinerary.js'
import type { RoutedCall } from '../../router/strategy.js'
import type { Target } from '../../router/target.js'
import type { ClientContext } from '../context.js'
import type { CallOptions } from '../types/options.js'
import type { AttemptLimits, CallLimits } from './time-limits.js'

interface TimedCall {
  readonly client: ClientContext
  readonly options: CallOptions
  readonly limits: CallLimits
  readonly itinerary: Itinerary
  readonly routed: RoutedCall
}

export function timeoutAt({ provider, timeout }: Target, { options, client }: TimedCall): TimeoutPolicy {
  const usual = timeoutPolicy(provider.timeout, client.plan.timeout)
  return timeoutPolicy(options.timeout, timeoutPolicy(timeout, usual))
}

/** Starts the limits that run from the beginning of an attempt. `total` is the attempt's own here, a stream to its end included. */
export function startLimits(
  limits: AttemptLimits,
  { provider, timeout: own }: Target,
  timeout: TimeoutPolicy,
  call: TimedCall,
): void {
  const total = own?.total ?? provider.timeout?.total
  const set = timeout.attempt ?? (call.routed.stream ? timeout.firstChunk : undefined) ?? total
  const limit = attemptLimit(set, call.limits.remaining, () => call.itinerary.hasOther)
  limits.start('total', total)
  if (limit && (timeout.attempt !== undefined || limit.why !== undefined)) limits.start('attempt', limit.ms, limit.why)
}
