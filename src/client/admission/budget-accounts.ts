/** Budgets as they are counted: each has an account for each value of its scope, in units of the store. */
import { toNanoUsd } from '../../cost/money.js'
import { ConfigError } from '../../kernel/errors.js'
import type { AllowanceRequest } from '../../kernel/store.js'
import { windowAt } from '../../policies/budget.js'
import type { BudgetOptions } from '../../router/options.js'
import { compileScope, keyName, type CompiledScope, type ScopeFacts } from './scope.js'

const DEFAULT_WARNING = 0.8
const NANO = 1e9

/** The estimate of an attempt. */
export interface Estimate {
  readonly tokens: number
  /** `undefined` when there is no price. Computed when it is read; token budgets never read it. */
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

export interface Budget {
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
export interface Account {
  readonly budget: Budget
  /** Whose count it is, in words. */
  readonly of: string
  readonly request: AllowanceRequest
  readonly endsAt: number | undefined
}

/** @throws ConfigError for two budgets that would count on one account. */
export function compileBudgets(options: readonly BudgetOptions[]): readonly Budget[] {
  const budgets = options.map(compile)
  for (const { path, unit, limit } of budgets) {
    const most = unit === 'usd' ? Number.MAX_SAFE_INTEGER / NANO : Number.MAX_SAFE_INTEGER
    if (limit > most) throw new ConfigError(`${path}.${unit}`, `can be at most ${Math.floor(most)}`)
  }
  const seen = new Map<string, string>()
  for (const { path, scope, unit, per, window } of budgets) {
    const same = `${scope.id} ${unit} ${per} ${window}`
    const other = seen.get(same)
    if (other !== undefined) throw new ConfigError(path, `holds for the same as ${other}; keep one of them`)
    seen.set(same, path)
  }
  return budgets
}

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

/** The accounts of all budgets that hold for an attempt. @param date - In milliseconds since 1970. */
export function accountsOf(
  budgets: readonly Budget[],
  facts: ScopeFacts,
  estimate: Estimate,
  date: number,
): readonly Account[] {
  return budgets.flatMap((budget) => {
    const { scope, unit, per, window, limit } = budget
    return scope.keys(facts).map((key) => {
      // The store ends the period by its own clock. `endsAt` is for hooks.
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

/** A store counts whole numbers, up to the greatest that is exact. */
export function unitsOf(unit: Budget['unit'], amount: number): number {
  const most = Number.MAX_SAFE_INTEGER
  return unit === 'usd' ? Math.min(most, toNanoUsd(Math.min(amount, most / NANO))) : Math.min(most, Math.ceil(amount))
}

/** What the store counts, as the options say it. */
export function inOptions({ unit }: Budget, units: number): number {
  return unit === 'usd' ? units / NANO : units
}

export function refusalOf(
  { budget: { path, unit, limit }, of }: Account,
  estimate: Estimate,
  { left, resetsInMs, unpriced }: Pick<BudgetRefusal, 'left' | 'unpriced'> & Partial<BudgetRefusal>,
): BudgetRefusal {
  return { path, scope: of, unit, limit, left, resetsInMs, unpriced, estimate }
}
