/** What an answer says it used, as far as that can be: usage is a provider's word, and some of them make it up. */
import type { Used } from './pass.js'

/** More than any call uses. What is said beyond it is a mistake, and would be all that a limit ever counts. */
const MOST_TOKENS = 1e9
const MOST_USD = 1e6

/** `undefined` for what is no count of tokens. */
export function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= MOST_TOKENS ? Math.ceil(value) : undefined
}

/** `undefined` for what is no cost of a call. */
export function usdOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= MOST_USD ? value : undefined
}

/** @param usd - Read only when the cost is asked for. */
export function usedBy(usage: unknown, usd: () => unknown): Used {
  const { total_tokens, prompt_tokens, completion_tokens } = (usage ?? {}) as Readonly<Record<string, unknown>>
  const parts = (countOf(prompt_tokens) ?? 0) + (countOf(completion_tokens) ?? 0)
  // A total that is less than its parts is none. Where all is 0, nothing was counted.
  const tokens = Math.max(countOf(total_tokens) ?? 0, parts)
  return {
    tokens: tokens || undefined,
    get usd() {
      return usdOf(usd())
    },
  }
}
