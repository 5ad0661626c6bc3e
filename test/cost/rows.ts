/** Rows of prices, and what they come to. */
import { expect } from 'vitest'
import { costOf, type CostQuery, type PriceOverride } from '../../src/cost/price.js'

export const at = Date.parse('2026-06-01T12:00:00Z')

export function price(entry: PriceOverride, usage: object, more: Partial<CostQuery> = {}) {
  return costOf({ provider: 'p', model: 'm', usage, at, ...more }, { overrides: { 'p/m': entry } })
}

export const usage = (prompt: number, completion: number, input: object = {}, output: object = {}) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  prompt_tokens_details: input,
  completion_tokens_details: output,
})

export type Row = readonly [
  what: string,
  entry: PriceOverride,
  usage: object,
  usd: number | null,
  parts: object,
  more?: Partial<CostQuery>,
  missing?: readonly string[],
]

export function check([, entry, counted, usd, parts, more = {}, missing = []]: Row): void {
  const cost = price(entry, counted, more)
  expect(cost).toEqual({
    // The sums of these rows are doubles.
    usd: usd === null ? null : Math.round(usd * 1e12) / 1e12,
    parts,
    source: usd === null ? null : 'override',
    priced_at: '2026-06-01',
    confidence: usd === null ? 'none' : 'exact',
    missing,
  })
}
