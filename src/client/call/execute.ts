/** Makes attempts until one succeeds: in parallel, at the same target again, or at the next, as the policies say. */
import { context } from '@opentelemetry/api'
import { LimitError, TracestitchError, type NotTried } from '../../kernel/errors.js'
import { classifyError } from '../../policies/classify-error.js'
import { secondClass } from '../../policies/fallback.js'
import { hedgeDelay, type HedgePolicy } from '../../policies/hedge.js'
import type { Target } from '../../router/target.js'
import type { AdmittedStep } from '../admission/admitted-call.js'
import { admit, admitBeside } from '../admission/admit.js'
import type { AttemptRun } from './attempt-run.js'
import type { LogicalCall } from './logical-call.js'
import { locate } from '../transport/failure.js'
import { turnedDownFor } from '../answers/unfit.js'

type Attempt<T> = (run: AttemptRun) => Promise<T>

interface Failed {
  readonly error: unknown
  readonly target: Target
}

/** The outcome of one or more parallel attempts: the answer, or the last failure. */
type Outcome<T> = { readonly value: T } | Failed

/**
 * Runs `attempt` until it succeeds; a failed attempt is finished here, a successful one by `attempt`.
 *
 * @throws the last attempt's error, or the reason of the call's abort.
 */
export async function execute<T>(call: LogicalCall, attempt: Attempt<T>): Promise<T> {
  const { limits, itinerary } = call
  if (limits.aborted) throw abortReason(call)
  let step: AdmittedStep = call.start()
  let failed: Failed | undefined
  for (;;) {
    const entry = admit(call, step)
    step = entry instanceof Promise ? await orFailed(entry, failed) : entry
    if (limits.aborted) {
      step.permit?.undo()
      throw abortReason(call, failed?.target)
    }
    if (failed && failed.target !== step.member.target) tellFallback(call, failed, step)
    const outcome = await sideBySide(call, step, attempt)
    if ('value' in outcome) return outcome.value
    failed = outcome
    const { error, target } = outcome
    if (limits.aborted) throw abortReason(call, target)
    const errorClass = classifyError(error)
    const next = itinerary.next({
      target: target.id,
      errorClass,
      also: secondClass(error, errorClass),
      tested: turnedDownFor(error),
      retryAfterMs: error instanceof TracestitchError ? error.retryAfterMs : undefined,
      remaining: limits.remaining,
    })
    if (!next) throw withNotTried(error, itinerary.notTried(errorClass, turnedDownFor(error)))
    if (next.wait > 0) {
      await limits.sleep(next.wait).catch(() => {
        throw abortReason(call, target)
      })
    }
    step = next
  }
}

function tellFallback(call: LogicalCall, { error, target }: Failed, { member, reason }: AdmittedStep): void {
  call.client.hooks.tell('onFallback', () => ({
    model: call.routed.model,
    from: target.id,
    to: member.target.id,
    after: classifyError(error),
    reason,
  }))
}

/** If an attempt was sent, its failure is thrown rather than the refusal of the next one. */
function orFailed(entry: Promise<AdmittedStep>, failed: Failed | undefined): Promise<AdmittedStep> {
  return entry.catch((error: unknown) => {
    if (!failed || !(error instanceof LimitError)) throw error
    const { provider, model, message: why } = error
    throw withNotTried(failed.error, [{ target: `${provider}/${model}`, why, error }])
  })
}

function withNotTried(error: unknown, notTried: readonly NotTried[]): unknown {
  return TracestitchError.isInstance(error) ? Object.assign(error, { notTried }) : error
}

/** One attempt, and more in parallel when it is slow and the alias hedges. The first answer wins. */
function sideBySide<T>(call: LogicalCall, first: AdmittedStep, attempt: Attempt<T>): Promise<Outcome<T>> {
  const { hedge } = call.plan
  return hedge ? hedged(call, hedge, first, attempt) : attemptStep(call, first, attempt)
}

function hedged<T>(
  call: LogicalCall,
  hedge: HedgePolicy,
  first: AdmittedStep,
  attempt: Attempt<T>,
): Promise<Outcome<T>> {
  return new Promise((resolve, reject) => {
    // Attempts under way, and one that is being admitted: the last failure waits for it.
    let running = 0
    let further = hedge.max
    let over = false
    let failed: Failed | undefined
    let timer: NodeJS.Timeout | undefined
    const settle = (outcome: Outcome<T> | undefined): void => {
      running -= 1
      if (outcome && 'error' in outcome) failed = outcome
      const answer = outcome && 'value' in outcome ? outcome : undefined
      const result = answer ?? (running === 0 ? failed : undefined)
      if (over || !result) return
      over = true
      clearTimeout(timer)
      resolve(result)
    }
    const start = (step: AdmittedStep): void => {
      const delay = further > 0 ? hedgeDelay(hedge, step.member.health.p95(call.routed.stream)) : undefined
      if (delay !== undefined) timer = setTimeout(() => void beside().then(() => settle(undefined), reject), delay)
      running += 1
      attemptStep(call, step, attempt).then(settle, reject)
    }
    const beside = async (): Promise<void> => {
      running += 1
      const step = await admitBeside(call)
      if (!step) return
      if (over || call.limits.aborted) step.permit?.undo()
      else {
        further -= 1
        start(step)
      }
    }
    start(first)
  })
}

/** Never rejects. */
async function attemptStep<T>(call: LogicalCall, step: AdmittedStep, attempt: Attempt<T>): Promise<Outcome<T>> {
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

/** The caller's own reason unchanged, or the time limit that ran out, with its target. */
function abortReason(call: LogicalCall, target?: Target): unknown {
  const reason: unknown = call.limits.reason
  if (call.limits.abortedByCaller || !target) return reason
  return locate(reason, { provider: target.provider.id, model: target.model }, call.redaction)
}
