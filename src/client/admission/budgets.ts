/** Budgets: reserved by an estimate before an attempt, settled with its real cost afterwards. */
import type { Clock } from '../../kernel/clock.js'
import { DEFAULT_LEASE_MS, type AllowanceRequest, type ReserveResult, type Store } from '../../kernel/store.js'
import type { BudgetEvent } from '../../router/events.js'
import type { BudgetOptions } from '../../router/options.js'
import type { Allowances } from './allowances.js'
import {
  accountsOf,
  compileBudgets,
  inOptions,
  refusalOf,
  unitsOf,
  type Account,
  type Budget,
  type BudgetRefusal,
  type Estimate,
} from './budget-accounts.js'
import { BudgetEvents } from './budget-events.js'
import type { Consumption } from './consumption.js'
import { checkCounts, type ScopeFacts } from './scope.js'
import { unref } from '../../kernel/platform.js'

/** How often a lease is renewed in its time; stores rely on this to judge a silence. */
const RENEWALS = 5
/** The lease in a store that only this process uses. */
const FOR_EVER = 2 ** 40
/** Milliseconds that closing waits for a store. */
const PATIENCE = 5_000

export interface Reservation {
  settle(used: Consumption): void
  release(): void
}

type RefusedReservation = Extract<ReserveResult, { ok: false }>

/** A reservation that the store is still to be asked for. */
export interface ReservationDraft {
  readonly holder: string
  readonly requests: readonly AllowanceRequest[]
  readonly leaseMs: number
  /** The store has granted it. */
  accept(): Reservation
  /** The store has refused it. */
  refuse(result: RefusedReservation): BudgetRefusal
}

export interface BudgetsOptions {
  readonly budgets: readonly BudgetOptions[]
  readonly store: Store
  readonly clock: Clock
  /** Budgets of single keys. */
  readonly allowances?: Allowances | undefined
  readonly tell: (event: () => BudgetEvent) => void
}

export class Budgets {
  private readonly options: BudgetsOptions
  private readonly budgets: readonly Budget[]
  private readonly own = crypto.randomUUID()
  private reservations = 0
  /** Keys of the reservations that are open, by holder. */
  private readonly open = new Map<string, readonly string[]>()
  private readonly settling = new Set<Promise<unknown>>()
  private readonly events: BudgetEvents
  private renewal: NodeJS.Timeout | undefined

  /** @throws ConfigError for two budgets that would count on one account. */
  constructor(options: BudgetsOptions) {
    this.options = options
    this.budgets = compileBudgets(options.budgets)
    this.events = new BudgetEvents(options)
  }

  get any(): boolean {
    return this.budgets.length > 0 || this.options.allowances?.any === true
  }

  /** What has to be reserved for the attempt in every hard budget that holds for it; `undefined` where no budget does. */
  draft(facts: ScopeFacts, estimate: Estimate): ReservationDraft | { readonly refused: BudgetRefusal } | undefined {
    const held = this.options.allowances?.of(facts)?.budgets ?? []
    const accounts = accountsOf(
      held.length > 0 ? [...this.budgets, ...held] : this.budgets,
      facts,
      estimate,
      this.options.clock.date(),
    )
    if (accounts.length === 0) return undefined
    // Soft budgets are counted too.
    checkCounts(accounts.length)
    const hard = accounts.filter(({ budget }) => budget.hard)
    // The price is computed when it is read, which token budgets never do.
    const unpriced = estimate.priced && hard.find(({ budget }) => budget.unit === 'usd')
    if (unpriced && estimate.usd === undefined)
      return { refused: refusalOf(unpriced, estimate, { left: unpriced.budget.limit, unpriced: true }) }
    const { store, clock } = this.options
    const holder = `${this.own} ${(this.reservations += 1)}`
    const requests = hard.map(({ request }) => request)
    const begunAt = clock.now()
    return {
      holder,
      requests,
      leaseMs: store.shared ? (store.leaseMs ?? DEFAULT_LEASE_MS) : FOR_EVER,
      accept: () => {
        if (hard.length > 0) {
          this.hold(
            holder,
            requests.map(({ key }) => key),
          )
        }
        return {
          settle: (used) => this.settle(holder, accounts, used, begunAt),
          release: () => this.release(holder, hard),
        }
      },
      refuse: (result) => this.refuse(hard, estimate, result),
    }
  }

