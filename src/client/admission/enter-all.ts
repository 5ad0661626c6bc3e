/** Checks all limits and budgets of a call and its attempt in one operation of the store. */
import { ConnectionError } from '../../kernel/errors.js'
import type { AdmitResult, Store } from '../../kernel/store.js'
import type { BudgetRefusal } from './budget-accounts.js'
import type { ReservationDraft, Reservation } from './budgets.js'
import type { GateEntry, GateRefusal } from './gate-entry.js'
import type { Gate, GateNeeds } from './gate.js'
import { checkCounts } from './scope.js'

/** A call, or one of its attempts, and the gates that it has to pass. */
export interface EntryRequest {
  readonly gates: readonly Gate[]
  readonly entry: GateEntry
}

export type Entered =
  | { readonly in: true; readonly reservation: Reservation | undefined }
  | {
      readonly in: false
      readonly refusal: GateRefusal | BudgetRefusal
      /** The one whose gate refused; `undefined` for a budget. */
      readonly request: EntryRequest | undefined
    }

/** A gate that has prepared for an entry. */
interface PreparedGate {
  readonly request: EntryRequest
  readonly gate: Gate
  readonly needs: GateNeeds
}

/** Passes all gates and budgets, or none. @throws ConnectionError when the store is down and `whenDown` is `reject`, ConfigError for too many tags. */
export async function enterAll(
  store: Store,
  requests: readonly EntryRequest[],
  draft: ReservationDraft | undefined,
): Promise<Entered> {
  const all = requests.flatMap((request) => request.gates.map((gate) => ({ request, gate })))
  const prepared: PreparedGate[] = []
  let entered: Entered | undefined
  // Otherwise a gate could be dropped as idle, and a new one would not know what this one counted.
  for (const { gate } of all) gate.expect()
  try {
    for (const { request, gate } of all) {
      const needs = gate.prepare(request.entry)
      if ('of' in needs) return (entered = { in: false, refusal: needs, request })
      prepared.push({ request, gate, needs })
    }
    return (entered = await askStore(store, prepared, draft))
  } finally {
    if (!entered?.in) for (const { gate } of prepared) gate.cancel()
    for (const { gate } of all) gate.expectNoMore()
  }
}

async function askStore(
  store: Store,
  prepared: readonly PreparedGate[],
  draft: ReservationDraft | undefined,
): Promise<Entered> {
  const places = prepared.flatMap(({ needs }) => needs.place ?? [])
  const rates = prepared.flatMap(({ needs }) => needs.rates)
  const allowances = draft?.requests ?? []
  let remaining: readonly number[] = []
  if (places.length + rates.length + allowances.length > 0) {
    checkCounts(places.length + rates.length + allowances.length)
    const { holder = '', leaseMs = 1 } = draft ?? {}
    const result = await store.admit({ holder, leaseMs, places, rates, allowances })
    if (!isResult(result))
      throw new ConnectionError(`the answer of the store ${store.name} does not say whether the call may run`)
    if (!result.ok) return refused(result, prepared, draft)
    remaining = Array.isArray(result.remaining) ? result.remaining : []
  }
  let at = 0
  for (const { request, gate, needs } of prepared) {
    gate.granted(request.entry, needs, remaining.slice(at, at + needs.rates.length))
    at += needs.rates.length
  }
  return { in: true, reservation: draft?.accept() }
}

function refused(
  result: Extract<AdmitResult, { ok: false }>,
  prepared: readonly PreparedGate[],
  draft: ReservationDraft | undefined,
): Entered {
  if (result.by === 'allowances' && draft) return { in: false, refusal: draft.refuse(result), request: undefined }
  let index = result.refused
  for (const { request, gate, needs } of prepared) {
    const count = result.by === 'places' ? (needs.place ? 1 : 0) : needs.rates.length
    if (index < count) {
      const refusal =
        result.by === 'places' ? gate.noPlace() : gate.noUnits(request.entry, needs, index, waitOf(result))
      return { in: false, refusal, request }
    }
    index -= count
  }
  throw new ConnectionError(`the store refused what it was not asked for (${result.by} ${result.refused})`)
}

function waitOf(result: Extract<AdmitResult, { ok: false }>): number {
  return result.by === 'rates' ? result.retryAfterMs : 0
}

/** Checked, because a store may be the user's. */
function isResult(result: AdmitResult | undefined | null): result is AdmitResult {
  if (typeof result !== 'object' || result === null) return false
  return result.ok === true || ['places', 'rates', 'allowances'].includes((result as { readonly by?: string }).by ?? '')
}
