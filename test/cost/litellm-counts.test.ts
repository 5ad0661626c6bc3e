/** Counts as providers write them and prices that are none, with entries of LiteLLM's price list, against sums by hand. */
import { describe, test } from 'vitest'
import { flash, gpt55, grok, sonnet45 } from './litellm-list.js'
import { check, type Case } from './pico.js'
import { usage } from './rows.js'

const audio = {
  input_cost_per_audio_token: 3.2e-5,
  input_cost_per_token: 2.5e-6,
  litellm_provider: 'openai',
  mode: 'chat',
  output_cost_per_audio_token: 6.4e-5,
  output_cost_per_token: 1e-5,
}

const realtime = {
  cache_creation_input_audio_token_cost: 3e-7,
  cache_read_input_token_cost: 3e-7,
  input_cost_per_audio_token: 1e-5,
  input_cost_per_token: 6e-7,
  litellm_provider: 'openai',
  mode: 'realtime',
  output_cost_per_audio_token: 2e-5,
  output_cost_per_token: 2.4e-6,
}

const cases: readonly Case[] = [
  {
    model: 'anthropic/claude-sonnet-4-5',
    what: "Anthropic's own counts, whose input is without what was cached",
    entry: sonnet45,
    usage: {
      input_tokens: 100,
      output_tokens: 10,
      cache_read_input_tokens: 199_900,
      cache_creation_input_tokens: 300,
      cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
    },
    pico: {
      input: 100 * 6_000_000,
      cache_read: 199_900 * 600_000,
      cache_write: 100 * 7_500_000,
      cache_write_1h: 200 * 12_000_000,
      output: 10 * 22_500_000,
    },
  },
  {
    model: 'anthropic/claude-sonnet-4-5',
    what: "LiteLLM's usage: lifetimes without their sum",
    entry: sonnet45,
    usage: usage(1000, 0, {
      cached_tokens: 400,
      cache_creation_token_details: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
    }),
    pico: {
      input: 300 * 3_000_000,
      cache_read: 400 * 300_000,
      cache_write: 375_000_000,
      cache_write_1h: 1_200_000_000,
    },
  },
  {
    model: 'gemini/gemini-2.5-flash',
    what: "Gemini's own counts: thought is not among the candidates'",
    entry: flash,
    usage: {
      promptTokenCount: 1000,
      candidatesTokenCount: 200,
      thoughtsTokenCount: 300,
      cachedContentTokenCount: 400,
      totalTokenCount: 1500,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 800 },
        { modality: 'AUDIO', tokenCount: 200 },
      ],
      cacheTokensDetails: [
        { modality: 'TEXT', tokenCount: 350 },
        { modality: 'AUDIO', tokenCount: 50 },
      ],
    },
    // Cached audio has no price: as cached text.
    pico: {
      input: 450 * 300_000,
      cache_read: 350 * 30_000,
      input_audio: 150 * 1_000_000,
      cache_read_audio: 50 * 30_000,
      output: 200 * 2_500_000,
      reasoning: 300 * 2_500_000,
    },
    missing: ['cache_read_audio: no price of its own, priced as cache_read'],
  },
  {
    model: 'xai/grok-4-fast-reasoning',
    what: 'thought that only the total has',
    entry: grok,
    usage: {
      prompt_tokens: 100,
      completion_tokens: 9,
      total_tokens: 409,
      completion_tokens_details: { reasoning_tokens: 300 },
    },
    pico: { input: 100 * 200_000, output: 9 * 500_000, reasoning: 300 * 500_000 },
  },
  {
    model: 'openai/gpt-5.5',
    what: 'thought beyond the completion, which the total does not have',
    entry: gpt55,
    usage: usage(100, 10, {}, { reasoning_tokens: 25 }),
    pico: { input: 100 * 5_000_000, reasoning: 10 * 30_000_000 },
  },
  {
    // LiteLLM's own code takes the USD too: units of Databricks are for reference.
    model: 'databricks/databricks-claude-haiku-4-5',
    what: 'USD beside units of its own, to the last digit',
    entry: {
      input_cost_per_token: 1.00002e-6,
      input_dbu_cost_per_token: 1.4286e-5,
      output_cost_per_token: 5.00003e-6,
      output_dbu_cost_per_token: 7.1429e-5,
    },
    usage: usage(1000, 10),
    pico: { input: 1000 * 1_000_020, output: 10 * 5_000_030 },
  },
  {
    model: 'deepseek/deepseek-chat',
    what: "DeepSeek's count of what was cached",
    entry: { input_cost_per_token: 2.8e-7, input_cost_per_token_cache_hit: 2.8e-8, output_cost_per_token: 4.2e-7 },
    usage: { prompt_tokens: 1000, completion_tokens: 0, prompt_cache_hit_tokens: 900, prompt_cache_miss_tokens: 100 },
    pico: { input: 100 * 280_000, cache_read: 900 * 28_000 },
  },
  {
    model: 'snowflake/deepseek-r1',
    what: 'cached and audio tokens without a price are not free: as input, and told (LiteLLM: 0)',
    entry: { input_cost_per_token: 1.35e-6, output_cost_per_token: 5.4e-6 },
    usage: usage(1000, 0, { cached_tokens: 400, cache_write_tokens: 100, audio_tokens: 200 }),
    pico: {
      input: 300 * 1_350_000,
      cache_read: 400 * 1_350_000,
      cache_write: 100 * 1_350_000,
      input_audio: 200 * 1_350_000,
    },
    missing: [
      'cache_read: no price of its own, priced as input',
      'cache_write: no price of its own, priced as input',
      'input_audio: no price of its own, priced as input',
    ],
  },
  {
    model: 'openai/o',
    what: 'prices as text, as YAML has them',
    entry: {
      input_cost_per_token: '1e-06',
      output_cost_per_token: ' 0.000002 ',
      cache_read_input_token_cost: '1E-7',
      input_cost_per_token_above_200k_tokens: '2e-6',
    },
    usage: usage(200_001, 10, { cached_tokens: 1 }),
    pico: { input: 200_000 * 2_000_000, cache_read: 100_000, output: 10 * 2_000_000 },
  },
  {
    model: 'lemonade/gpt-oss-20b',
    what: 'free is 0, not unknown',
    entry: { input_cost_per_token: 0, litellm_provider: 'lemonade', output_cost_per_token: 0 },
    usage: usage(1000, 100, { cached_tokens: 10 }),
    pico: { input: 0, cache_read: 0, output: 0 },
    missing: ['cache_read: no price of its own, priced as input'],
  },
  {
    model: 'openai/n',
    what: 'a price of null is none (LiteLLM: 0)',
    entry: { input_cost_per_token: 1e-6, output_cost_per_token: null },
    usage: usage(1000, 1),
    pico: null,
    missing: ['no price for output of openai/n'],
  },
  {
    model: 'openai/n',
    what: 'a negative price is none (LiteLLM: less than 0)',
    entry: { input_cost_per_token: -1e-6, output_cost_per_token: 1e-6 },
    usage: usage(1000, 1),
    pico: null,
    missing: ['no price for input of openai/n'],
  },
  {
    model: 'openai/n',
    what: 'words where a price should be',
    entry: { input_cost_per_token: 'free', output_cost_per_token: '' },
    usage: usage(1000, 0),
    pico: null,
    missing: ['no price for input of openai/n'],
  },
  {
    model: 'heroku/claude-4-sonnet',
    what: 'an entry without prices (LiteLLM: 0)',
    entry: { litellm_provider: 'heroku', max_tokens: 8192, mode: 'chat', max_input_tokens: 200000 },
    usage: usage(1000, 100),
    pico: null,
    missing: ['no price for input of heroku/claude-4-sonnet'],
  },
  {
    model: 'openai/text-embedding-3-small',
    what: 'counts of an embedding',
    entry: { input_cost_per_token: 2e-8, output_cost_per_token: 0, input_cost_per_token_batches: 1e-8 },
    usage: { prompt_tokens: 8, total_tokens: 8 },
    pico: { input: 8 * 20_000 },
  },
  {
    model: 'openai/gpt-5.5',
    what: 'more cached than the prompt has: the prompt',
    entry: gpt55,
    usage: usage(100, 0, { cached_tokens: 160 }),
    pico: { cache_read: 100 * 500_000 },
  },
  {
    model: 'bedrock/amazon.nova-2-lite-v1:0',
    what: "Converse's own counts, whose input is without what was cached",
    entry: { cache_read_input_token_cost: 7.5e-8, input_cost_per_token: 3e-7, output_cost_per_token: 2.5e-6 },
    usage: { inputTokens: 100, outputTokens: 10, totalTokens: 1010, cacheReadInputTokens: 900 },
    pico: { input: 100 * 300_000, cache_read: 900 * 75_000, output: 10 * 2_500_000 },
  },
  {
    model: 'openai/gpt-audio',
    what: 'audio on both sides',
    entry: audio,
    usage: usage(1000, 500, { audio_tokens: 400 }, { audio_tokens: 300 }),
    pico: {
      input: 600 * 2_500_000,
      input_audio: 400 * 32_000_000,
      output: 200 * 10_000_000,
      output_audio: 300 * 64_000_000,
    },
  },
  {
    model: 'openai/gpt-4o-mini-realtime-preview',
    what: 'cached and audio counted twice: what exceeds the prompt was both',
    entry: realtime,
    usage: usage(1000, 0, { cached_tokens: 700, audio_tokens: 600 }),
    pico: { cache_read: 400 * 300_000, input_audio: 300 * 10_000_000, cache_read_audio: 300 * 300_000 },
    missing: ['cache_read_audio: no price of its own, priced as cache_read'],
  },
  {
    model: 'openai/gpt-realtime',
    what: 'cached audio with a price, by details',
    entry: { ...realtime, cache_read_input_audio_token_cost: 4e-7 },
    usage: usage(1000, 0, { cached_tokens: 500, audio_tokens: 600, cached_tokens_details: { audio_tokens: 200 } }),
    pico: {
      input: 100 * 600_000,
      cache_read: 300 * 300_000,
      input_audio: 400 * 10_000_000,
      cache_read_audio: 200 * 400_000,
    },
  },
]

describe("entries of LiteLLM's list: odd counts and odd prices", () => {
  test.each(cases.map((one) => [`${one.model}: ${one.what}`, one] as const))('%s', (_name, one) => check(one))
})
