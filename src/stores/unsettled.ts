/** Keeps what a shared store missed while it was down: what was used, and which reservations continue or have ended. */
import type { AllowanceRequest, Store } from '../kernel/store.js'
import { warnOnce } from '../telemetry/warn.js'
import { NoAnswer } from './no-answer.js'
import { StoreEmptied } from './store-emptied.js'

/** The most keys, and holders, that are kept. */
const MOST = 10_000
/** Keys to an operation, and operations at once. */
const AT_ONCE = 100

interface Renewal {
  readonly keys: readonly string[]
  readonly leaseMs: number
}

/** One sum for each key, so that an outage takes memory for the keys and not for the calls. */
export class Unsettled {
  private readonly store: Pick<Store, 'settle' | 'renew'>
  /** A holder without a reservation. */
  private readonly holder = `unsettled ${crypto.randomUUID()}`
  private readonly uses = new Map<string, AllowanceRequest & { readonly begunAt: number }>()
  /** Holders whose calls have ended: their reservations are free. */
  private readonly over = new Map<string, readonly AllowanceRequest[]>()
  /** Holders whose calls still run. */
  private readonly renewals = new Map<string, Renewal>()
  private settling: Promise<void> | undefined
  private unanswered = 0

  constructor(store: Pick<Store, 'settle' | 'renew'>) {
    this.store = store
  }

  /** Whether there is something to write now. */
  get any(): boolean {
    return this.uses.size > 0 || this.over.size > 0 || this.renewals.size > 0
  }

  /** Keys whose use the store does not have. */
  get keys(): number {
    return this.uses.size
  }

  /** Whether there is nothing to write, now or later. */
  get done(): boolean {
    return !this.any && this.unanswered === 0
  }

  /** A settlement that the store has not made. */
  add(holder: string, uses: readonly AllowanceRequest[]): void {
    this.use(uses)
    // If it is not kept, its lease expires.
    if (this.over.size >= MOST) return
    this.over.set(
      holder,
      uses.map((use) => ({ ...use, amount: 0 })),
    )
  }

  /** A renewal that the store has not made. */
  renewal(holder: string, renewal: Renewal): void {
    if (this.renewals.size < MOST || this.renewals.has(holder)) this.renewals.set(holder, renewal)
  }

  /** The call has ended. */
  ended(holder: string): void {
    this.renewals.delete(holder)
  }

  /**
   * Called after a failed settlement. One without an answer is known to be missing only when its connection breaks. If it
   * was done after all, it counts twice, which is better for a budget than not at all.
   */
  failed(holder: string, uses: readonly AllowanceRequest[], error: unknown): void {
    if (!(error instanceof NoAnswer)) return this.add(holder, uses)
    this.unanswered += 1
    error.late.then(
      () => (this.unanswered -= 1),
      () => {
        this.unanswered -= 1
        this.add(holder, uses)
      },
    )
  }

  /** The store has lost its data: it gets the total use, which includes what it missed before. */
  async startAnew(uses: () => readonly AllowanceRequest[]): Promise<void> {
    await this.settling
    this.uses.clear()
    const begunAt = performance.now()
    for (const use of uses()) this.uses.set(use.key, { ...use, begunAt })
    return this.handOver()
  }

  /** Writes all of it to a store that answers. */
  handOver(): Promise<void> {
    this.settling ??= this.settle().finally(() => {
      this.settling = undefined
    })
    return this.settling
  }

  private async settle(): Promise<void> {
    const { store } = this
    // Reservations of running calls come first: other calls compete for their room.
    const renewed = await this.each(this.renewals, (holder, { keys, leaseMs }) => store.renew(holder, keys, leaseMs))
    if (!renewed) return
    while (this.uses.size > 0) {
      const now = performance.now()
      const some = [...this.uses.values()]
        .slice(0, AT_ONCE)
        .map(({ begunAt, ...use }) => ({ ...use, agoMs: now - begunAt }))
      for (const { key } of some) this.uses.delete(key)
      try {
        await store.settle(this.holder, some)
      } catch (error) {
        if (error instanceof NoAnswer) this.failed(this.holder, some, error)
        // An emptied store gets everything again.
        else if (!(error instanceof StoreEmptied)) this.use(some)
        return
      }
    }
    await this.each(this.over, (holder, uses) => store.settle(holder, uses))
  }

  /** Keeps what cannot be done now. */
  private async each<T>(all: Map<string, T>, done: (holder: string, one: T) => unknown): Promise<boolean> {
    while (all.size > 0) {
      const some = [...all].slice(0, AT_ONCE)
      const results = await Promise.allSettled(some.map(async ([holder, one]) => done(holder, one)))
      for (const [at, [holder, one]] of some.entries()) {
        if (results[at]?.status === 'fulfilled' && all.get(holder) === one) all.delete(holder)
      }
      if (results.some(({ status }) => status === 'rejected')) return false
    }
    return true
  }

  private use(uses: readonly AllowanceRequest[]): void {
    for (const use of uses) {
      if (use.amount === 0) continue
      const before = this.uses.get(use.key)
      const amount = use.amount + (before?.amount ?? 0)
      // Of a sum the latest counts: less is forgotten then at the end of a calendar period, not more.
      const begunAt = Math.max(performance.now() - (use.agoMs ?? 0), before?.begunAt ?? -Infinity)
      if (this.uses.size < MOST || before) this.uses.set(use.key, { ...use, amount, begunAt })
      else warnOnce(`what budgets of more than ${MOST} keys used while their store was down is lost to it`)
    }
  }
}
