/** Attempts until one succeeds: the same target again, then the next, as the policies say. */
import { context } from '@opentelemetry/api'
import { TracestitchError } from '../kernel/errors.js'
import { classifyError } from '../policies/error-class.js'
import { mayFallBack } from '../policies/fallback.js'
import { retryDelay } from '../policies/retry.js'
import type { Target } from '../router/target.js'
import type { AttemptRun, LogicalCall } from './call.js'
import { locate } from './failure.js'

/**
 * Runs `attempt` until it succeeds; a failed attempt is finished here, a successful one by `attempt`.
 *
 * @throws the last attempt's error, or the reason of the call's abort.
 */
export async function execute<T>(call: LogicalCall, attempt: (run: AttemptRun) => Promise<T>): Promise<T> {
  const { targets, limits, client } = call
  let index = 0
  let tries = 0
  for (;;) {
    if (limits.signal.aborted) throw abortReason(call)
    const target = targets[index] as Target
    tries += 1
    const run = call.attempt(target)
    try {
      return await context.with(run.span.context, () => attempt(run))
    } catch (thrown) {
      const error = run.locate(thrown)
      run.limits.abandon()
      run.finish(error)
      if (limits.signal.aborted) throw abortReason(call, target)
      const errorClass = classifyError(error)
      const hasNext = index + 1 < targets.length
      const retryAfterMs = error instanceof TracestitchError ? error.retryAfterMs : undefined
      const failure = { errorClass, retryAfterMs, tries, hasNext, remaining: limits.remaining }
      const delay = retryDelay(client.plan.retries, failure, client.random)
      if (delay !== undefined) {
        await limits.sleep(delay).catch(() => {
          throw abortReason(call, target)
        })
      } else if (hasNext && mayFallBack(errorClass)) {
        index += 1
        tries = 0
      } else {
        throw error
      }
    }
  }
}

/** The caller's own reason as it is; a time limit of ours with the target it ran out at. */
function abortReason(call: LogicalCall, target?: Target): unknown {
  const reason: unknown = call.limits.signal.reason
  if (call.limits.abortedByCaller || !target) return reason
  return locate(reason, { provider: target.provider.id, model: target.model })
}
