/** The card of a model: what it shows is what calls are priced at. */
import { describe, expect, test } from 'vitest'
import { describePrice } from '../../src/cost/describe.js'
import type { PriceOverride } from '../../src/cost/override.js'
import { costOf } from '../../src/cost/price.js'

const AT = Date.parse('2026-11-20T12:00:00Z')
const HOUR = 3_600_000

/** An entry as LiteLLM's list has them, with everything that a price can depend on. */
const LITELLM: PriceOverride = {
  litellm_provider: 'mine',
  input_cost_per_token: 2e-6,
  output_cost_per_token: 8e-6,
  cache_read_input_token_cost: 2e-7,
  input_cost_per_token_above_200k_tokens: 4e-6,
  output_cost_per_token_above_200k_tokens: 12e-6,
  input_cost_per_token_flex: 1e-6,
  output_cost_per_token_flex: 4e-6,
  input_cost_per_token_above_200k_tokens_flex: 2e-6,
  regional_processing_uplift_multiplier_eu: 1.1,
  search_context_cost_per_query: { search_context_size_low: 0.01, search_context_size_medium: 0.02 },
  off_peak_pricing: { hours_utc: '16:30-00:30', input_cost_per_token: 1e-6 },
}

describe('a card', () => {
  test('says what holds, for whom and when', () => {
    const { card } = describePrice({ provider: 'mine', model: 'm', at: AT }, { overrides: { 'mine/m': LITELLM } })
    expect(card).toEqual({
      model: 'mine/m',
      source: 'override',
      confidence: 'exact',
      priced_at: '2026-11-20',
      prices: {
        input: 2,
        output: 8,
        cache_read: 0.2,
        fees: { web_searches: 0.02 },
        tiers: [{ above: 200_000, input: 4, output: 12 }],
        service_tiers: { flex: { input: 1, output: 4, tiers: [{ above: 200_000, input: 2 }] } },
        regions: { eu: 1.1 },
        periods: [
          expect.objectContaining({ hours_utc: ['16:30-00:30'], input: 1, output: 8, cache_read: 0.2 }) as object,
        ],
      },
      notes: [
        'service tier batch: priced at half the standard prices',
        'region eu: 1.1 times the standard prices of tokens',
        'web_searches: by the size of their context, 0.01 low, 0.02 medium',
      ],
    })
  })

  test('has a column for each situation', () => {
    const { table } = describePrice({ provider: 'mine', model: 'm', at: AT }, { overrides: { 'mine/m': LITELLM } })
    expect(table.situations).toEqual([
      'standard',
      'above 200000',
      'flex',
      'flex above 200000',
      '16:30-00:30',
      '16:30-00:30 above 200000',
    ])
    expect(Object.fromEntries(table.tokens)).toEqual({
      input: [2, 4, 1, 2, 1, 1],
      cache_read: [0.2, 0.2, 0.2, 0.2, 0.2, 0.2],
      output: [8, 12, 4, 12, 8, 12],
    })
    expect(table.fees).toEqual([['web_searches', [0.02, 0.02, 0.02, 0.02, 0.02, 0.02]]])
  })

  test('of a price that has changed and will change again: the one that holds, and the one to come', () => {
    const changing: PriceOverride = {
      input: 9,
      output: 9,
      periods: [
        { since: '2026-01-01', input: 3 },
        { since: '2026-06-01', input: 2 },
        { since: '2027-01-01', input: 1 },
      ],
    }
    const options = { overrides: { 'mine/m': changing } }
    const { prices } = describePrice({ provider: 'mine', model: 'm', at: AT }, options).card
    expect(prices).toEqual({ input: 2, output: 9, periods: [{ since: '2027-01-01', input: 1, output: 9 }] })
    expect(describePrice({ provider: 'mine', model: 'm', at: AT }, options).table.situations).toEqual([
      'standard',
      'from 2027-01-01',
    ])
  })

  test('without prices says why', () => {
    expect(describePrice({ provider: 'mine', model: 'm', at: AT })).toEqual({
      card: {
        model: 'mine/m',
        source: null,
        confidence: 'none',
        priced_at: '2026-11-20',
        prices: null,
        notes: ['no price for mine/m'],
      },
      table: { situations: [], tokens: [], fees: [] },
    })
  })
})

const usages = [
  {
    prompt_tokens: 1000,
    completion_tokens: 500,
    prompt_tokens_details: { cached_tokens: 300, cache_write_tokens: 100 },
  },
  { prompt_tokens: 1_000_000, completion_tokens: 70_000, server_tool_use: { web_search_requests: 2 } },
  { prompt_tokens: 300_001, completion_tokens: 3, completion_tokens_details: { reasoning_tokens: 2 } },
]
const situations = ['', 'batch', 'flex', 'priority', 'fast'].flatMap((serviceTier) =>
  [undefined, 'eu', 'us'].flatMap((region) =>
    [0, 5, 10, 24 * 400].map((hours) => ({ serviceTier, region, at: AT + hours * HOUR })),
  ),
)

test.each([
  ['openai/gpt-5.4'],
  ['openai/gpt-4o'],
  ['anthropic/claude-sonnet-4-5'],
  ['anthropic/claude-opus-4-6'],
  ['gemini/gemini-2.5-pro'],
  ['bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
  ['deepseek/deepseek-chat'],
  ['xai/grok-4'],
  ['mine/m'],
])('%s: its prices, given as an override, price every call alike', (name) => {
  const [provider, model] = [name.slice(0, name.indexOf('/')), name.slice(name.indexOf('/') + 1)]
  const prices = { overrides: { 'mine/m': LITELLM } }
  const { card } = describePrice({ provider, model, at: AT }, prices)
  expect(card.prices).not.toBeNull()
  const given = { overrides: { [name]: card.prices as PriceOverride } }
  let priced = 0
  for (const situation of situations) {
    for (const usage of usages) {
      const query = { provider, model, usage, ...situation }
      const { usd } = costOf(query, prices)
      expect(costOf(query, given).usd).toBe(usd)
      if (usd) priced += 1
    }
  }
  expect(priced).toBe(situations.length * usages.length)
})
