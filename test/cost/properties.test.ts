/** What holds of every price, whatever is counted. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { protocols } from '../../src/protocols/index.js'
import { BUCKETS, bucketsOf, INPUT_BUCKETS, OUTPUT_BUCKETS } from '../../src/cost/buckets.js'
import { picoOf } from '../../src/cost/money.js'
import { costOf, type PriceOverride } from '../../src/cost/price.js'
import { readStream } from '../contracts/chunks.js'

const at = Date.parse('2026-06-01T12:00:00Z')
const tokens = fc.oneof(fc.nat(1000), fc.nat(400_000))
const anyUsage = fc.record({
  prompt_tokens: tokens,
  completion_tokens: tokens,
  prompt_tokens_details: fc.record(
    {
      cached_tokens: tokens,
      cache_write_tokens: tokens,
      cache_write_1h_tokens: tokens,
      audio_tokens: tokens,
      image_tokens: tokens,
      video_tokens: tokens,
    },
    { requiredKeys: [] },
  ),
  completion_tokens_details: fc.record(
    { reasoning_tokens: tokens, audio_tokens: tokens, image_tokens: tokens },
    { requiredKeys: [] },
  ),
  server_tool_use: fc.record({ web_search_requests: fc.nat(20) }, { requiredKeys: [] }),
})

const perMillion = fc.double({ min: 0, max: 200, noNaN: true }).map((usd) => Math.round(usd * 1000) / 1000)
const card = fc.record(
  {
    cache_read: perMillion,
    cache_write: perMillion,
    cache_write_1h: perMillion,
    input_audio: perMillion,
    output_audio: perMillion,
    reasoning: perMillion,
  },
  { requiredKeys: [] },
)
const anyPrices: fc.Arbitrary<PriceOverride> = fc
  .tuple(fc.record({ input: perMillion, output: perMillion }), card, fc.boolean(), perMillion, perMillion)
  .map(([plain, more, long, input, output]) => ({
    ...plain,
    ...more,
    fees: { web_searches: 0.01 },
    ...(long && { tiers: [{ above: 200_000, input, output }] }),
    service_tiers: { flex: 0.5 },
  }))
const serviceTier = fc.constantFrom('default', 'flex', 'batch', 'priority')

function costs(usage: object, prices: PriceOverride, tier: string) {
  return [
    costOf({ provider: 'p', model: 'm', usage, serviceTier: tier, at }, { overrides: { 'p/m': prices } }),
    costOf({ provider: 'anthropic', model: 'claude-sonnet-4-5', usage, serviceTier: tier, at }),
    costOf({ provider: 'openai', model: 'gpt-5.5', usage, serviceTier: tier, at }),
    costOf({ provider: 'gemini', model: 'gemini-2.5-pro', usage, serviceTier: tier, at }),
  ]
}

describe('for any usage and any prices', () => {
  test('the parts add up to the whole, to the last of twelve places', () => {
    fc.assert(
      fc.property(anyUsage, anyPrices, serviceTier, (usage, prices, tier) => {
        // Of nothing but searches, which not every table prices, the cost is not known.
        fc.pre(usage.prompt_tokens + usage.completion_tokens > 0)
        for (const { usd, parts } of costs(usage, prices, tier)) {
          expect(usd).not.toBeNull()
          expect(picoOf(usd ?? -1)).toBe(Object.values(parts).reduce((sum, part) => sum + picoOf(part), 0))
        }
      }),
    )
  })

  test('every token is in one bucket', () => {
    fc.assert(
      fc.property(anyUsage, (usage) => {
        const buckets = bucketsOf(usage)!
        expect(INPUT_BUCKETS.reduce((sum, bucket) => sum + buckets[bucket], 0)).toBe(usage.prompt_tokens)
        expect(OUTPUT_BUCKETS.reduce((sum, bucket) => sum + buckets[bucket], 0)).toBe(usage.completion_tokens)
        expect(BUCKETS.every((bucket) => buckets[bucket] >= 0)).toBe(true)
      }),
    )
  })

  test('more of a bucket costs no less, as long as the tier is the same', () => {
    const kinds = [
      'plain',
      'cached_tokens',
      'cache_write_tokens',
      'audio_tokens',
      'output',
      'reasoning_tokens',
    ] as const
    const counts = fc.record(Object.fromEntries(kinds.map((kind) => [kind, fc.nat(15_000)])))
    fc.assert(
      fc.property(
        counts,
        fc.constantFrom(...kinds),
        fc.nat(15_000),
        anyPrices,
        serviceTier,
        (few, kind, extra, prices, tier) => {
          const many = { ...few, [kind]: (few[kind] ?? 0) + extra }
          const [less, more] = [few, many].map((count) => costs(usageFrom(count), prices, tier))
          for (const [index, cost] of (less ?? []).entries()) {
            expect(more?.[index]?.usd).toBeGreaterThanOrEqual(cost.usd ?? Number.NaN)
          }
        },
      ),
    )
  })

  function usageFrom(count: Record<string, number>) {
    const of = (kind: string) => count[kind] ?? 0
    const prompt = of('plain') + of('cached_tokens') + of('cache_write_tokens') + of('audio_tokens')
    const completion = of('output') + of('reasoning_tokens')
    return {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      prompt_tokens_details: {
        cached_tokens: of('cached_tokens'),
        cache_write_tokens: of('cache_write_tokens'),
        audio_tokens: of('audio_tokens'),
      },
      completion_tokens_details: { reasoning_tokens: of('reasoning_tokens') },
    }
  }

  test('cached input is no dearer than uncached, unless its list says so', () => {
    const sane = anyPrices.filter((prices) => {
      const { input = 0, cache_read: cached } = prices as { input?: number; cache_read?: number }
      return cached === undefined || cached <= input
    })
    fc.assert(
      fc.property(tokens, tokens, sane, serviceTier, (count, share, prices, tier) => {
        const prompt = count + 1
        const cached = Math.min(prompt, share)
        const plain = { prompt_tokens: prompt, completion_tokens: 0, total_tokens: prompt }
        const before = costs(plain, prices, tier)
        const after = costs({ ...plain, prompt_tokens_details: { cached_tokens: cached } }, prices, tier)
        for (const [index, cost] of after.entries()) {
          expect(cost.usd).toBeLessThanOrEqual(before[index]?.usd ?? Number.NaN)
        }
      }),
    )
  })

  test('a million calls come to a million times one', () => {
    const { usd } = costOf(
      { provider: 'p', model: 'm', usage: { prompt_tokens: 7, completion_tokens: 3 }, at },
      { overrides: { 'p/m': { input: 0.1, output: 0.3 } } },
    )
    expect(picoOf(usd ?? 0) * 1_000_000).toBe(1_600_000_000_000)
  })
})

describe('a stream, cut anywhere, costs what the whole does', () => {
  const sse = (events: readonly object[]) =>
    new TextEncoder().encode(
      events
        .map((event) => {
          const { type } = event as { type?: string }
          return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(event)}\n\n`
        })
        .join(''),
    )
  const streams = {
    'anthropic-messages': sse([
      {
        type: 'message_start',
        message: {
          id: 'm',
          type: 'message',
          role: 'assistant',
          model: 'claude-sonnet-4-5',
          content: [],
          usage: {
            input_tokens: 100,
            output_tokens: 1,
            cache_read_input_tokens: 5000,
            cache_creation_input_tokens: 300,
            cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
          },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 50 } },
      { type: 'message_stop' },
    ]),
    'openai-chat': sse([
      { id: 'c', object: 'chat.completion.chunk', model: 'm', choices: [{ index: 0, delta: { content: 'Hi' } }] },
      {
        id: 'c',
        object: 'chat.completion.chunk',
        model: 'm',
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
      },
      {
        id: 'c',
        object: 'chat.completion.chunk',
        model: 'm',
        choices: [],
        usage: {
          prompt_tokens: 5400,
          completion_tokens: 50,
          total_tokens: 5450,
          prompt_tokens_details: { cached_tokens: 5000, cache_write_tokens: 300, cache_write_1h_tokens: 200 },
        },
      },
    ]),
  } as const
  const prices = {
    overrides: { 'p/m': { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75, cache_write_1h: 6 } },
  }

  test.each(Object.entries(streams))('%s', (format, bytes) => {
    const protocol = protocols[format as keyof typeof streams]
    if (protocol.kind !== 'chat') throw new Error('not a chat format')
    const cut = fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 8 })
    fc.assert(
      fc.property(cut, (places) => {
        const ends = [...new Set(places)].sort((a, b) => a - b)
        const pieces = [0, ...ends].map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length))
        const { usage } = readStream(protocol, pieces).completion
        expect(costOf({ provider: 'p', model: 'm', usage, at }, prices)).toMatchObject({
          usd: 0.004125,
          missing: [],
        })
      }),
      { numRuns: 40 },
    )
  })
})
