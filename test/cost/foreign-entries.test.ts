/** Prices that a user gives as entries of LiteLLM's list and of models.dev. */
import { describe, expect, test } from 'vitest'
import { check, price, usage, type Row } from './rows.js'

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
