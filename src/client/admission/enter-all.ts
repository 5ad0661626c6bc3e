/** A whole admission at once: all limits of a call and its attempt are checked in one operation of the store. */
import { ConnectionError } from '../../kernel/errors.js'
import type { AdmitResult, Store } from '../../kernel/store.js'
import type { BudgetRefusal } from './budget-accounts.js'
import type { ReservationDraft, Reservation } from './budgets.js'
import type { GateEntry, GateRefusal } from './gate-entry.js'
import type { Gate, Wish } from './gate.js'
import { checkCounts } from './scope.js'

/** A call, or one of its attempts, before its gates. */
export interface Side {
  readonly gates: readonly Gate[]
  readonly entry: GateEntry
}

export type Entered =
  | { readonly in: true; readonly reservation: Reservation | undefined }
  | {
      readonly in: false
      readonly refusal: GateRefusal | BudgetRefusal
      /** Whose gate it was; `undefined` for a budget. */
      readonly side: Side | undefined
    }

interface Wished {
  readonly side: Side
  readonly gate: Gate
  readonly wish: Wish
}

/** Admits to all, or none. @throws ConnectionError when the store is down and `whenDown` is `reject`, ConfigError for too many tags. */
export async function enterAll(
  store: Store,
  sides: readonly Side[],
  draft: ReservationDraft | undefined,
): Promise<Entered> {
  const all = sides.flatMap((side) => side.gates.map((gate) => ({ side, gate })))
  const wished: Wished[] = []
  let entered: Entered | undefined
  // One that another call makes in its place would count from nothing.
  for (const { gate } of all) gate.expect()
  try {
    for (const { side, gate } of all) {
      const wish = gate.wish(side.entry)
      if ('of' in wish) return (entered = { in: false, refusal: wish, side })
      wished.push({ side, gate, wish })
    }
    return (entered = await ask(store, wished, draft))
  } finally {
    if (!entered?.in) for (const { gate } of wished) gate.forgo()
    for (const { gate } of all) gate.expectNoMore()
  }
}

async function ask(store: Store, wished: readonly Wished[], draft: ReservationDraft | undefined): Promise<Entered> {
  const places = wished.flatMap(({ wish }) => wish.place ?? [])
  const rates = wished.flatMap(({ wish }) => wish.rates)
  const allowances = draft?.requests ?? []
  let remaining: readonly number[] = []
  if (places.length + rates.length + allowances.length > 0) {
    checkCounts(places.length + rates.length + allowances.length)
    const { holder = '', leaseMs = 1 } = draft ?? {}
    const result = await store.admit({ holder, leaseMs, places, rates, allowances })
    if (!isResult(result))
      throw new ConnectionError(`the store ${store.name} gave no answer that says whether a call may run`)
    if (!result.ok) return refused(result, wished, draft)
    remaining = Array.isArray(result.remaining) ? result.remaining : []
  }
  let at = 0
  for (const { side, gate, wish } of wished) {
    gate.entered(side.entry, wish, remaining.slice(at, at + wish.rates.length))
    at += wish.rates.length
  }
  return { in: true, reservation: draft?.accept() }
}

function refused(
  result: Extract<AdmitResult, { ok: false }>,
  wished: readonly Wished[],
  draft: ReservationDraft | undefined,
): Entered {
  if (result.by === 'allowances' && draft) return { in: false, refusal: draft.refuse(result), side: undefined }
  let left = result.refused
  for (const { side, gate, wish } of wished) {
    const count = result.by === 'places' ? (wish.place ? 1 : 0) : wish.rates.length
    if (left < count) {
      const refusal = result.by === 'places' ? gate.noPlace() : gate.noUnits(side.entry, wish, left, waitOf(result))
      return { in: false, refusal, side }
    }
    left -= count
  }
  throw new ConnectionError(`a store refused what it was not asked for (${result.by} ${result.refused})`)
}

function waitOf(result: Extract<AdmitResult, { ok: false }>): number {
  return result.by === 'rates' ? result.retryAfterMs : 0
}

/** A store is another's work. */
function isResult(result: AdmitResult | undefined | null): result is AdmitResult {
  if (typeof result !== 'object' || result === null) return false
  return result.ok === true || ['places', 'rates', 'allowances'].includes((result as { readonly by?: string }).by ?? '')
}
