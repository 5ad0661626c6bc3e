import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bucketsOf, INPUT_BUCKETS, OUTPUT_BUCKETS } from '../../src/cost/buckets.js'
import { costOf, priceCall } from '../../src/cost/price.js'

const usage = { prompt_tokens: 1_000_000, completion_tokens: 100_000, total_tokens: 1_100_000 }
const at = Date.parse('2026-06-01T12:00:00Z')

describe('sources, best first', () => {
  test("the provider's own figure", () => {
    const cost = costOf(
      { provider: 'openai', model: 'gpt-4o', usage: { ...usage, cost: 0.5 }, at },
      { overrides: { 'openai/gpt-4o': { input: 1, output: 1 } } },
    )
    expect(cost).toEqual({
      usd: 0.5,
      parts: {},
      source: 'provider',
      priced_at: '2026-06-01',
      confidence: 'reported',
      missing: [],
    })
  })

  test("the caller's prices", () => {
    const query = {
      provider: 'mine',
      model: 'm',
      usage: { ...usage, prompt_tokens_details: { cached_tokens: 400_000 } },
      at,
    }
    expect(costOf(query, { overrides: { 'mine/m': { input: 1, output: 4, cache_read: 0.1 } } })).toMatchObject({
      usd: 0.6 + 0.04 + 0.4,
      parts: { input: 0.6, cache_read: 0.04, output: 0.4 },
      source: 'override',
    })
  })

  test('a price of 0 is a price', () => {
    expect(
      costOf({ provider: 'mine', model: 'm', usage }, { overrides: { 'mine/m': { input: 0, output: 0 } } }).usd,
    ).toBe(0)
  })

  test('the table', () => {
    const cost = costOf({ provider: 'openai', model: 'gpt-4o', usage, at })
    expect(cost).toMatchObject({ source: 'genai-prices', confidence: 'exact', missing: [] })
    expect(cost.usd).toBeCloseTo(2.5 + 1, 9)
  })

  test.each(['xai', 'x_ai'])('the table under the name %s', (provider) => {
    expect(costOf({ provider, model: 'grok-3', usage, at }).usd).toBeGreaterThan(0)
  })

  test('cached input is not priced twice', () => {
    const cached = { ...usage, prompt_tokens_details: { cached_tokens: 1_000_000 } }
    expect(costOf({ provider: 'openai', model: 'gpt-4o', usage: cached, at }).usd).toBeCloseTo(1.25 + 1, 9)
  })
})

test.each([
  ['an unknown model', { provider: 'openai', model: 'no-such-model', usage }, 'no price for openai/no-such-model'],
  ['an unknown provider', { provider: 'nobody', model: 'm', usage }, 'no price for nobody/m'],
  ['no usage', { provider: 'openai', model: 'gpt-4o', usage: undefined }, 'the answer carries no token counts'],
  ['usage without counts', { provider: 'openai', model: 'gpt-4o', usage: {} }, 'the answer carries no token counts'],
])('%s is unknown, not 0', (_what, query, reason) => {
  expect(costOf(query)).toMatchObject({ usd: null, source: null, confidence: 'none', missing: [reason] })
  expect(priceCall({ ...query, usage: query.usage ?? {}, at })).toBeUndefined()
})

const tokens = fc.nat(1_000_000)
const anyUsage = fc.record({
  prompt_tokens: tokens,
  completion_tokens: tokens,
  prompt_tokens_details: fc.record({
    cached_tokens: tokens,
    cache_write_tokens: tokens,
    cache_write_1h_tokens: tokens,
    audio_tokens: tokens,
  }),
  completion_tokens_details: fc.record({ reasoning_tokens: tokens, audio_tokens: tokens }),
})

test('what the provider bills counts, not what the model read', () => {
  const read = {
    prompt_tokens: 500,
    completion_tokens: 5,
    total_tokens: 505,
    prompt_tokens_details: { cached_tokens: 448 },
    billed_units: { input_tokens: 5, output_tokens: 2, search_units: 1 },
  }
  expect(bucketsOf(read)).toMatchObject({ input: 5, cache_read: 0, output: 2 })
  const { usd } = costOf({ provider: 'c', model: 'm', usage: read }, { overrides: { 'c/m': { input: 1, output: 10 } } })
  expect(usd).toBeCloseTo(25e-6, 12)
  // A bill of other things alone says nothing of tokens.
  expect(bucketsOf({ ...read, billed_units: { search_units: 1 } })).toMatchObject({ input: 52, cache_read: 448 })
})

test('buckets are disjoint: they add up to the totals, whatever a provider reports', () => {
  fc.assert(
    fc.property(anyUsage, (reported) => {
      const buckets = bucketsOf(reported)!
      expect(INPUT_BUCKETS.reduce((sum, bucket) => sum + buckets[bucket], 0)).toBe(reported.prompt_tokens)
      expect(OUTPUT_BUCKETS.reduce((sum, bucket) => sum + buckets[bucket], 0)).toBe(reported.completion_tokens)
      expect(Object.values(buckets).every((count) => count >= 0)).toBe(true)
    }),
  )
})

test('the parts of a price add up to it', () => {
  fc.assert(
    fc.property(anyUsage, (reported) => {
      // A usage of nothing is none, and has no price.
      fc.pre(reported.prompt_tokens + reported.completion_tokens > 0)
      for (const cost of [
        costOf({
          provider: 'anthropic',
          model: 'claude-sonnet-4-6',
          usage: {
            ...reported,
            prompt_tokens_details: { ...reported.prompt_tokens_details, audio_tokens: 0 },
            completion_tokens_details: {},
          },
          at,
        }),
        costOf(
          { provider: 'a', model: 'b', usage: reported, at },
          { overrides: { 'a/b': { input: 1.5, output: 6, cache_read: 0.15, cache_write: 1.875 } } },
        ),
      ]) {
        expect(cost.usd).not.toBeNull()
        expect(Object.values(cost.parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(cost.usd ?? -1, 9)
      }
    }),
    { numRuns: 50 },
  )
})

test.each([
  ['an entry that is none', { overrides: { 'p/m': 5 } }, {}],
  ['tiers that are no list', { overrides: { 'p/m': { tiers: 5, service_tiers: 'x', periods: {}, fees: 1 } } }, {}],
  ['ranges without prices', { overrides: { 'p/m': { tiered_pricing: [{}, null] } } }, {}],
  ['no time', {}, { at: Number.NaN }],
  ['a time beyond all dates', {}, { at: 1e300 }],
  ['no model', {}, { model: undefined }],
  ['usage of other types', {}, { usage: { prompt_tokens: 3, prompt_tokens_details: null, server_tool_use: 1 } }],
])('%s: no price, and no error', (_what, prices, query) => {
  const cost = costOf({ provider: 'p', model: 'm', usage, ...query } as never, prices as never)
  expect(cost).toMatchObject({ usd: null, source: null })
  expect(cost.missing).toHaveLength(1)
})