  /**
   * Reserves the estimate of the attempt in every hard budget that holds for it, or in none.
   *
   * @throws ConnectionError when the store is down and `whenDown` is `reject`.
   */
  async reserve(
    facts: ScopeFacts,
    estimate: Estimate,
  ): Promise<Reservation | { readonly refused: BudgetRefusal } | undefined> {
    const draft = this.draft(facts, estimate)
    if (!draft || 'refused' in draft) return draft
    const { holder, requests, leaseMs } = draft
    if (requests.length === 0) return draft.accept()
    const result = await this.options.store.reserve(holder, requests, leaseMs)
    return result.ok ? draft.accept() : { refused: draft.refuse(result) }
  }

  private refuse(hard: readonly Account[], estimate: Estimate, result: RefusedReservation): BudgetRefusal {
    const account = (hard[result.refused] ?? hard[0]) as Account
    const { budget } = account
    this.events.refused(account, result.left)
    // More than the whole budget is never free.
    const frees = Number.isFinite(result.resetsInMs) ? result.resetsInMs : undefined
    const resetsInMs = frees === undefined ? undefined : (result.periodEndsInMs ?? frees)
    const left = inOptions(budget, result.left)
    return refusalOf(account, estimate, { left: Math.max(0, left), resetsInMs, unpriced: false })
  }

  /** Resolves when everything that was used is in the store. */
  async settled(): Promise<void> {
    await Promise.all(this.settling)
  }

  /** Waits until everything that was used is in the store, but not long for a store that does not answer. */
  async close(): Promise<void> {
    clearInterval(this.renewal)
    this.renewal = undefined
    const begun = performance.now()
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE)
    })
    await Promise.race([this.settled(), patience])
    clearTimeout(timer)
    await this.options.store.flush?.(Math.max(0, PATIENCE - (performance.now() - begun)))
  }

  private settle(holder: string, accounts: readonly Account[], used: Consumption, begunAt: number): void {
    this.open.delete(holder)
    const agoMs = this.options.clock.now() - begunAt
    const uses = accounts.map(({ budget, request }) => {
      const { unit } = budget
      const amount = unit === 'usd' ? used.usd : used.tokens
      // Unknown use counts as estimated.
      return { ...request, amount: amount === undefined ? request.amount : unitsOf(unit, amount), agoMs }
    })
    this.background(async () => {
      const left = await this.options.store.settle(holder, uses)
      for (const [at, account] of accounts.entries()) this.events.settled(account, left[at])
    })
  }

  private release(holder: string, hard: readonly Account[]): void {
    this.open.delete(holder)
    if (hard.length === 0) return
    this.background(async () => {
      await this.options.store.settle(
        holder,
        hard.map(({ request }) => ({ ...request, amount: 0 })),
      )
    })
  }

  private hold(holder: string, keys: readonly string[]): void {
    const { store } = this.options
    if (!store.shared) return
    this.open.set(holder, keys)
    const leaseMs = store.leaseMs ?? DEFAULT_LEASE_MS
    this.renewal ??= unref(
      setInterval(() => {
        for (const [held, of] of this.open) this.background(async () => store.renew(held, of, leaseMs))
        if (this.open.size > 0) return
        clearInterval(this.renewal)
        this.renewal = undefined
      }, leaseMs / RENEWALS),
    )
  }

  /** No call waits for this. A store that is down reports that itself, and a reservation that is not released expires. */
  private background(operation: () => Promise<void>): void {
    const done = operation().catch(() => undefined)
    this.settling.add(done)
    void done.finally(() => this.settling.delete(done))
  }
}
