/** One gate after another, and the budgets behind them: with or without waiting. */
import { loadPrices } from '../../cost/tables.js'
import type { RouteStep } from '../../router/route-step.js'
import type { Target } from '../../router/target.js'
import { warnOnce } from '../../telemetry/warn.js'
import { CallEntry, type AdmittedCall } from './admitted-call.js'
import type { BudgetRefusal, Estimate } from './budget-accounts.js'
import type { DemandPlace } from './demand.js'
import type { GateEntry, GateRefusal } from './gate-entry.js'
import type { Gate } from './gate.js'
import { uncounted, type LimitRefusal } from './limit-error.js'
import { Permit } from './permit.js'

/** How an attempt gets through its gates: with or without waiting. */
export interface EntryMode {
  /** As whom it enters them all. Default: as itself, at its own target. */
  readonly entry?: GateEntry
  /** Lets it in, or says why not. */
  enter(gate: Gate, entry: GateEntry): Promise<GateRefusal | undefined>
  /** It was let in for nothing. */
  undo(gate: Gate, entry: GateEntry): void
}

/** Through the gates of an attempt and the budgets. `undefined` when nothing limits it. */
export async function enter(
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

/** Warns once: while others serve, nobody would notice that this target never does. */
export function warnIfUnpriced(refusal: BudgetRefusal, target: Target): BudgetRefusal {
  if (refusal.unpriced) warnOnce(uncounted(refusal, target), 'unpriced')
  return refusal
}

/** A list of prices that is on its way is waited for: the call has a price, and nobody knows it yet. */
export async function estimateOf({ demand, client }: AdmittedCall, place: DemandPlace): Promise<Estimate> {
  const estimate = demand.estimate(place)
  if (!estimate.missing?.includes('is being loaded')) return estimate
  await loadPrices(client.prices)
  return demand.estimate(place)
}

/** All gates, or none. */
export async function enterGates(
  gates: readonly Gate[],
  entry: GateEntry,
  way: EntryMode,
): Promise<GateRefusal | undefined> {
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

/** The call's time may run out in a queue; its own end is told as that of the wait. */
export async function inTime(
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
