/** Limits and budgets of single keys, which come with their calls and not with the options. */
import type { BudgetOptions, TargetLimits } from '../../router/options.js'
import { compileBudgets, type Budget } from './budget-accounts.js'
import { encodedValue, type CompiledScope, type ScopeFacts } from './scope.js'

/** What the holder of a key may use. */
export interface Allowance {
  /** Calls over them are refused; none waits. */
  readonly limits?: TargetLimits | undefined
  /** Their scope is the key. */
  readonly budgets?: readonly Omit<BudgetOptions, 'scope'>[] | undefined
}

interface Held {
  /** To see whether it has changed. */
  readonly text: string
  readonly scope: CompiledScope
  readonly limits: TargetLimits | undefined
  readonly budgets: readonly Budget[]
}

/** In messages, where an id would be hidden: what is called a key may be one. */
const HOLDER = 'this key'
/** How many keys are remembered. Those that call again come again. */
const MOST = 100_000

export class Allowances {
  private readonly held = new Map<string, Held>()

  get any(): boolean {
    return this.held.size > 0
  }

  /** @throws ConfigError for a budget that cannot be counted. */
  set(key: string, allowance: Allowance): void {
    const text = JSON.stringify(allowance)
    if (this.held.get(key)?.text === text) return
    const { limits, budgets = [] } = allowance
    const isLimited = limits !== undefined && [limits.rpm, limits.tpm, limits.concurrent].some((n) => n !== undefined)
    if (!isLimited && budgets.length === 0) {
      this.held.delete(key)
      return
    }
    const scope = scopeOf(key)
    const compiled = compileBudgets(budgets).map((budget) => ({ ...budget, path: `the budget of ${HOLDER}`, scope }))
    if (this.held.size >= MOST) this.held.clear()
    this.held.set(key, { text, scope, limits: isLimited ? limits : undefined, budgets: compiled })
  }

  of({ key }: ScopeFacts): Held | undefined {
    return key === undefined ? undefined : this.held.get(key)
  }
}

/** Counts beside limits and budgets of the options that are for the same key. */
function scopeOf(key: string): CompiledScope {
  return {
    id: key,
    name: HOLDER,
    ofTarget: false,
    keys: (facts) => (facts.key === key ? [` virtual=${encodedValue(key)}`] : []),
  }
}
