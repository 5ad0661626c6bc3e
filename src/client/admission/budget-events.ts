/** Events of budgets for hooks: one for each state that an account reaches. */
import type { Clock } from '../../kernel/clock.js'
import type { BudgetEvent } from '../../router/events.js'
import { inOptions, type Account } from './budget-accounts.js'

/** The most accounts, such as budgets of single users, whose last event is kept. */
const MEMORY = 1_000
const STATES: readonly BudgetEvent['state'][] = ['warning', 'exceeded', 'refused']

export class BudgetEvents {
  private readonly options: { readonly clock: Clock; readonly tell: (event: () => BudgetEvent) => void }
  private readonly reported = new Map<string, { readonly state: BudgetEvent['state']; readonly until: number }>()

  constructor(options: BudgetEvents['options']) {
    this.options = options
  }

  /** @param left - Of the account, in units of the store. */
  refused(account: Account, left: number): void {
    this.report(account, left, 'refused')
  }

  /** An attempt was settled. @param left - As the store says, where it does. */
  settled(account: Account, left: number | undefined): void {
    if (left === undefined) return
    const { budget, request } = account
    if (left <= 0) this.report(account, left, 'exceeded')
    else if (request.limit - left >= request.limit * budget.warnAt) this.report(account, left, 'warning')
  }

  /**
   * Reports each state of an account once. A state below the last one is not reported. In another period, or a window
   * later, all are reported again.
   */
  private report({ budget, request, endsAt }: Account, left: number, state: BudgetEvent['state']): void {
    const now = this.options.clock.now()
    const before = this.reported.get(request.key)
    if (before && now < before.until && STATES.indexOf(before.state) >= STATES.indexOf(state)) return
    this.reported.delete(request.key)
    this.reported.set(request.key, {
      state,
      until: now + (endsAt === undefined ? request.windowMs : endsAt - this.options.clock.date()),
    })
    for (const oldest of this.reported.keys()) {
      if (this.reported.size <= MEMORY) break
      this.reported.delete(oldest)
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
