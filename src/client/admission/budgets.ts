/** Budgets: reserved by an estimate before an attempt, settled with its real cost afterwards. */
import { toNanoUsd } from '../../cost/money.js'
import type { Clock } from '../../kernel/clock.js'
import { ConfigError } from '../../kernel/errors.js'
import type { AllowanceRequest, ReserveResult, Store } from '../../kernel/store.js'
import { windowAt } from '../../policies/budget.js'
import type { BudgetEvent } from '../../router/events.js'
import type { BudgetOptions } from '../../router/options.js'
import type { Consumption } from './consumption.js'
import { checkCounts, compileScope, keyName, type CompiledScope, type ScopeFacts } from './scope.js'
import { unref } from '../../kernel/runtime.js'

/** The lease if the store does not say how long a reservation outlives its process. */
const LEASE = 15_000
/** How often a lease is renewed in its time; stores rely on this to judge a silence. */
const RENEWALS = 5
/** Of a store that only this process has. */
const FOR_EVER = 2 ** 40
const DEFAULT_WARNING = 0.8
/** Milliseconds that closing waits for a store. */
const PATIENCE = 5_000
/** The most accounts, such as budgets of single users, whose last event is kept. */
const MEMORY = 1_000
const NANO = 1e9

/** The estimate of an attempt. */
export interface Estimate {
  readonly tokens: number
  /** `undefined` when there is no price. Computed when it is read, which token budgets never do. */
  readonly usd: number | undefined
  /** Whether a price is needed: no budget in USD can count a call without one. */
  readonly priced: boolean
  /** Tokens. */
  readonly input: number
  readonly output: number
  /** Whether the output is a guess: the request sets no limit. */
  readonly assumed: boolean
  /** Why there is no price. */
  readonly missing?: string | undefined
}

/** Why a budget refuses an attempt. */
export interface BudgetRefusal {
  readonly path: string
  /** Whose budget, in words. */
  readonly scope: string
  readonly unit: 'usd' | 'tokens'
  readonly limit: number
  readonly left: number
  /** Milliseconds. */
  readonly resetsInMs: number | undefined
  /** The attempt's target has no price. */
  readonly unpriced: boolean
  readonly estimate: Estimate
}

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
  /** The store has made it. */
  accept(): Reservation
  /** The store has not. */
  refuse(result: RefusedReservation): BudgetRefusal
}

interface Budget {
  readonly path: string
  readonly scope: CompiledScope
  readonly unit: 'usd' | 'tokens'
  /** In the unit of the options. */
  readonly limit: number
  readonly per: BudgetOptions['per']
  readonly window: 'calendar' | 'rolling'
  readonly hard: boolean
  readonly warnAt: number
}

/** One budget's count for one scope's value. */
interface Account {
  readonly budget: Budget
  /** Whose count it is, in words. */
  readonly of: string
  readonly request: AllowanceRequest
  readonly endsAt: number | undefined
}

export interface BudgetsOptions {
  readonly budgets: readonly BudgetOptions[]
  readonly store: Store
  readonly clock: Clock
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
  private readonly told = new Map<string, { readonly state: BudgetEvent['state']; readonly until: number }>()
  private renewal: NodeJS.Timeout | undefined

  /** @throws ConfigError for two budgets that would count on one account. */
  constructor(options: BudgetsOptions) {
    this.options = options
    this.budgets = options.budgets.map(compile)
    for (const { path, unit, limit } of this.budgets) {
      const most = unit === 'usd' ? Number.MAX_SAFE_INTEGER / NANO : Number.MAX_SAFE_INTEGER
      if (limit > most) throw new ConfigError(`${path}.${unit}`, `can be at most ${Math.floor(most)}`)
    }
    const seen = new Map<string, string>()
    for (const { path, scope, unit, per, window } of this.budgets) {
      const same = `${scope.id} ${unit} ${per} ${window}`
      const other = seen.get(same)
      if (other !== undefined) throw new ConfigError(path, `holds for the same as ${other}; keep one of them`)
      seen.set(same, path)
    }
  }

  get any(): boolean {
    return this.budgets.length > 0
  }

  /** What has to be reserved for the attempt in every hard budget that holds for it; `undefined` where no budget does. */
  draft(facts: ScopeFacts, estimate: Estimate): ReservationDraft | { readonly refused: BudgetRefusal } | undefined {
    const accounts = this.accounts(facts, estimate)
    if (accounts.length === 0) return undefined
    // Those that refuse nothing are settled too.
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
      leaseMs: store.shared ? (store.leaseMs ?? LEASE) : FOR_EVER,
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
   * Reserves what the attempt may come to in every hard budget that holds for it, or in none.
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
    this.tell(account, result.left, 'refused')
    // More than the whole budget is never free.
    const frees = Number.isFinite(result.resetsInMs) ? result.resetsInMs : undefined
    const resetsInMs = frees === undefined ? undefined : (result.periodEndsInMs ?? frees)
    const left = budget.unit === 'usd' ? result.left / NANO : result.left
    return refusalOf(account, estimate, { left: Math.max(0, left), resetsInMs, unpriced: false })
  }

