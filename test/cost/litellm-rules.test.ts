/**
 * A second reading of LiteLLM's rules, naive and in integers
 * (https://github.com/BerriAI/litellm/blob/main/litellm/litellm_core_utils/llm_cost_calc/utils.py).
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describePrice } from '../../src/cost/describe.js'
import { costOf } from '../../src/cost/price.js'
import { at, usage } from './rows.js'

/**
 * LiteLLM's rules over again, in whole pico-USD: text is what the details leave of the prompt; cached and written tokens
 * that overlap audio or images make those fewer; the highest limit that the prompt exceeds changes the rates it names;
 * a rate of a tier of service stands in for the standard one where it is listed; thought costs what the tier of
 * service says, or its output, or what thought costs otherwise; a region multiplies the sum.
 */
function naive(prices: Prices, counts: Counts, tier: '' | 'flex' | 'priority', eu: boolean): number {
  const long = counts.prompt > 200_000 && prices.input_cost_per_token_above_200k_tokens !== undefined
  const rate = (name: string): number => {
    const names = long ? [`${name}_above_200k_tokens`] : []
    for (const standard of [...names, name]) {
      const own = tier === '' ? undefined : prices[`${standard}_${tier}`]
      const found = own ?? prices[standard]
      if (found !== undefined) return found
    }
    return 0
  }
  const uncached = Math.max(0, counts.prompt - counts.cached - counts.short - counts.hour)
  const heard = Math.min(counts.audioIn, uncached)
  const seen = Math.min(counts.imageIn, uncached - heard)
  const output = rate('output_cost_per_token')
  const tierPricesOutput = tier !== '' && prices[`output_cost_per_token_${tier}`] !== undefined
  const thought = tierPricesOutput ? output : (prices['output_cost_per_reasoning_token'] ?? output)
  const text = counts.completion - counts.thought - counts.audioOut
  const pico =
    (uncached - heard - seen) * rate('input_cost_per_token') +
    counts.cached * rate('cache_read_input_token_cost') +
    counts.short * rate('cache_creation_input_token_cost') +
    counts.hour * rate('cache_creation_input_token_cost_above_1hr') +
    heard * (prices['input_cost_per_audio_token'] ?? 0) +
    seen * (prices['input_cost_per_image_token'] ?? 0) +
    text * output +
    counts.thought * thought +
    counts.audioOut * (prices['output_cost_per_audio_token'] ?? 0)
  return eu ? (pico / 10) * 11 : pico
}

type Prices = Readonly<Record<string, number | undefined>>

interface Counts {
  readonly prompt: number
  readonly cached: number
  readonly short: number
  readonly hour: number
  readonly audioIn: number
  readonly imageIn: number
  readonly completion: number
  readonly thought: number
  readonly audioOut: number
}

