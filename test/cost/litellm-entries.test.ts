/** Entries as they stand in LiteLLM's price list: tokens, lengths, tiers of service and regions, against sums by hand. */
import { describe, test } from 'vitest'
import { gemini3, gpt55, gptImage, grok, sonnet45 } from './litellm-list.js'
import { check, type Case } from './pico.js'
import { usage } from './rows.js'

const opus46 = {
  cache_creation_input_token_cost: 6.25e-6,
  cache_creation_input_token_cost_above_1hr: 1e-5,
  cache_read_input_token_cost: 5e-7,
  input_cost_per_token: 5e-6,
  litellm_provider: 'anthropic',
  mode: 'chat',
  output_cost_per_token: 2.5e-5,
  provider_specific_entry: { us: 1.1, fast: 6.0 },
}
/** One whose batch prices are all listed, also those of long prompts. */
const listedBatches = {
  ...gpt55,
  cache_read_input_token_cost_batches: 2.5e-7,
  input_cost_per_token_above_272k_tokens_batches: 5e-6,
  output_cost_per_token_above_272k_tokens_batches: 2.25e-5,
  cache_read_input_token_cost_above_272k_tokens_batches: 5e-7,
  input_cost_per_token_above_272k_tokens_flex: 5e-6,
  output_cost_per_token_above_272k_tokens_flex: 2.25e-5,
  cache_read_input_token_cost_above_272k_tokens_flex: 5e-7,
}
const coder = {
  litellm_provider: 'dashscope',
  mode: 'chat',
  tiered_pricing: [
    { cache_read_input_token_cost: 1e-7, input_cost_per_token: 1e-6, output_cost_per_token: 5e-6, range: [0, 32000] },
    {
      cache_read_input_token_cost: 1.8e-7,
      input_cost_per_token: 1.8e-6,
      output_cost_per_token: 9e-6,
      range: [32000, 128000],
    },
    { input_cost_per_token: 3e-6, output_cost_per_token: 1.5e-5, range: [128000, 256000] },
  ],
}

