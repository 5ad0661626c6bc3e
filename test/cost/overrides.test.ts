/** Prices that a user gives: our shape, entries of LiteLLM's list and of models.dev. */
import { describe, expect, test } from 'vitest'
import { costOf, type CostQuery, type PriceOverride } from '../../src/cost/price.js'

const at = Date.parse('2026-06-01T12:00:00Z')

function price(entry: PriceOverride, usage: object, more: Partial<CostQuery> = {}) {
  return costOf({ provider: 'p', model: 'm', usage, at, ...more }, { overrides: { 'p/m': entry } })
}

const usage = (prompt: number, completion: number, input: object = {}, output: object = {}) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  prompt_tokens_details: input,
  completion_tokens_details: output,
})

type Row = readonly [
  what: string,
  entry: PriceOverride,
  usage: object,
  usd: number | null,
  parts: object,
  more?: Partial<CostQuery>,
  missing?: readonly string[],
]

function check([, entry, counted, usd, parts, more = {}, missing = []]: Row): void {
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

describe('our shape: USD for a million tokens', () => {
  const plain = { input: 2, output: 8 }
  const long = { input: 1, output: 4, cache_read: 0.1, tiers: [{ above: 200_000, input: 2, output: 6 }] }
  const rows: readonly Row[] = [
    ['input and output', plain, usage(1000, 100), 0.0028, { input: 0.002, output: 0.0008 }],
    ['input alone', { input: 2 }, usage(1000, 0), 0.002, { input: 0.002 }],
    [
      'output without a price is unknown, not 0',
      { input: 2 },
      usage(1000, 1),
      null,
      {},
      {},
      ['no price for output of p/m'],
    ],
    [
      'every bucket of tokens at its own price',
      {
        input: 1,
        cache_read: 2,
        cache_write: 3,
        cache_write_1h: 4,
        input_audio: 5,
        input_image: 6,
        input_video: 7,
        output: 8,
        reasoning: 9,
        output_audio: 10,
        output_image: 11,
        output_video: 12,
      },
      usage(
        10_000,
        10_000,
        {
          cached_tokens: 1000,
          cache_write_tokens: 3000,
          cache_write_1h_tokens: 1000,
          audio_tokens: 1000,
          image_tokens: 1000,
          video_tokens: 1000,
        },
        { reasoning_tokens: 1000, audio_tokens: 1000, image_tokens: 1000, video_tokens: 1000 },
      ),
      0.003 + 0.002 + 0.006 + 0.004 + 0.005 + 0.006 + 0.007 + 0.048 + 0.009 + 0.01 + 0.011 + 0.012,
      {
        input: 0.003,
        cache_read: 0.002,
        cache_write: 0.006,
        cache_write_1h: 0.004,
        input_audio: 0.005,
        input_image: 0.006,
        input_video: 0.007,
        output: 0.048,
        reasoning: 0.009,
        output_audio: 0.01,
        output_image: 0.011,
        output_video: 0.012,
      },
    ],
    [
      'thought is billed as output',
      plain,
      usage(0, 100, {}, { reasoning_tokens: 40 }),
      0.0008,
      { output: 0.00048, reasoning: 0.00032 },
    ],
    [
      'cached input without a price of its own is priced as input, and says so',
      plain,
      usage(1000, 0, { cached_tokens: 400 }),
      0.002,
      { input: 0.0012, cache_read: 0.0008 },
      {},
      ['cache_read: no price of its own, priced as input'],
    ],
    [
      'audio without a price of its own',
      plain,
      usage(1000, 100, { audio_tokens: 400 }, { audio_tokens: 50 }),
      0.0028,
      { input: 0.0012, input_audio: 0.0008, output: 0.0004, output_audio: 0.0004 },
      {},
      ['input_audio: no price of its own, priced as input', 'output_audio: no price of its own, priced as output'],
    ],
    [
      'cached audio',
      { input: 5, output: 20, cache_read: 2.5, input_audio: 40, cache_read_audio: 2 },
      usage(1000, 0, { audio_tokens: 600, cached_tokens: 700, cached_tokens_details: { audio_tokens: 500 } }),
      0.001 + 0.0005 + 0.004 + 0.001,
      { input: 0.001, cache_read: 0.0005, input_audio: 0.004, cache_read_audio: 0.001 },
    ],
    [
      'what was cached and audio both, where the details exceed the prompt',
      { input: 5, output: 20, cache_read: 2.5, input_audio: 40, cache_read_audio: 2 },
      usage(1000, 0, { audio_tokens: 600, cached_tokens: 700 }),
      0.001 + 0.012 + 0.0006,
      { cache_read: 0.001, input_audio: 0.012, cache_read_audio: 0.0006 },
    ],
    [
      'fees are USD for one',
      { ...plain, fees: { requests: 0.005, web_searches: 0.01, code_executions: 0.03, file_searches: 0.0025 } },
      {
        ...usage(1000, 100),
        server_tool_use: { web_search_requests: 2, code_interpreter_sessions: 1, file_search_calls: 4, web_fetch: 9 },
      },
      0.0028 + 0.005 + 0.02 + 0.03 + 0.01,
      { input: 0.002, output: 0.0008, requests: 0.005, web_searches: 0.02, code_executions: 0.03, file_searches: 0.01 },
    ],
    [
      'a fee that is not listed is told',
      plain,
      { ...usage(1000, 100), server_tool_use: { web_search_requests: 2 } },
      0.0028,
      { input: 0.002, output: 0.0008 },
      {},
      ['web_searches: 2 without a price, not counted'],
    ],
    [
      'seconds, where those alone are billed',
      { fees: { input_seconds: 0.0001 } },
      { type: 'duration', seconds: 12.5 },
      0.00125,
      { input_seconds: 0.00125 },
    ],
    [
      'search units, where those alone are billed',
      { fees: { search_units: 0.002 } },
      { search_units: 3 },
      0.006,
      { search_units: 0.006 },
    ],
    ['search units without a price', plain, { search_units: 3 }, null, {}, {}, ['no price for search_units of p/m']],
    ['just at the limit', long, usage(200_000, 100), 0.2004, { input: 0.2, output: 0.0004 }],
    ['above it, every token', long, usage(200_001, 100), 0.400602, { input: 0.400002, output: 0.0006 }],
    [
      'cached tokens count for the length',
      long,
      usage(200_001, 0, { cached_tokens: 150_000 }),
      0.015 + 0.100002,
      { input: 0.100002, cache_read: 0.015 },
    ],
    [
      'the dearest tier that fits',
      { ...long, tiers: [...long.tiers, { above: 100_000, input: 1.5, output: 5 }] },
      usage(150_000, 0),
      0.225,
      { input: 0.225 },
    ],
    [
      'batch, which costs half where nothing else is said',
      { ...plain, fees: { requests: 0.01 } },
      usage(1000, 100),
      0.0114,
      { input: 0.001, output: 0.0004, requests: 0.01 },
      { serviceTier: 'batch' },
      ['service tier batch: priced at half the standard prices'],
    ],
    [
      'batch with prices',
      { ...plain, service_tiers: { batch: { input: 0.5, output: 1 } } },
      usage(1000, 100),
      0.0006,
      { input: 0.0005, output: 0.0001 },
      { serviceTier: 'batch' },
    ],
    [
      'a factor for priority',
      { ...plain, cache_read: 0.2, service_tiers: { priority: 1.75 } },
      usage(1000, 100, { cached_tokens: 500 }),
      0.00175 + 0.000175 + 0.0014,
      { input: 0.00175, cache_read: 0.000175, output: 0.0014 },
      { serviceTier: 'priority' },
    ],
    [
      'a tier of service with lengths of its own',
      { ...long, service_tiers: { flex: { input: 0.5, output: 2, tiers: [{ above: 200_000, input: 0.9 }] } } },
      usage(300_000, 100),
      0.27 + 0.0006,
      { input: 0.27, output: 0.0006 },
      { serviceTier: 'flex' },
    ],
    [
      'a tier of service that is not listed',
      plain,
      usage(1000, 100),
      0.0028,
      { input: 0.002, output: 0.0008 },
      { serviceTier: 'priority' },
      ['service tier priority: priced as standard'],
    ],
    ['the standard tier by its names', plain, usage(1000, 0), 0.002, { input: 0.002 }, { serviceTier: 'default' }],
    [
      'the served tier of the usage',
      { ...plain, service_tiers: { flex: 0.5 } },
      { ...usage(1000, 0), service_tier: 'flex' },
      0.001,
      { input: 0.001 },
    ],
    [
      'a region',
      { ...plain, regions: { eu: 1.1 }, fees: { requests: 0.001 } },
      usage(1000, 0),
      0.0032,
      { input: 0.0022, requests: 0.001 },
      { region: 'eu-west-1' },
      ['region eu-west-1: 1.1 times the standard prices'],
    ],
    [
      'a day from which the price is another',
      { ...plain, periods: [{ since: '2026-07-01', input: 1 }] },
      usage(1000, 0),
      0.002,
      { input: 0.002 },
    ],
    [
      'hours of a day over midnight',
      { ...plain, periods: [{ hours_utc: '10:30-00:30', input: 1 }] },
      usage(1000, 100),
      0.0018,
      { input: 0.001, output: 0.0008 },
    ],
    [
      'the provider counted as Anthropic does',
      { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75, cache_write_1h: 6 },
      {
        input_tokens: 100,
        output_tokens: 10,
        cache_read_input_tokens: 1000,
        cache_creation_input_tokens: 300,
        cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
      },
      0.0003 + 0.0003 + 0.000375 + 0.0012 + 0.00015,
      { input: 0.0003, cache_read: 0.0003, cache_write: 0.000375, cache_write_1h: 0.0012, output: 0.00015 },
    ],
    [
      'the provider counted as in the Responses API',
      { input: 2, output: 8, cache_read: 0.5 },
      {
        input_tokens: 1000,
        input_tokens_details: { cached_tokens: 400 },
        output_tokens: 100,
        output_tokens_details: { reasoning_tokens: 60 },
      },
      0.0012 + 0.0002 + 0.0008,
      { input: 0.0012, cache_read: 0.0002, output: 0.00032, reasoning: 0.00048 },
    ],
  ]
  test.each(rows.map((row) => [row[0], row] as const))('%s', (_what, row) => check(row))

  test('after the day, and outside the hours', () => {
    const entry = {
      input: 2,
      periods: [
        { since: '2026-07-01', input: 1 },
        { hours_utc: ['01:00-02:00'], input: 0.5 },
      ],
    }
    const inputAt = (time: string) => price(entry, usage(1_000_000, 0), { at: Date.parse(time) }).usd
    expect(inputAt('2026-06-30T23:59:59Z')).toBe(2)
    expect(inputAt('2026-07-01T00:00:00Z')).toBe(1)
    expect(inputAt('2026-07-01T01:59:59Z')).toBe(0.5)
    expect(inputAt('2026-07-01T02:00:00Z')).toBe(1)
  })
})

describe("entries of LiteLLM's list: USD for a token", () => {
  // https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json, and the providers' price pages.
  const sonnet = {
    litellm_provider: 'anthropic',
    mode: 'chat',
    input_cost_per_token: 3e-6,
    output_cost_per_token: 1.5e-5,
    cache_read_input_token_cost: 3e-7,
    cache_creation_input_token_cost: 3.75e-6,
    cache_creation_input_token_cost_above_1hr: 6e-6,
    input_cost_per_token_above_200k_tokens: 6e-6,
    output_cost_per_token_above_200k_tokens: 2.25e-5,
    cache_read_input_token_cost_above_200k_tokens: 6e-7,
    cache_creation_input_token_cost_above_200k_tokens: 7.5e-6,
    search_context_cost_per_query: {
      search_context_size_low: 0.01,
      search_context_size_medium: 0.01,
      search_context_size_high: 0.01,
    },
  }
  const gpt = {
    input_cost_per_token: 1.25e-6,
    output_cost_per_token: 1e-5,
    cache_read_input_token_cost: 1.25e-7,
    input_cost_per_token_flex: 6.25e-7,
    output_cost_per_token_flex: 5e-6,
    cache_read_input_token_cost_flex: 6.25e-8,
    input_cost_per_token_priority: 2.5e-6,
    output_cost_per_token_priority: 2e-5,
    cache_read_input_token_cost_priority: 2.5e-7,
    input_cost_per_token_batches: 6e-7,
    output_cost_per_token_batches: 4e-6,
    regional_processing_uplift_multiplier_eu: 1.1,
    supports_vision: true,
    max_input_tokens: 272000,
  }
  const qwen = {
    litellm_provider: 'dashscope',
    tiered_pricing: [
      { range: [0, 32000], input_cost_per_token: 1e-6, output_cost_per_token: 4e-6, cache_read_input_token_cost: 1e-7 },
      { range: [32000, 128000], input_cost_per_token: 2e-6, output_cost_per_token: 8e-6 },
    ],
  }
  const rows: readonly Row[] = [
    [
      'all of the input',
      sonnet,
      usage(10_000, 1000, { cached_tokens: 4000, cache_write_tokens: 3000, cache_write_1h_tokens: 1000 }),
      0.009 + 0.0012 + 0.0075 + 0.006 + 0.015,
      { input: 0.009, cache_read: 0.0012, cache_write: 0.0075, cache_write_1h: 0.006, output: 0.015 },
    ],
    [
      'above 200k: every token, by the whole prompt',
      sonnet,
      usage(200_001, 1000, { cached_tokens: 100_000 }),
      0.600006 + 0.06 + 0.0225,
      { input: 0.600006, cache_read: 0.06, output: 0.0225 },
    ],
    [
      'a web search',
      sonnet,
      { ...usage(1000, 0), server_tool_use: { web_search_requests: 3 } },
      0.033,
      { input: 0.003, web_searches: 0.03 },
    ],
    ['standard', gpt, usage(1000, 100), 0.00225, { input: 0.00125, output: 0.001 }],
    [
      'flex',
      gpt,
      usage(1000, 100, { cached_tokens: 200 }),
      0.0005 + 0.0000125 + 0.0005,
      { input: 0.0005, cache_read: 0.0000125, output: 0.0005 },
      { serviceTier: 'flex' },
    ],
    [
      'priority',
      gpt,
      usage(1000, 100, { cached_tokens: 200 }),
      0.002 + 0.00005 + 0.002,
      { input: 0.002, cache_read: 0.00005, output: 0.002 },
      { serviceTier: 'priority' },
    ],
    ['batch', gpt, usage(1000, 100), 0.001, { input: 0.0006, output: 0.0004 }, { serviceTier: 'batch' }],
    [
      'batch that has no price',
      sonnet,
      usage(1000, 100),
      0.00225,
      { input: 0.0015, output: 0.00075 },
      { serviceTier: 'batch' },
      ['service tier batch: priced at half the standard prices'],
    ],
    [
      'processed in the EU',
      gpt,
      usage(1000, 100),
      0.002475,
      { input: 0.001375, output: 0.0011 },
      { region: 'eu' },
      ['region eu: 1.1 times the standard prices'],
    ],
    [
      'a tier of service and a length, in one field',
      {
        ...gpt,
        input_cost_per_token_above_272k_tokens: 2.5e-6,
        output_cost_per_token_above_272k_tokens: 1.5e-5,
        input_cost_per_token_above_272k_tokens_priority: 5e-6,
        output_cost_per_token_above_272k_tokens_priority: 3e-5,
      },
      usage(272_001, 1000),
      1.360005 + 0.03,
      { input: 1.360005, output: 0.03 },
      { serviceTier: 'priority' },
    ],
    [
      'audio, in and out (gpt-4o-audio-preview)',
      {
        input_cost_per_token: 2.5e-6,
        output_cost_per_token: 1e-5,
        input_cost_per_audio_token: 4e-5,
        output_cost_per_audio_token: 8e-5,
      },
      usage(1000, 500, { audio_tokens: 400 }, { audio_tokens: 300 }),
      0.0015 + 0.016 + 0.002 + 0.024,
      { input: 0.0015, input_audio: 0.016, output: 0.002, output_audio: 0.024 },
    ],
    [
      'thought at a price of its own (perplexity/sonar-deep-research)',
      { input_cost_per_token: 2e-6, output_cost_per_token: 8e-6, output_cost_per_reasoning_token: 3e-6 },
      usage(1000, 1000, {}, { reasoning_tokens: 600 }),
      0.002 + 0.0032 + 0.0018,
      { input: 0.002, output: 0.0032, reasoning: 0.0018 },
    ],
    [
      'thought at the price of the output follows it (gemini-2.5-pro)',
      {
        input_cost_per_token: 1.25e-6,
        output_cost_per_token: 1e-5,
        output_cost_per_reasoning_token: 1e-5,
        input_cost_per_token_above_200k_tokens: 2.5e-6,
        output_cost_per_token_above_200k_tokens: 1.5e-5,
      },
      usage(300_000, 1000, {}, { reasoning_tokens: 400 }),
      0.75 + 0.015,
      { input: 0.75, output: 0.009, reasoning: 0.006 },
    ],
    [
      'images in and out (gpt-image-1)',
      { input_cost_per_token: 5e-6, input_cost_per_image_token: 1e-5, output_cost_per_image_token: 4e-5 },
      {
        input_tokens: 1000,
        input_tokens_details: { text_tokens: 400, image_tokens: 600 },
        output_tokens: 1000,
        total_tokens: 2000,
      },
      0.002 + 0.006 + 0.04,
      { input: 0.002, input_image: 0.006, output: 0.04 },
    ],
    [
      'an image by the piece (dall-e-3)',
      { mode: 'image_generation', input_cost_per_image: 0.04 },
      { generated_images: 2 },
      0.08,
      { images: 0.08 },
    ],
    ['seconds (whisper-1)', { input_cost_per_second: 0.0001 }, { seconds: 30 }, 0.003, { input_seconds: 0.003 }],
    [
      'characters (tts-1)',
      { input_cost_per_character: 1.5e-5 },
      { characters: 200 },
      0.003,
      { input_characters: 0.003 },
    ],
    ['queries (rerank-v3.5)', { input_cost_per_query: 0.002 }, { search_units: 2 }, 0.004, { search_units: 0.004 }],
    [
      'the first range',
      qwen,
      usage(32_000, 1000, { cached_tokens: 2000 }),
      0.03 + 0.0002 + 0.004,
      { input: 0.03, cache_read: 0.0002, output: 0.004 },
    ],
    [
      'the second range, whose cached tokens are not those of the first',
      qwen,
      usage(32_001, 1000, { cached_tokens: 2000 }),
      0.060002 + 0.004 + 0.008,
      { input: 0.060002, cache_read: 0.004, output: 0.008 },
    ],
    ['beyond the last range', qwen, usage(200_000, 0), 0.4, { input: 0.4 }],
    [
      'numbers that are written as text',
      { input_cost_per_token: '3e-6', output_cost_per_token: '1.5e-5' },
      usage(1000, 100),
      0.0045,
      { input: 0.003, output: 0.0015 },
    ],
    [
      'hours at which it is cheaper (deepseek)',
      {
        input_cost_per_token: 2.8e-7,
        output_cost_per_token: 4.2e-7,
        off_peak_pricing: { hours_utc: '11:00-13:00', input_cost_per_token: 1.4e-7 },
      },
      usage(1000, 100),
      0.00014 + 0.000042,
      { input: 0.00014, output: 0.000042 },
    ],
  ]
  test.each(rows.map((row) => [row[0], row] as const))('%s', (_what, row) => check(row))

  test('xAI counts a prompt of just the limit among the longer ones', () => {
    const grok = {
      litellm_provider: 'xai',
      input_cost_per_token: 2e-7,
      input_cost_per_token_above_128k_tokens: 4e-7,
    }
    expect(price(grok, usage(128_000, 0)).usd).toBe(0.0512)
    expect(price(grok, usage(127_999, 0)).usd).toBe(0.0255998)
    expect(price({ ...grok, litellm_provider: 'openai' }, usage(128_000, 0)).usd).toBe(0.0256)
  })

  test('the size of what a search brings has a price', () => {
    const entry = {
      input_cost_per_token: 1e-6,
      search_context_cost_per_query: {
        search_context_size_low: 0.005,
        search_context_size_medium: 0.008,
        search_context_size_high: 0.012,
      },
    }
    const searched = { ...usage(0, 0), server_tool_use: { web_search_requests: 2 } }
    expect(price(entry, searched).usd).toBe(0.016)
    expect(price(entry, { ...searched, search_context_size: 'high' }).usd).toBe(0.024)
    expect(price({ ...entry, web_search_billing_unit: 'per_prompt' }, searched).usd).toBe(0.008)
  })
})

describe('entries of models.dev: USD for a million tokens', () => {
  // https://models.dev/api.json
  const entry = {
    id: 'gpt-5.5',
    cost: {
      input: 5,
      output: 30,
      cache_read: 0.5,
      tiers: [{ input: 10, output: 45, cache_read: 1, tier: { type: 'context', size: 272_000 } }],
      context_over_200k: { input: 10, output: 45, cache_read: 1 },
    },
    experimental: {
      modes: { fast: { cost: { input: 12.5, output: 75 }, provider: { body: { service_tier: 'priority' } } } },
    },
  }
  const rows: readonly Row[] = [
    [
      'its prices',
      entry,
      usage(1000, 100, { cached_tokens: 400 }),
      0.0062,
      { input: 0.003, cache_read: 0.0002, output: 0.003 },
    ],
    ['below the limit', entry, usage(250_000, 0), 1.25, { input: 1.25 }],
    ['above it', entry, usage(272_001, 0), 2.72001, { input: 2.72001 }],
    ['a mode', entry, usage(1000, 0), 0.0125, { input: 0.0125 }, { serviceTier: 'priority' }],
    [
      'the older field for one limit',
      { cost: { input: 1, context_over_200k: { input: 2 } } },
      usage(200_001, 0),
      0.400002,
      { input: 0.400002 },
    ],
  ]
  test.each(rows.map((row) => [row[0], row] as const))('%s', (_what, row) => check(row))
})

describe('names', () => {
  const overrides = {
    'openai/gpt-4o': { input: 1 },
    'bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0': { input: 3 },
    'bedrock/anthropic.claude-3-haiku-20240307-v1:0': { input: 0.25 },
    'gemini-2.5-pro': { input: 2 },
    'ollama/*': { input: 0, output: 0 },
    'anthropic/claude-opus-4-5': { input: 5 },
  }
  const mtok = usage(1_000_000, 0)
  test.each([
    ['openai', 'gpt-4o', undefined, 1, 'exact'],
    ['openai', 'gpt-4o-2024-08-06', undefined, 1, 'matched'],
    ['azure', 'a-deployment', 'gpt-4o', 2.5, 'exact'],
    ['openai', 'an-alias', 'gpt-4o', 1, 'exact'],
    ['gemini', 'models/gemini-2.5-pro', undefined, 2, 'exact'],
    ['gcp.vertex_ai', 'publishers/google/models/gemini-2.5-pro', undefined, 2, 'exact'],
    ['aws.bedrock', 'anthropic.claude-sonnet-4-5-20250929-v1:0', undefined, 3, 'exact'],
    ['bedrock', 'global.anthropic.claude-sonnet-4-5-20250929-v1:0', undefined, 3, 'exact'],
    ['bedrock', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0', undefined, 3.3, 'matched'],
    ['bedrock', 'us.anthropic.claude-3-haiku-20240307-v1:0', undefined, 0.25, 'exact'],
    [
      'bedrock',
      'arn:aws:bedrock:us-east-1:123456789012:inference-profile/apac.anthropic.claude-sonnet-4-5-20250929-v1:0',
      undefined,
      3.3,
      'matched',
    ],
    ['ollama', 'anything', undefined, 0, 'exact'],
    ['anthropic', 'claude-opus-4-5-20251101', undefined, 5, 'matched'],
    ['anthropic', 'anthropic/claude-opus-4-5', undefined, 5, 'exact'],
  ])('%s/%s, served %s', (provider, model, served, usd, confidence) => {
    const cost = costOf({ provider, model, served, usage: mtok, at }, { overrides })
    expect({ usd: cost.usd, confidence: cost.confidence }).toEqual({ usd, confidence })
  })

  test('a name out of Object.prototype has no price', () => {
    expect(costOf({ provider: 'openai', model: 'constructor', usage: mtok, at }, { overrides }).usd).toBeNull()
  })
})