describe('a second reading of the rules agrees', () => {
  // Cheap ones are no dearer than any price of input: what else holds there is ours (see `layOver`).
  const cheap = fc.integer({ min: 0, max: 99 }).map((price) => price * 10)
  const dear = fc.integer({ min: 100, max: 9_000_000 }).map((price) => price * 10)
  const priced = fc.record(
    {
      input_cost_per_token: dear,
      // Thought that costs what the output does follows it, which LiteLLM does not have.
      output_cost_per_token: dear,
      cache_read_input_token_cost: cheap,
      cache_creation_input_token_cost: dear,
      cache_creation_input_token_cost_above_1hr: dear,
      input_cost_per_audio_token: dear,
      input_cost_per_image_token: dear,
      output_cost_per_audio_token: dear,
      output_cost_per_reasoning_token: dear.map((price) => price + 5),
      input_cost_per_token_flex: dear,
      output_cost_per_token_flex: dear,
      cache_read_input_token_cost_flex: cheap,
      cache_creation_input_token_cost_flex: dear,
      output_cost_per_token_above_200k_tokens: dear,
      cache_read_input_token_cost_above_200k_tokens: cheap,
      cache_creation_input_token_cost_above_200k_tokens: dear,
      cache_creation_input_token_cost_above_1hr_above_200k_tokens: dear,
      input_cost_per_token_above_200k_tokens_flex: dear,
      output_cost_per_token_above_200k_tokens_flex: dear,
    },
    {
      requiredKeys: [
        'input_cost_per_token',
        'output_cost_per_token',
        'cache_read_input_token_cost',
        'cache_creation_input_token_cost',
        'cache_creation_input_token_cost_above_1hr',
        'input_cost_per_audio_token',
        'input_cost_per_image_token',
        'output_cost_per_audio_token',
      ],
    },
  )
  const prices: fc.Arbitrary<Prices> = fc.tuple(priced, fc.option(dear, { nil: undefined })).map(([entry, above]) => {
    // A tier of service that prices long prompts prices the others.
    const isListed = (field: string) =>
      !field.endsWith('_tokens_flex') || Object.hasOwn(entry, field.replace('_above_200k_tokens', ''))
    const listed = Object.fromEntries(Object.entries(entry).filter(([field]) => isListed(field)))
    if (above !== undefined) return { ...listed, input_cost_per_token_above_200k_tokens: above }
    // Without a price of input for long prompts LiteLLM sees no limit at all.
    return Object.fromEntries(Object.entries(entry).filter(([field]) => !field.includes('above_200k')))
  })
  const some = fc.oneof(fc.nat(500), fc.nat(90_000))
  const counts: fc.Arbitrary<Counts> = fc
    .record({ text: some, cached: some, short: some, hour: some, audioIn: some, imageIn: some, overlap: fc.boolean() })
    .chain(({ text, cached, short, hour, audioIn, imageIn, overlap }) =>
      fc.record({ said: some, thought: some, audioOut: some }).map(({ said, thought, audioOut }) => ({
        // What was cached may be counted among the audio and images too.
        prompt: text + cached + short + hour + (overlap && cached > 0 ? 0 : audioIn + imageIn),
        cached,
        short,
        hour,
        audioIn: overlap && cached > 0 ? Math.min(audioIn, text + cached) : audioIn,
        imageIn: overlap && cached > 0 ? Math.max(0, Math.min(imageIn, text + cached - audioIn)) : imageIn,
        completion: said + thought + audioOut,
        thought,
        audioOut,
      })),
    )

  test('on any entry and usage that both have prices for', () => {
    fc.assert(
      fc.property(prices, counts, fc.constantFrom('', 'flex', 'priority'), fc.boolean(), (pico, count, tier, eu) => {
        const entry = Object.fromEntries(
          Object.entries(pico).flatMap(([field, price]) => (price === undefined ? [] : [[field, price / 1e12]])),
        )
        const counted = usage(
          count.prompt,
          count.completion,
          {
            cached_tokens: count.cached,
            cache_write_tokens: count.short + count.hour,
            cache_write_1h_tokens: count.hour,
            audio_tokens: count.audioIn,
            image_tokens: count.imageIn,
          },
          { reasoning_tokens: count.thought, audio_tokens: count.audioOut },
        )
        const { usd } = costOf(
          { provider: 'p', model: 'm', usage: counted, serviceTier: tier, region: eu ? 'eu' : undefined, at },
          { overrides: { 'p/m': { ...entry, regional_processing_uplift_multiplier_eu: 1.1 } } },
        )
        expect(Math.abs((usd ?? Number.NaN) * 1e12 - naive(pico, count, tier, eu))).toBeLessThanOrEqual(1)
      }),
      { numRuns: 500 },
    )
  })
})

describe('hours of days of the week', () => {
  // Off-peak is all but working hours of Shanghai: its Monday starts on Sunday, 16:00 UTC.
  const flash = {
    input_cost_per_token: 3e-7,
    output_cost_per_token: 1.2e-6,
    cache_read_input_token_cost: 6e-9,
    off_peak_pricing: {
      input_cost_per_token: 1.5e-7,
      output_cost_per_token: 6e-7,
      weekday_timezone: 'Asia/Shanghai',
      windows: [
        { hours_utc: ['10:00-01:00'], weekdays: ['mon', 'Tuesday', 3, 4, 5] },
        { hours_utc: '00:00-00:00', weekdays: [6, 7] },
        { hours_utc: '00:00-00:00', weekdays: [0, 'someday'] },
      ],
    },
  }
  const inputAt = (time: string, entry: object = flash) =>
    costOf(
      { provider: 'deepseek', model: 'flash', usage: usage(1_000_000, 0), at: Date.parse(time) },
      { overrides: { 'deepseek/flash': entry } },
    ).usd
  test.each([
    ['Friday noon in Shanghai', '2026-06-05T04:00:00Z', 0.3],
    ['Friday evening', '2026-06-05T10:00:00Z', 0.15],
    ['Saturday noon there', '2026-06-06T04:00:00Z', 0.15],
    ['Saturday already there, Friday in UTC', '2026-06-05T16:30:00Z', 0.15],
    ['Monday morning there, its hours begun on Sunday in UTC', '2026-06-07T17:00:00Z', 0.15],
    ['Monday, 09:00 there', '2026-06-08T01:00:00Z', 0.3],
  ])('%s', (_when, time, usd) => expect(inputAt(time)).toBe(usd))

  test('a card says so, since our shape has no days', () => {
    const { card, table } = describePrice(
      { provider: 'deepseek', model: 'flash', at },
      { overrides: { 'deepseek/flash': flash } },
    )
    expect(card.prices).toEqual({ input: 0.3, output: 1.2, cache_read: 0.006 })
    expect(card.notes).toContain('prices differ at some hours of some days of the week')
    expect(table.situations).toEqual(['standard', 'on some days'])
    expect(table.tokens[0]).toEqual(['input', [0.3, 0.15]])
  })

  test('a calendar that is not known is UTC', () => {
    const entry = { ...flash, off_peak_pricing: { ...flash.off_peak_pricing, weekday_timezone: 'Nowhere/Else' } }
    expect(inputAt('2026-06-06T04:00:00Z', entry)).toBe(0.15)
    expect(inputAt('2026-06-05T04:00:00Z', entry)).toBe(0.3)
  })
})
