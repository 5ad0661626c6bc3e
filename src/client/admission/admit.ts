/** Whether a call, and each of its attempts, may run now: limits of the target and of scopes, and budgets. */
import { setMaxListeners } from 'node:events'
import { loadPrices } from '../../cost/tables.js'
import type { Itinerary, RouteStep } from '../../router/itinerary.js'
import type { Target } from '../../router/target.js'
import { warnOnce } from '../../telemetry/warn.js'
import type { CallLimits } from '../call/time-limits.js'
import type { ClientContext } from '../context.js'
import type { CallOptions } from '../types/options.js'
import type { BudgetRefusal, Estimate } from './budgets.js'
import type { Demand, DemandPlace } from './demand.js'
import type { GateEntry, Gate, GateRefusal } from './gate.js'
import { whileAlive } from './while-alive.js'
import { Permit } from './permit.js'
import { refusalError, uncounted, type LimitRefusal } from './limit-error.js'
import { enterAll, type Side } from './enter-all.js'
import { hasNodeModules } from '../../kernel/runtime.js'

/** A call, as far as admission goes. */
export interface AdmittedCall {
  readonly client: ClientContext
  readonly options: CallOptions
  readonly itinerary: Itinerary
  readonly demand: Demand
  readonly limits: CallLimits
  /** What the whole call holds, beside what its attempts do. */
  permit: Permit | undefined
}

/** A step that may be made, with what it holds for it. */
export interface AdmittedStep extends RouteStep {
  readonly permit?: Permit | undefined
}

/** How an attempt gets through its gates: with or without waiting. */
interface EntryMode {
  /** As whom it enters them all. Default: as itself, at its own target. */
  readonly entry?: GateEntry
  /** Lets it in, or says why not. */
  enter(gate: Gate, entry: GateEntry): Promise<GateRefusal | undefined>
  /** It was let in for nothing. */
  undo(gate: Gate, entry: GateEntry): void
}

interface Waiting {
  readonly step: RouteStep
  readonly refusal: LimitRefusal
  /** Gives the itinerary back as it was at this step. */
  readonly back: () => void
}

const undo = (gate: Gate, entry: GateEntry): void => gate.undo(entry)

/**
 * Waits until the call itself is let in, where limits hold for it whatever target serves.
 *
 * @throws LimitError when it is not let in in time.
 */
