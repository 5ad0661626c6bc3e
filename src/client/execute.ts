/** Attempts until one succeeds: beside each other, the same target again, then the next, as the policies say. */
import { context } from '@opentelemetry/api'
import { TracestitchError } from '../kernel/errors.js'
import { classifyError } from '../policies/error-class.js'
import { hedgeDelay } from '../policies/hedge.js'
import type { Step } from '../router/itinerary.js'
import type { Target } from '../router/target.js'
import { admit, admitsNow } from './admission.js'
import type { AttemptRun } from './attempt-run.js'
import type { LogicalCall } from './call.js'
import { locate } from './failure.js'

type Attempt<T> = (run: AttemptRun) => Promise<T>

/** How one or more attempts side by side came out: the answer, or the failure that came last. */
type Outcome<T> = { readonly value: T } | { readonly error: unknown; readonly target: Target }

/**
 * Runs `attempt` until it succeeds; a failed attempt is finished here, a successful one by `attempt`.
 *
 * @throws the last attempt's error, or the reason of the call's abort.
 */
export async function execute<T>(call: LogicalCall, attempt: Attempt<T>): Promise<T> {
  const { limits, itinerary } = call
  if (limits.signal.aborted) throw abortReason(call)
  let step = await admit(call, call.start())
  for (;;) {
    const outcome = await sideBySide(call, step, attempt)
    if ('value' in outcome) return outcome.value
    const { error, target } = outcome
    if (limits.signal.aborted) throw abortReason(call, target)
    const next = itinerary.next({
      errorClass: classifyError(error),
      retryAfterMs: error instanceof TracestitchError ? error.retryAfterMs : undefined,
      remaining: limits.remaining,
    })
    if (!next) throw error
    if (next.wait > 0) {
      await limits.sleep(next.wait).catch(() => {
        throw abortReason(call, target)
      })
    }
    step = await admit(call, next)
  }
}

/** One attempt, and others beside it when it is slow and the alias says so. The first answer wins. */
function sideBySide<T>(call: LogicalCall, first: Step, attempt: Attempt<T>): Promise<Outcome<T>> {
  const { hedge } = call
  if (!hedge) return one(call, first, attempt)
  return new Promise((resolve) => {
    let running = 0
    let further = hedge.max
    let timer: NodeJS.Timeout | undefined
    const start = (step: Step): void => {
      running += 1
      const delay = further > 0 ? hedgeDelay(hedge, step.member.health.p95(call.routed.stream)) : undefined
      if (delay !== undefined) timer = setTimeout(() => void beside(), delay)
      void one(call, step, attempt).then((outcome) => {
        running -= 1
        if (!('value' in outcome) && running > 0) return
        clearTimeout(timer)
        resolve(outcome)
      })
    }
    const beside = async (): Promise<void> => {
      const step = call.limits.signal.aborted ? undefined : call.itinerary.hedge()
      if (!step || !(await admitsNow(call, step))) return
      if (running === 0) return call.client.gates.of(step.member.target)?.leave()
      further -= 1
      start(step)
    }
    start(first)
  })
}

async function one<T>(call: LogicalCall, step: Step, attempt: Attempt<T>): Promise<Outcome<T>> {
  const run = call.attempt(step)
  try {
    const value = await context.with(run.span.context, () => attempt(run))
    call.claim(run)
    return { value }
  } catch (thrown) {
    const error = run.locate(thrown)
    run.limits.abandon()
    run.finish(error)
    return { error, target: run.target }
  }
}

/** The caller's own reason as it is; a time limit of ours with the target it ran out at. */
function abortReason(call: LogicalCall, target?: Target): unknown {
  const reason: unknown = call.limits.signal.reason
  if (call.limits.abortedByCaller || !target) return reason
  return locate(reason, { provider: target.provider.id, model: target.model })
}
