/** The error for a call that limits or budgets refuse. */
import { LimitError, type BudgetLeft } from '../../kernel/errors.js'
import type { Target } from '../../router/target.js'
import type { BudgetRefusal, Estimate } from './budget-accounts.js'
import type { GateRefusal } from './gate-entry.js'

export type LimitRefusal = GateRefusal | BudgetRefusal

export function refusalError(refusal: LimitRefusal, target?: Target): LimitError {
  const where = target && { provider: target.provider.id, model: target.model }
  if (!('mayWait' in refusal)) return budgetError(refusal, target, where)
  const { limit, of, retryAfterMs } = refusal
  return new LimitError(`${of} takes no further call (limits.${limit})`, {
    limit,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...where,
  })
}

/** Why a budget cannot count a target. It is a warning as well, when another target serves the call. */
export function uncounted({ path, scope, estimate }: BudgetRefusal, target: Target | undefined): string {
  const { what, change } = reasonOf(estimate)
  return `${path} (${scope}) cannot count ${target && `${target.provider.id}/${target.model}`}, ${what}; ${change}`
}

function budgetError(refusal: BudgetRefusal, target: Target | undefined, where: object | undefined): LimitError {
  const { path, scope, unit, limit, left, resetsInMs, unpriced, estimate } = refusal
  const { usd, tokens, input, output, assumed, missing } = estimate
  const asked = unit === 'usd' ? usd : tokens
  const budget: BudgetLeft = {
    path,
    scope,
    unit,
    limit,
    left,
    ...(asked !== undefined && { estimate: asked }),
    tokens: { input, output, assumed },
    ...(resetsInMs !== undefined && { resetsInMs }),
    ...(unpriced && missing !== undefined && { missing }),
    change: unpriced ? reasonOf(estimate).change : changeFor(refusal, asked ?? 0),
  }
  const message = unpriced
    ? uncounted(refusal, target)
    : `${path} (${scope}) has ${amountOf(left, unit)} left of ${amountOf(limit, unit)}, and the call may need ` +
      `${amountOf(asked ?? 0, unit)}: ${partsOf(estimate)}; ${resetOf(refusal, asked ?? 0)}. To continue, ${budget.change}`
  return new LimitError(message, { limit: 'budget', budget, isRetryable: false, ...where })
}

/** A target without a price is one thing, a price list that could not be read another. */
function reasonOf({ missing }: Estimate): { readonly what: string; readonly change: string } {
  if (missing !== undefined && /could not be loaded|is being loaded/.test(missing))
    return { what: `whose price is not known now: ${missing}`, change: 'or set its price in prices.overrides' }
  return { what: 'which has no price', change: 'set one in prices.overrides, 0 if it is free' }
}

function partsOf({ input, output, assumed }: Estimate): string {
  const reason = assumed ? 'assumed, as it sets no limit' : 'the limit that it sets'
  return `about ${input} tokens of input${output > 0 ? ` and ${output} of output (${reason})` : ''}`
}

function resetOf({ resetsInMs, limit }: BudgetRefusal, asked: number): string {
  if (asked > limit) return 'that is more than the whole budget'
  return resetsInMs === undefined ? 'when enough is free again is not known' : `enough is free in ${timeOf(resetsInMs)}`
}

function changeFor({ path, unit, estimate: { output, assumed } }: BudgetRefusal, asked: number): string {
  const less = output === 0 ? 'send less' : assumed ? 'set max_tokens' : 'lower max_tokens'
  const cheaper = unit === 'usd' && asked > 0 ? ', use a cheaper model' : ''
  return `${less}${cheaper} or raise ${path}.${unit}`
}

function amountOf(value: number, unit: BudgetRefusal['unit']): string {
  return unit === 'usd' ? `${Number(value.toPrecision(6))} USD` : `${value} tokens`
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** In the largest unit of which it has at least two, rounded up. */
function timeOf(ms: number): string {
  const [unit, length] = UNITS.find(([, size]) => ms >= 2 * size) ?? (['second', 1_000] as const)
  const count = Math.max(1, Math.ceil(ms / length))
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
