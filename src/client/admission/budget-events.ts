/** What hooks are told of budgets, once for each state that an account comes to. */
import type { Clock } from '../../kernel/clock.js'
import type { BudgetEvent } from '../../router/events.js'
import { inOptions, type Account } from './budget-accounts.js'

/** The most accounts, such as budgets of single users, whose last event is kept. */
const MEMORY = 1_000
const STATES: readonly BudgetEvent['state'][] = ['warning', 'exceeded', 'refused']

export class BudgetEvents {
  private readonly options: { readonly clock: Clock; readonly tell: (event: () => BudgetEvent) => void }
  private readonly told = new Map<string, { readonly state: BudgetEvent['state']; readonly until: number }>()

  constructor(options: BudgetEvents['options']) {
    this.options = options
  }

  /** @param left - Of the account, in units of the store. */
  refused(account: Account, left: number): void {
    this.tell(account, left, 'refused')
  }

  /** An attempt was settled. @param left - As the store says, where it does. */
  settled(account: Account, left: number | undefined): void {
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
      left: inOptions(budget, left),
      resetsAt: endsAt,
    }))
  }
}
