/** What an answer says it used, as limits, budgets and sums count it. */
import { isCount, MOST_TOKENS, MOST_USD } from '../../cost/usage-fault.js'

/** What was used. */
export interface Used {
  /** Input and output; `undefined` when the answer does not say. */
  readonly tokens: number | undefined
  /** `undefined` when it is not known. Worked out when it is read: only budgets of money do. */
  readonly usd: number | undefined
}

/** `undefined` for what is no count of tokens. */
export function countOf(value: unknown): number | undefined {
  return isCount(value) ? value : undefined
}

/** `undefined` for what is no cost of a call. */
export function usdOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= MOST_USD ? value : undefined
}

/**
 * @param believed - Whether the usage may be true. What is not counts as it was estimated.
 * @param usd - Read only when the cost is asked for.
 */
export function usedBy(usage: unknown, believed: boolean, usd: () => unknown): Used {
  const { total_tokens, prompt_tokens, completion_tokens } = (usage ?? {}) as Readonly<Record<string, unknown>>
  const parts = (countOf(prompt_tokens) ?? 0) + (countOf(completion_tokens) ?? 0)
  // A total that is less than its parts is none, and so is one far beyond them. Where all is 0, nothing was counted.
  const total = countOf(total_tokens) ?? 0
  const tokens = total > parts && (parts === 0 || total <= parts * HIDDEN) ? total : parts
  return {
    tokens: believed && tokens > 0 ? Math.min(tokens, MOST_TOKENS) : undefined,
    get usd() {
      return usdOf(usd())
    },
  }
}

/** Times its parts that a total has at most: some count thinking there only. */
const HIDDEN = 1_000

/** Of several answers of one call; what is not known of one is not known of all. */
export function sumOf(one: Used | undefined, other: Used | undefined): Used | undefined {
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
