/** A call that waits at several targets at once. */
import { setMaxListeners } from 'node:events'
import type { RouteStep } from '../../router/route-step.js'
import type { Target } from '../../router/target.js'
import { CallEntry, type AdmittedCall, type AdmittedStep } from './admitted-call.js'
import type { GateRefusal } from './gate-entry.js'
import type { Gate } from './gate.js'
import { refusalError, type LimitRefusal } from './limit-error.js'
import { enter, inTime, type EntryMode } from './pass-gates.js'
import { Permit } from './permit.js'
import { hasNodeModules } from '../../kernel/platform.js'

/** A step whose target has no room now. */
export interface Waiting {
  readonly step: RouteStep
  readonly refusal: LimitRefusal
  /** Returns the itinerary to this step. */
  readonly back: () => void
}

/**
 * Waits in all queues at once. The first target that lets the call in is its step. A limit that several targets share is
 * passed once: a second place for the same call would be one too many.
 */
export function waitForOne(call: AdmittedCall, waiting: readonly Waiting[]): Promise<AdmittedStep> {
  const { signal } = call.limits
  const over = new AbortController()
  const onAbort = (): void => over.abort(signal.reason)
  // A shared gate counts the target that needs most of it.
  const entry = new CallEntry(
    call,
    waiting.map(({ step: { member, params } }) => ({ target: member.target, params })),
  )
  const passing = new Map<Gate, Promise<GateRefusal | undefined>>()
  let kept: readonly Gate[] = []
  const way: EntryMode = {
    entry,
    enter(gate) {
      const entering = passing.get(gate) ?? inTime(call, () => gate.enter(entry, over.signal), gate)
      passing.set(gate, entering)
      return entering
    },
    // At the end, all at once.
    undo: () => {},
  }
  const undoOthers = (): void => {
    for (const [gate, entering] of passing) {
      entering.then(
        (refusal) => {
          if (!refusal && !kept.includes(gate)) gate.undo(entry)
        },
        // The call has got this error, and no longer waits.
        () => {},
      )
    }
  }
  // It waits in as many queues as there are targets.
  if (hasNodeModules()) setMaxListeners(0, over.signal)
  return new Promise<AdmittedStep>((resolve, reject) => {
    let left = waiting.length
    let refusal: { readonly why: LimitRefusal; readonly target: Target } | undefined
    const refuse = (why: LimitRefusal, target: Target): void => {
      refusal ??= { why, target }
      left -= 1
      if (left === 0) reject(refusalError(refusal.why, refusal.target))
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    for (const { step, back } of waiting) {
      const { target } = step.member
      enter(call, step, way).then((entered) => {
        if (entered && !(entered instanceof Permit)) return refuse(entered, target)
        // Two queues can let it in at the same moment, or one just as its time ends.
        if (over.signal.aborted) {
          entered?.discard()
          return reject(signal.reason as Error)
        }
        kept = entered?.gates ?? []
        over.abort()
        back()
        resolve({ ...step, permit: entered })
      }, reject)
    }
  }).finally(() => {
    over.abort()
    undoOthers()
    signal.removeEventListener('abort', onAbort)
  })
}
