/** Entries of models.dev and in our shape, against sums by hand. */
import { describe, test } from 'vitest'
import { check, type Case } from './pico.js'
import { usage } from './rows.js'

describe('entries of models.dev and ours, to the pico-USD', () => {
  const flashDev = {
    id: 'gemini-2.5-flash',
    cost: {
      input: 0.3,
      output: 2.5,
      cache_read: 0.03,
      cache_write: 0.383,
      input_audio: 1,
      output_audio: 4,
      reasoning: 3.5,
    },
  }
  const tiered = {
    cost: {
      input: 2,
      output: 12,
      cache_read: 0.2,
      tiers: [{ input: 4, output: 18, cache_read: 0.4, tier: { size: 200_000 } }],
      context_over_200k: { input: 4, output: 18, cache_read: 0.4 },
    },
  }
  const both: readonly Case[] = [
    {
      model: 'google/gemini-2.5-flash',
      what: 'every word of its prices',
      entry: flashDev,
      usage: usage(
        1000,
        500,
        { cached_tokens: 300, cache_write_tokens: 100, audio_tokens: 200 },
        { reasoning_tokens: 100, audio_tokens: 50 },
      ),
      pico: {
        input: 400 * 300_000,
        cache_read: 300 * 30_000,
        cache_write: 100 * 383_000,
        input_audio: 200 * 1_000_000,
        output: 350 * 2_500_000,
        reasoning: 100 * 3_500_000,
        output_audio: 50 * 4_000_000,
      },
    },
    {
      model: 'google/gemini-3-pro-preview',
      what: 'just at the limit of a tier',
      entry: tiered,
      usage: usage(200_000, 10, { cached_tokens: 100_000 }),
      pico: { input: 100_000 * 2_000_000, cache_read: 100_000 * 200_000, output: 10 * 12_000_000 },
    },
    {
      model: 'google/gemini-3-pro-preview',
      what: 'above it: every token, once though two fields say it',
      entry: tiered,
      usage: usage(200_001, 10, { cached_tokens: 100_000 }, { reasoning_tokens: 4 }),
      pico: {
        input: 100_001 * 4_000_000,
        cache_read: 100_000 * 400_000,
        output: 6 * 18_000_000,
        reasoning: 4 * 18_000_000,
      },
    },
    {
      model: 'opencode/free',
      what: 'free is 0',
      entry: { cost: { input: 0, output: 0, cache_read: 0 } },
      usage: usage(100, 10, { cached_tokens: 50 }),
      pico: { input: 0, cache_read: 0, output: 0 },
    },
    {
      model: 'openai/gpt-5.5',
      what: 'our shape',
      entry: { input: 5, output: 30, cache_read: 0.5 },
      usage: usage(1000, 100, { cached_tokens: 400 }, { reasoning_tokens: 60 }),
      pico: { input: 600 * 5_000_000, cache_read: 400 * 500_000, output: 40 * 30_000_000, reasoning: 60 * 30_000_000 },
    },
    {
      model: 'openai/gpt-5.5',
      what: 'our shape, a negative price',
      entry: { input: -5, output: 30 },
      usage: usage(1000, 0),
      pico: null,
      missing: ['no price for input of openai/gpt-5.5'],
    },
    {
      model: 'openai/gpt-5.5',
      what: 'our shape, free',
      entry: { input: 0, output: 0 },
      usage: usage(1000, 10),
      pico: { input: 0, output: 0 },
    },
  ]
  test.each(both.map((one) => [`${one.model}: ${one.what}`, one] as const))('%s', (_name, one) => check(one))
})
