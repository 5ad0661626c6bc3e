/** The consumption of an answer, as limits, budgets and sums count it. */
import { isCount, MOST_TOKENS, MOST_USD } from '../../cost/usage-fault.js'

/** Tokens and money that were used. */
export interface Consumption {
  /** Input and output; `undefined` when the answer does not say. */
  readonly tokens: number | undefined
  /** `undefined` when it is not known. Computed when it is read: only budgets of money do. */
  readonly usd: number | undefined
}

/** `undefined` for a value that is not a count of tokens. */
export function countOf(value: unknown): number | undefined {
  return isCount(value) ? value : undefined
}

/** `undefined` for a value that is not the cost of a call. */
export function usdOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= MOST_USD ? value : undefined
}

/**
 * @param believed - Whether the usage may be true. Otherwise the estimate counts.
 * @param usd - Called only when the cost is read.
 */
export function consumptionOf(usage: unknown, believed: boolean, usd: () => unknown): Consumption {
  const { total_tokens, prompt_tokens, completion_tokens } = (usage ?? {}) as Readonly<Record<string, unknown>>
  const parts = (countOf(prompt_tokens) ?? 0) + (countOf(completion_tokens) ?? 0)
  // A total below its parts, or far above them, is invalid. If all are 0, nothing was counted.
  const total = countOf(total_tokens) ?? 0
  const tokens = total > parts && (parts === 0 || total <= parts * HIDDEN) ? total : parts
  return {
    tokens: believed && tokens > 0 ? Math.min(tokens, MOST_TOKENS) : undefined,
    get usd() {
      return usdOf(usd())
    },
  }
}

/** The most times its parts that a total may be: some providers count thinking only there. */
const HIDDEN = 1_000

/** The sum over several answers of one call; if one is unknown, so is the sum. */
export function addConsumption(one: Consumption | undefined, other: Consumption | undefined): Consumption | undefined {
  if (!one || !other) return one ?? other
  const sum = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined || b === undefined ? undefined : a + b
  return {
    tokens: sum(one.tokens, other.tokens),
    get usd() {
      return sum(one.usd, other.usd)
    },
  }
}
