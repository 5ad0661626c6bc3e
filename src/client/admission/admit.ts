/** Whether a call, and each of its attempts, may run now, by the limits of targets and scopes and by budgets. */
import type { RouteStep } from '../../router/route-step.js'
import { CallEntry, type AdmittedCall, type AdmittedStep } from './admitted-call.js'
import type { DemandPlace } from './demand.js'
import { enterAll, type EntryRequest } from './enter-all.js'
import type { GateEntry } from './gate-entry.js'
import type { Gate } from './gate.js'
import { refusalError, type LimitRefusal } from './limit-error.js'
import { enterGates, estimateOf, inTime, warnIfUnpriced } from './pass-gates.js'
import { Permit } from './permit.js'
import { waitForOne, type Waiting } from './wait-for-one.js'
import { whileAlive } from './while-alive.js'

const undo = (gate: Gate, entry: GateEntry): void => gate.undo(entry)

/**
 * Waits until the call as a whole is let in, by the limits that hold for it whatever target serves.
 *
 * @throws LimitError when it is not let in in time.
 */
async function enterCall(call: AdmittedCall, { gates, entry }: EntryRequest): Promise<Permit> {
  const refusal = await enterGates(gates, entry, {
    async enter(gate) {
      const now = await gate.tryEnter(entry)
      return now?.mayWait ? inTime(call, () => gate.enter(entry, call.limits.signal), gate) : now
    },
    undo,
  })
  if (refusal) throw refusalError(refusal)
  return new Permit(gates, entry)
}

/**
 * The step if its target takes the call, else the next whose target does. When all are at their limits, waits for the first
 * that has room again. Returns without a promise when it can: each of several calls that begin together then sees the
 * attempts of those before it.
 *
 * @throws LimitError when no target takes the call in time, or the reason of the caller's abort.
 */
export function admit(call: AdmittedCall, first: RouteStep): AdmittedStep | Promise<AdmittedStep> {
  const { target, health } = first.member
  const { gates } = call.client
  // Once for all attempts, with the first.
  const request =
    gates.limitCalls && !call.permit ? requestOf(call, gates.forCall(call.demand.scopeFacts())) : undefined
  if (!request && !gates.limits(target) && !health.exhausted) return first
  const own: CallEntrance | undefined = request && { request, permit: undefined }
  const admitting = admitSome(call, first, own).catch((error: unknown) => {
    own?.permit?.undo()
    throw error
  })
  const admitted = whileAlive(call.limits.signal, admitting, ({ permit }) => {
    permit?.undo()
    own?.permit?.undo()
  })
  if (!own) return admitted
  return admitted.then((step) => {
    call.permit = own.permit
    return step
  })
}

/** The gates of the call as a whole, and its permit once it has passed them. */
interface CallEntrance {
  readonly request: EntryRequest
  permit: Permit | undefined
}

async function admitSome(call: AdmittedCall, first: RouteStep, own?: CallEntrance): Promise<AdmittedStep> {
  const refused: Waiting[] = []
  const exhausted: Omit<Waiting, 'refusal'>[] = []
  for (let step: RouteStep | undefined = first; step; step = call.itinerary.skip()) {
    const back = call.itinerary.checkpoint()
    if (step.member.health.exhausted) {
      exhausted.push({ step, back })
      continue
    }
    const entered = await enterNow(call, step, own)
    if (entered instanceof Permit) return { ...step, permit: entered }
    if (!entered) return step
    refused.push({ step, refusal: entered, back })
  }
  // When nothing else is left, targets whose provider says that the quota is used up are tried all the same.
  for (const { step, back } of exhausted) {
    const entered = await enterNow(call, step, own)
    if (entered && !(entered instanceof Permit)) refused.push({ step, refusal: entered, back })
    else {
      back()
      return { ...step, permit: entered }
    }
  }
  const waiting = refused.filter(({ refusal }) => 'mayWait' in refusal && refusal.mayWait)
  const [only] = waiting
  if (only) {
    // Every call passes its own gates before those of a target.
    if (own && !own.permit) own.permit = await enterCall(call, own.request)
    return waitForOne(call, waiting)
  }
  const { step, refusal } = refused[0] as Waiting
  throw refusalError(refusal, step.member.target)
}

/** Another target for a hedge, let in without waiting; `undefined` when there is none. */
export async function admitBeside(call: AdmittedCall): Promise<AdmittedStep | undefined> {
  const { itinerary, client } = call
  for (let step = itinerary.hedge(); step; step = itinerary.hedge()) {
    if (!client.gates.limits(step.member.target)) return step
    // A store that fails must not fail a call whose first attempt is under way.
    const entering = whileAlive(call.limits.signal, enterNow(call, step), (late) => {
      if (late instanceof Permit) late.undo()
    })
    const entered = await entering.catch(() => ({ failed: true as const }))
    if (entered instanceof Permit) return { ...step, permit: entered }
    if (!entered) return step
    itinerary.undoStep()
  }
  return undefined
}

/** Enters without waiting at a target, in one operation of the store. `undefined` when nothing limits the attempt. */
async function enterNow(
  call: AdmittedCall,
  step: RouteStep,
  own?: CallEntrance,
): Promise<Permit | LimitRefusal | undefined> {
  const { gates } = call.client
  const { target } = step.member
  const facts = call.demand.scopeFacts(target)
  const place = { target, params: step.params }
  const draft = gates.budgets.any ? gates.budgets.draft(facts, await estimateOf(call, place)) : undefined
  if (draft && 'refused' in draft) return warnIfUnpriced(draft.refused, target)
  const attempt = requestOf(call, gates.forAttempt(target, facts), [place])
  const first = own && !own.permit ? own.request : undefined
  const entered = await enterAll(gates.store, first ? [first, attempt] : [attempt], draft)
  if (entered.in) {
    if (own && first) own.permit = new Permit(first.gates, first.entry)
    const { reservation } = entered
    return attempt.gates.length > 0 || gates.budgets.any
      ? new Permit(attempt.gates, attempt.entry, reservation)
      : undefined
  }
  const { refusal, request } = entered
  if (own && first && request === first) {
    if (!('mayWait' in refusal && refusal.mayWait)) throw refusalError(refusal)
    own.permit = await enterCall(call, first)
    return enterNow(call, step, own)
  }
  return 'mayWait' in refusal ? refusal : warnIfUnpriced(refusal, target)
}

/** @param places - Where the attempt goes; none for the call itself. */
function requestOf(call: AdmittedCall, gates: readonly Gate[], places: readonly DemandPlace[] = []): EntryRequest {
  return { gates, entry: new CallEntry(call, places) }
}