const cases: readonly Case[] = [
  {
    model: 'anthropic/claude-sonnet-4-5',
    what: 'every kind of input below 200k',
    entry: sonnet45,
    usage: usage(10_000, 1000, { cached_tokens: 4000, cache_write_tokens: 3000, cache_write_1h_tokens: 1000 }),
    pico: {
      input: 3000 * 3_000_000,
      cache_read: 4000 * 300_000,
      cache_write: 2000 * 3_750_000,
      cache_write_1h: 1000 * 6_000_000,
      output: 1000 * 15_000_000,
    },
  },
  {
    model: 'anthropic/claude-sonnet-4-5',
    what: 'every kind of input above 200k',
    entry: sonnet45,
    usage: usage(250_000, 1000, { cached_tokens: 100_000, cache_write_tokens: 30_000, cache_write_1h_tokens: 10_000 }),
    pico: {
      input: 120_000 * 6_000_000,
      cache_read: 100_000 * 600_000,
      cache_write: 20_000 * 7_500_000,
      cache_write_1h: 10_000 * 12_000_000,
      output: 1000 * 22_500_000,
    },
  },
  {
    model: 'anthropic/claude-sonnet-4-5',
    what: 'just 200k',
    entry: sonnet45,
    usage: usage(200_000, 1),
    pico: { input: 200_000 * 3_000_000, output: 15_000_000 },
  },
  {
    model: 'anthropic/claude-sonnet-4-5',
    what: 'batch without a listed price: half of all',
    entry: sonnet45,
    usage: usage(1000, 100, { cached_tokens: 400 }),
    call: { serviceTier: 'batch' },
    pico: { input: 600 * 1_500_000, cache_read: 400 * 150_000, output: 100 * 7_500_000 },
    missing: ['service tier batch: priced at half the standard prices'],
  },
  {
    // LiteLLM leaves cached tokens out of the factor; the price of a region holds for all
    // (https://platform.claude.com/docs/en/about-claude/pricing, "Data residency pricing").
    model: 'anthropic/claude-opus-4-6',
    what: 'processed in the US: every kind of token',
    entry: opus46,
    usage: { ...usage(1000, 100, { cached_tokens: 400 }), inference_geo: 'us' },
    pico: { input: 600 * 5_500_000, cache_read: 400 * 550_000, output: 100 * 27_500_000 },
    missing: ['region us: 1.1 times the standard prices'],
  },
  {
    model: 'anthropic/claude-opus-4-6',
    what: 'processed anywhere',
    entry: opus46,
    usage: { ...usage(1000, 100), inference_geo: 'not_available' },
    pico: { input: 1000 * 5_000_000, output: 100 * 25_000_000 },
  },
  {
    model: 'anthropic/claude-opus-4-6',
    what: "fast mode, as Anthropic's usage says it",
    entry: opus46,
    usage: { input_tokens: 1000, output_tokens: 100, service_tier: 'standard', speed: 'fast' },
    pico: { input: 1000 * 30_000_000, output: 100 * 150_000_000 },
  },
  {
    model: 'openai/gpt-5.5',
    what: 'standard, with thought',
    entry: gpt55,
    usage: usage(1000, 500, { cached_tokens: 400 }, { reasoning_tokens: 300 }),
    pico: { input: 600 * 5_000_000, cache_read: 400 * 500_000, output: 200 * 30_000_000, reasoning: 300 * 30_000_000 },
  },
  {
    model: 'openai/gpt-5.5',
    what: 'above 272k, cached tokens counted for the length',
    entry: gpt55,
    usage: usage(272_001, 100, { cached_tokens: 272_000 }),
    pico: { input: 10_000_000, cache_read: 272_000 * 1_000_000, output: 100 * 45_000_000 },
  },
  {
    model: 'openai/gpt-5.5',
    what: 'flex',
    entry: gpt55,
    usage: usage(1000, 100, { cached_tokens: 400 }, { reasoning_tokens: 50 }),
    call: { serviceTier: 'flex' },
    pico: { input: 600 * 2_500_000, cache_read: 400 * 250_000, output: 50 * 15_000_000, reasoning: 50 * 15_000_000 },
  },
  {
    model: 'openai/gpt-5.5',
    what: 'priority',
    entry: gpt55,
    usage: { ...usage(1000, 100, { cached_tokens: 400 }), service_tier: 'priority' },
    pico: { input: 600 * 10_000_000, cache_read: 400 * 1_000_000, output: 100 * 60_000_000 },
  },
  {
    model: 'openai/gpt-5.5',
    what: 'flex above 272k, which has no price: the standard one of that length',
    entry: gpt55,
    usage: usage(300_000, 100),
    call: { serviceTier: 'flex' },
    pico: { input: 300_000 * 10_000_000, output: 100 * 45_000_000 },
  },
  {
    model: 'openai/gpt-5.5',
    what: 'batch',
    entry: gpt55,
    usage: usage(1000, 100),
    call: { serviceTier: 'batch' },
    pico: { input: 1000 * 2_500_000, output: 100 * 15_000_000 },
  },
  {
    // LiteLLM bills them as uncached ones; OpenAI's price list has half for batches.
    model: 'openai/gpt-5.5',
    what: 'cached tokens of a batch, which have no price: half',
    entry: gpt55,
    usage: usage(1000, 100, { cached_tokens: 400 }),
    call: { serviceTier: 'batch' },
    pico: { input: 600 * 2_500_000, cache_read: 400 * 250_000, output: 100 * 15_000_000 },
    missing: ['cache_read: no price for service tier batch, priced at half the standard one'],
  },
  {
    model: 'openai/gpt-5.5',
    what: 'a long batch, which has no price: half of that length',
    entry: gpt55,
    usage: usage(300_000, 100),
    call: { serviceTier: 'batch' },
    pico: { input: 300_000 * 5_000_000, output: 100 * 22_500_000 },
    missing: [
      'input: no price for service tier batch, priced at half the standard one',
      'output: no price for service tier batch, priced at half the standard one',
    ],
  },
  {
    model: 'openai/gpt-5.5',
    what: 'a long batch with listed prices',
    entry: listedBatches,
    usage: usage(300_000, 100, { cached_tokens: 100_000 }),
    call: { serviceTier: 'batch' },
    pico: { input: 200_000 * 5_000_000, cache_read: 100_000 * 500_000, output: 100 * 22_500_000 },
  },
  {
    model: 'openai/gpt-5.5',
    what: 'a long prompt in flex with listed prices',
    entry: listedBatches,
    usage: usage(300_000, 100, { cached_tokens: 100_000 }),
    call: { serviceTier: 'flex' },
    pico: { input: 200_000 * 5_000_000, cache_read: 100_000 * 500_000, output: 100 * 22_500_000 },
  },
  {
    model: 'openai/gpt-5.5',
    what: 'processed in the EU, in flex',
    entry: gpt55,
    usage: usage(1000, 100),
    call: { serviceTier: 'flex', region: 'eu' },
    pico: { input: 1000 * 2_750_000, output: 100 * 16_500_000 },
    missing: ['region eu: 1.1 times the standard prices'],
  },
  {
    model: 'openai/gpt-5.5',
    what: 'a tier of service that has no price',
    entry: { ...gpt55, litellm_provider: 'azure' },
    usage: usage(1000, 0),
    call: { serviceTier: 'ultrafast' },
    pico: { input: 1000 * 5_000_000 },
    missing: ['service tier ultrafast: priced as standard'],
  },
  {
    model: 'gemini/gemini-3-pro-preview',
    what: 'priority above 200k',
    entry: gemini3,
    usage: usage(200_001, 100, { cached_tokens: 100_001 }, { reasoning_tokens: 60 }),
    call: { serviceTier: 'ON_DEMAND_PRIORITY' },
    pico: {
      input: 100_000 * 7_200_000,
      cache_read: 100_001 * 720_000,
      output: 40 * 32_400_000,
      reasoning: 60 * 32_400_000,
    },
  },
  {
    model: 'dashscope/qwen3-coder-plus',
    what: 'the end of the first range',
    entry: coder,
    usage: usage(32_000, 1000, { cached_tokens: 2000 }, { reasoning_tokens: 400 }),
    pico: {
      input: 30_000 * 1_000_000,
      cache_read: 2000 * 100_000,
      output: 600 * 5_000_000,
      reasoning: 400 * 5_000_000,
    },
  },
  {
    model: 'dashscope/qwen3-coder-plus',
    what: 'the start of the second: all of it',
    entry: coder,
    usage: usage(32_001, 1000, { cached_tokens: 2000 }),
    pico: { input: 30_001 * 1_800_000, cache_read: 2000 * 180_000, output: 1000 * 9_000_000 },
  },
  {
    model: 'dashscope/qwen3-coder-plus',
    what: 'a range without a cached price; and beyond the last',
    entry: coder,
    usage: usage(300_000, 1000, { cached_tokens: 2000 }),
    pico: { input: 298_000 * 3_000_000, cache_read: 2000 * 3_000_000, output: 1000 * 15_000_000 },
  },
  {
    model: 'dashscope/qwen-plus',
    what: "a range's thought: the range's output, not the model's thought",
    entry: { ...coder, output_cost_per_reasoning_token: 4e-5 },
    usage: usage(100, 10, {}, { reasoning_tokens: 10 }),
    pico: { input: 100 * 1_000_000, reasoning: 10 * 5_000_000 },
  },
  {
    model: 'xai/grok-4-fast-reasoning',
    what: 'just 128k is among the longer ones',
    entry: grok,
    usage: usage(128_000, 100, { cached_tokens: 28_000 }),
    pico: { input: 100_000 * 400_000, cache_read: 28_000 * 50_000, output: 100 * 1_000_000 },
  },
  {
    model: 'openai/gpt-image-1.5',
    what: 'tokens of text and image on both sides',
    entry: gptImage,
    usage: {
      input_tokens: 300,
      input_tokens_details: { text_tokens: 100, image_tokens: 200 },
      output_tokens: 1000,
      output_tokens_details: { text_tokens: 100, image_tokens: 900 },
      total_tokens: 1300,
    },
    pico: {
      input: 100 * 5_000_000,
      input_image: 200 * 8_000_000,
      output: 100 * 10_000_000,
      output_image: 900 * 32_000_000,
    },
  },
]

describe("entries of LiteLLM's list: tokens", () => {
  test.each(cases.map((one) => [`${one.model}: ${one.what}`, one] as const))('%s', (_name, one) => check(one))
})
