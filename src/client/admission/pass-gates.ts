/** Passes one gate after another, then the budgets, with or without waiting. */
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
  /** What all gates see. Default: the attempt at its own target. */
  readonly entry?: GateEntry
  /** Lets it in, or says why not. */
  enter(gate: Gate, entry: GateEntry): Promise<GateRefusal | undefined>
  /** Takes back an entry that is not used. */
  undo(gate: Gate, entry: GateEntry): void
}

/** Passes the gates of an attempt and the budgets. `undefined` when nothing limits it. */
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

/** Warns once. Otherwise nobody would notice that the target never serves, as long as others do. */
export function warnIfUnpriced(refusal: BudgetRefusal, target: Target): BudgetRefusal {
  if (refusal.unpriced) warnOnce(uncounted(refusal, target), 'unpriced')
  return refusal
}

/** Waits for a price list that is being loaded: the price is not missing, only not known yet. */
export async function estimateOf({ demand, client }: AdmittedCall, place: DemandPlace): Promise<Estimate> {
  const estimate = demand.estimate(place)
  if (!estimate.missing?.includes('is being loaded')) return estimate
  await loadPrices(client.prices)
  return demand.estimate(place)
}

/** Passes all gates, or none. */
export async function enterGates(
  gates: readonly Gate[],
  entry: GateEntry,
  way: EntryMode,
): Promise<GateRefusal | undefined> {
  const passed: Gate[] = []
  // Otherwise a gate could be dropped as idle, and a new one would not know what this one counted.
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

/** Reports the end of the call's time as the end of its wait. */
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