  /** Resolves when everything that was used is in the store. */
  async settled(): Promise<void> {
    await Promise.all(this.settling)
  }

  /** Waits until everything that was used is in the store, but not for a store that does not answer. */
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

  private accounts(facts: ScopeFacts, estimate: Estimate): Account[] {
    const date = this.options.clock.date()
    return this.budgets.flatMap((budget) => {
      const { scope, unit, per, window, limit } = budget
      return scope.keys(facts).map((key) => {
        // The store tells the period by its own clock; this one's is for those who are told.
        const { windowMs, slots, endsAt } = windowAt(per, window, date)
        const units = (amount: number): number => unitsOf(unit, amount)
        const request = {
          key: `budget ${unit} ${per} ${window}${key}`,
          limit: units(limit),
          windowMs,
          slots,
          calendar: window === 'calendar' ? per : undefined,
          amount: units((unit === 'usd' ? estimate.usd : estimate.tokens) ?? 0),
        }
        return { budget, of: keyName(key) || scope.name, request, endsAt }
      })
    })
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
      for (const [at, account] of accounts.entries()) this.compare(account, left[at])
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

  private compare(account: Account, left: number | undefined): void {
    if (left === undefined) return
    const { budget, request } = account
    if (left <= 0) this.tell(account, left, 'exceeded')
    else if (request.limit - left >= request.limit * budget.warnAt) this.tell(account, left, 'warning')
  }

  /**
   * Once for each state that an account comes to; a state that is less than the last is no news. In another period, or a
   * window later, all is news again.
   */
  private tell({ budget, request, endsAt }: Account, left: number, state: BudgetEvent['state']): void {
    const now = this.options.clock.now()
    const before = this.told.get(request.key)
    if (before && now < before.until && STATES.indexOf(before.state) >= STATES.indexOf(state)) return
    this.told.delete(request.key)
    this.told.set(request.key, {
      state,
      until: now + (endsAt === undefined ? request.windowMs : endsAt - this.options.clock.date()),
    })
    for (const oldest of this.told.keys()) {
      if (this.told.size <= MEMORY) break
      this.told.delete(oldest)
    }
    const { path, scope, unit, limit } = budget
    this.options.tell(() => ({
      budget: path,
      scope: scope.name,
      state,
      unit,
      limit,
      left: unit === 'usd' ? left / NANO : left,
      resetsAt: endsAt,
    }))
  }

  private hold(holder: string, keys: readonly string[]): void {
    const { store } = this.options
    if (!store.shared) return
    this.open.set(holder, keys)
    const leaseMs = store.leaseMs ?? LEASE
    this.renewal ??= unref(
      setInterval(() => {
        for (const [held, of] of this.open) this.background(async () => store.renew(held, of, leaseMs))
        if (this.open.size > 0) return
        clearInterval(this.renewal)
        this.renewal = undefined
      }, leaseMs / RENEWALS),
    )
  }

  /** No call waits for it. A store that is down says so itself, and a reservation that is not given back runs out. */
  private background(operation: () => Promise<void>): void {
    const done = operation().catch(() => undefined)
    this.settling.add(done)
    void done.finally(() => this.settling.delete(done))
  }
}

const STATES: readonly BudgetEvent['state'][] = ['warning', 'exceeded', 'refused']

function compile({ scope, usd, tokens, per, window, hard, warnAt }: BudgetOptions, index: number): Budget {
  return {
    path: `budgets[${index}]`,
    scope: compileScope(scope),
    unit: usd === undefined ? 'tokens' : 'usd',
    limit: usd ?? tokens ?? 0,
    per,
    window: window ?? 'calendar',
    hard: hard ?? true,
    warnAt: warnAt ?? DEFAULT_WARNING,
  }
}

/** A store counts whole numbers, up to the greatest that is exact. */
function unitsOf(unit: Budget['unit'], amount: number): number {
  const most = Number.MAX_SAFE_INTEGER
  return unit === 'usd' ? Math.min(most, toNanoUsd(Math.min(amount, most / NANO))) : Math.min(most, Math.ceil(amount))
}

function refusalOf(
  { budget: { path, unit, limit }, of }: Account,
  estimate: Estimate,
  { left, resetsInMs, unpriced }: Pick<BudgetRefusal, 'left' | 'unpriced'> & Partial<BudgetRefusal>,
): BudgetRefusal {
  return { path, scope: of, unit, limit, left, resetsInMs, unpriced, estimate }
}