async function enterCall(call: AdmittedCall, { gates, entry }: Side): Promise<Permit> {
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
 * The step when its target takes the call, else the next that does. When all are at their limits, the first that has
 * room again is waited for. Gives the step at once when it can: of calls that begin together each then sees the attempts
 * of those before it.
 *
 * @throws LimitError when no target takes the call in time, or the reason of the caller's abort.
 */
export function admit(call: AdmittedCall, first: RouteStep): AdmittedStep | Promise<AdmittedStep> {
  const { target, health } = first.member
  const { gates } = call.client
  // Once for all its attempts, with the first.
  const side = gates.limitCalls && !call.permit ? sideOf(call, gates.forCall(call.demand.scopeFacts())) : undefined
  if (!side && !gates.limits(target) && !health.exhausted) return first
  const own: OwnSide | undefined = side && { side, permit: undefined }
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

/** The call's own gates, and what it holds of them. */
interface OwnSide {
  readonly side: Side
  permit: Permit | undefined
}

async function admitSome(call: AdmittedCall, first: RouteStep, own?: OwnSide): Promise<AdmittedStep> {
  const refused: Waiting[] = []
  const exhausted: Omit<Waiting, 'refusal'>[] = []
  for (let step: RouteStep | undefined = first; step; step = call.itinerary.skip()) {
    const back = call.itinerary.mark()
    if (step.member.health.exhausted) {
      exhausted.push({ step, back })
      continue
    }
    const entered = await enterNow(call, step, own)
    if (entered instanceof Permit) return { ...step, permit: entered }
    if (!entered) return step
    refused.push({ step, refusal: entered, back })
  }
  // Where nothing else is left, what a provider said of its quota is put to the test.
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
    // Its own places come before those of a target, as for every call.
    if (own && !own.permit) own.permit = await enterCall(call, own.side)
    return waitForOne(call, waiting)
  }
  const { step, refusal } = refused[0] as Waiting
  throw refusalError(refusal, step.member.target)
}

/** Another target beside those at work, let in without waiting; `undefined` when there is none. */
export async function admitBeside(call: AdmittedCall): Promise<AdmittedStep | undefined> {
  const { itinerary, client } = call
  for (let step = itinerary.hedge(); step; step = itinerary.hedge()) {
    if (!client.gates.limits(step.member.target)) return step
    // A store that does not answer fails no call whose first attempt is under way.
    const entering = whileAlive(call.limits.signal, enterNow(call, step), (late) => {
      if (late instanceof Permit) late.undo()
    })
    const entered = await entering.catch(() => ({ failed: true as const }))
    if (entered instanceof Permit) return { ...step, permit: entered }
    if (!entered) return step
    itinerary.forgo()
  }
  return undefined
}

/**
 * In all queues at once; the first that lets the call in is its step. A limit that several targets share is passed once:
 * a place of it that was held for the one would be missing for the other.
 */
function waitForOne(call: AdmittedCall, waiting: readonly Waiting[]): Promise<AdmittedStep> {
  const { signal } = call.limits
  const over = new AbortController()
  const onAbort = (): void => over.abort(signal.reason)
  // A gate that several share is entered once, as for the one that needs most of it.
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
    // In the end, all at once.
    undo: () => {},
  }
  const undoOthers = (): void => {
    for (const [gate, entering] of passing) {
      entering.then(
        (refusal) => {
          if (!refusal && !kept.includes(gate)) gate.undo(entry)
        },
        // Told to the call, which waits no longer.
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
        // Two queues can let it in at once, or one just as its time ends.
        if (over.signal.aborted) {
          entered?.forgo()
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

/** Without waiting at a target, and all in one operation of the store. `undefined` when nothing limits it. */
async function enterNow(
  call: AdmittedCall,
  step: RouteStep,
  own?: OwnSide,
): Promise<Permit | LimitRefusal | undefined> {
  const { gates } = call.client
  const { target } = step.member
  const facts = call.demand.scopeFacts(target)
  const place = { target, params: step.params }
  const draft = gates.budgets.any ? gates.budgets.draft(facts, await estimateOf(call, place)) : undefined
  if (draft && 'refused' in draft) return warnIfUnpriced(draft.refused, target)
  const attempt = sideOf(call, gates.forAttempt(target, facts), [place])
  const first = own && !own.permit ? own.side : undefined
  const entered = await enterAll(gates.store, first ? [first, attempt] : [attempt], draft)
  if (entered.in) {
    if (own && first) own.permit = new Permit(first.gates, first.entry)
    const { reservation } = entered
    return attempt.gates.length > 0 || gates.budgets.any
      ? new Permit(attempt.gates, attempt.entry, reservation)
      : undefined
  }
  const { refusal, side } = entered
  if (own && first && side === first) {
    if (!('mayWait' in refusal && refusal.mayWait)) throw refusalError(refusal)
    own.permit = await enterCall(call, first)
    return enterNow(call, step, own)
  }
  return 'mayWait' in refusal ? refusal : warnIfUnpriced(refusal, target)
}

/** @param places - Where the attempt goes; none for the call itself. */
function sideOf(call: AdmittedCall, gates: readonly Gate[], places: readonly DemandPlace[] = []): Side {
  return { gates, entry: new CallEntry(call, places) }
}

/** Warns once: while others serve, nobody would notice that this target never does. */
function warnIfUnpriced(refusal: BudgetRefusal, target: Target): BudgetRefusal {
  if (refusal.unpriced) warnOnce(uncounted(refusal, target), 'unpriced')
  return refusal
}

/** `undefined` when nothing limits it. */
async function enter(
  call: AdmittedCall,
  { member, params }: RouteStep,
  way: EntryMode,
): Promise<Permit | LimitRefusal | undefined> {
  const { gates } = call.client
  const { target } = member
  const facts = call.demand.scopeFacts(target)
  const place = { target, params }
  const entry = way.entry ?? new CallEntry(call, [place])
  const passed = gates.forAttempt(target, facts)
  const refusal = await enterGates(passed, entry, way)
  if (refusal) return refusal
  if (!gates.budgets.any) return passed.length > 0 ? new Permit(passed, entry) : undefined
  let reserved
  try {
    reserved = await gates.budgets.reserve(facts, await estimateOf(call, place))
  } catch (error) {
    for (const gate of passed) way.undo(gate, entry)
    throw error
  }
  if (!reserved || !('refused' in reserved)) return new Permit(passed, entry, reserved)
  for (const gate of passed) way.undo(gate, entry)
  return warnIfUnpriced(reserved.refused, target)
}

/** A list of prices that is on its way is waited for: the call has a price, and nobody knows it yet. */
async function estimateOf({ demand, client }: AdmittedCall, place: DemandPlace): Promise<Estimate> {
  const estimate = demand.estimate(place)
  if (!estimate.missing?.includes('is being loaded')) return estimate
  await loadPrices(client.prices)
  return demand.estimate(place)
}

/** All gates, or none. */
async function enterGates(gates: readonly Gate[], entry: GateEntry, way: EntryMode): Promise<GateRefusal | undefined> {
  const passed: Gate[] = []
  // One that another call makes in its place would count from nothing.
  for (const gate of gates) gate.expect()
  try {
    for (const gate of gates) {
      const refusal = await way.enter(gate, entry)
      if (refusal) return refusal
      passed.push(gate)
    }
    return undefined
  } finally {
    for (const gate of gates) gate.expectNoMore()
    if (passed.length < gates.length) for (const gate of passed) way.undo(gate, entry)
  }
}

class CallEntry implements GateEntry {
  readonly priority: number
  private readonly call: AdmittedCall
  private readonly places: readonly DemandPlace[]
  private estimated: number | undefined

  /** @param places - Where an attempt may go; none for the call itself. */
  constructor(call: AdmittedCall, places: readonly DemandPlace[] = []) {
    this.call = call
    this.places = places
    this.priority = call.options.priority ?? 0
  }

  get tokens(): number {
    const { call, places } = this
    return (this.estimated ??=
      places.length === 0 ? call.demand.tokens() : Math.max(...places.map((place) => call.demand.tokens(place))))
  }

  get requests(): number {
    return Math.max(1, ...this.places.map((place) => this.call.demand.requests(place)))
  }

  get remaining(): number {
    return this.call.limits.remaining
  }
}

/** The call's time may run out in a queue; its own end is told as that of the wait. */
async function inTime(
  call: AdmittedCall,
  enter: () => Promise<GateRefusal | undefined>,
  { name }: Gate,
): Promise<GateRefusal | undefined> {
  try {
    return await enter()
  } catch (error) {
    const { signal, abortedByCaller } = call.limits
    if (signal.aborted && !abortedByCaller) return { limit: 'queue', of: name, mayWait: false }
    throw error
  }
}
