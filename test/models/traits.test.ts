import { describe, expect, test } from 'vitest'
import { traitsOf } from '../../src/models/index.js'
import * as anthropic from '../../src/models/anthropic.js'
import * as bedrock from '../../src/models/bedrock.js'
import * as google from '../../src/models/google.js'
import * as openai from '../../src/models/openai.js'
import * as xai from '../../src/models/xai.js'

const makers = { anthropic, openai, xai, google, bedrock }

describe('the table', () => {
  test.each(Object.entries(makers))(
    '%s: every line is of a family that is named, and says where it is from',
    (_, maker) => {
      const ids = maker.families.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      for (const line of maker.traitLines) {
        expect(ids).toContain(line.of)
        expect(line.page).toMatch(/^https:\/\/\S+$/)
        expect(Object.keys(line.has)).not.toEqual([])
        if (line.below !== undefined) expect(line.below).toBeGreaterThan(line.from ?? 0)
      }
    },
  )

  test('every group of traits that codecs read is whole', () => {
    const claude = Object.keys(traitsOf('claude-opus-5-5').claude ?? {}).toSorted()
    const gemini = Object.keys(traitsOf('gemini-3-pro').gemini ?? {}).toSorted()
    for (const name of ['claude-2.1', 'claude-3-haiku-20240307', 'claude-sonnet-4-6', 'claude-opus-latest'])
      expect(Object.keys(traitsOf(name).claude ?? {}).toSorted()).toEqual(claude)
    for (const name of ['gemini-1.5-flash', 'gemini-flash-latest', 'gemma-3-27b-it', 'gemma-4-31b-it'])
      expect(Object.keys(traitsOf(name).gemini ?? {}).toSorted()).toEqual(gemini)
  })
})

describe('how a name is written', () => {
  /** Spellings of one model, each of which has the traits of the first. */
  const spellings: readonly (readonly string[])[] = [
    [
      'claude-sonnet-4-6',
      'Claude-Sonnet-4.6',
      'anthropic/claude-sonnet-4.6',
      'anthropic.claude-sonnet-4-6',
      'us.anthropic.claude-sonnet-4-6-v1:0',
      'global.anthropic.claude-sonnet-4-6-20260217-v1:0',
      'claude-sonnet-4-6@20260217',
      'publishers/anthropic/models/claude-sonnet-4-6',
      'arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-6-v1:0',
      'databricks-claude-sonnet-4-6',
      'claude_sonnet_4_6',
      'anthropic--claude-4.6-sonnet',
      'anthropic/claude-sonnet-4.6:thinking',
    ],
    ['claude-opus-4-20250514', 'claude-opus-4@20250514', 'us.anthropic.claude-opus-4-20250514-v1:0', 'claude-4-opus'],
    ['claude-3-5-sonnet-20241022', 'claude-3.5-sonnet', 'anthropic.claude-3-5-sonnet-20241022-v2:0'],
    ['claude-3-7-sonnet-latest', 'claude-3.7-sonnet:beta', 'anthropic/claude-3.7-sonnet'],
    [
      'gpt-5',
      'GPT-5',
      'gpt5',
      'gpt-5-2025-08-07',
      'openai/gpt-5',
      'azure/gpt-5-mini',
      'gpt_5_nano',
      'my-gpt-5-deployment',
      'prod-gpt-5-prod',
      'ft:gpt-5-2025-08-07:my-org::abc',
      'openai/gpt-5:online',
    ],
    ['gpt-5.2', 'gpt-5.2-2025-12-11', 'openai/gpt-5.2', 'gpt-5-2-prod', 'gpt52'],
    ['gpt-5.4', 'gpt-5.4-mini', 'openai/gpt-5.4-nano-2026-03-17', 'team-gpt-5.4'],
    ['o3', 'o3-2025-04-16', 'openai/o3', 'OPENAI/O3', 'my-o3', 'o4-mini', 'ft:o4-mini-2025-04-16:acme:o1:x1'],
    ['o3-mini', 'openai/o3-mini-high', 'azure/o3-mini-2025-01-31', 'my-o3-mini'],
    ['gpt-4o', 'openai/gpt-4o-2024-11-20', 'ft:gpt-4o-mini-2024-07-18:acme:claude-like:x', 'gpt-35-turbo', 'gpt-4-32k'],
    ['grok-4', 'grok-4-0709', 'xai/grok-4', 'x-ai/grok-4', 'grok-4-fast-reasoning', 'grok-4-1-fast', 'xai.grok-4.20'],
    ['gemini-2.5-flash', 'models/gemini-2.5-flash', 'google/gemini-2.5-flash-preview-05-20'],
    ['gemini-3-pro-preview', 'publishers/google/models/gemini-3-pro-preview', 'google/gemini-3-pro-preview:free'],
  ]

  /** Some of these differ in size alone, which has a table of its own: `sizes.test.ts`. */
  function unsized(model: string): unknown {
    const { contextWindow: _window, maxOutput: _output, ...traits } = traitsOf(model)
    return traits
  }

  test.each(spellings)('%s', (first, ...others) => {
    expect(traitsOf(first).family).toBeDefined()
    for (const other of others) expect([other, unsized(other)]).toEqual([other, unsized(first)])
  })

  test.each([
    'marco-o1',
    'aidc-ai/marco-o1',
    'llava-o1-11b',
    'qwen3-14b-claude-4.5-opus-high-reasoning-distill',
    'llama-3.3-70b-instruct',
    'yandexgpt-5-lite',
    'gpt-j-6b',
    'eleutherai/gpt-neo-2.7b',
    'dolphin-mistral-24b',
    'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6',
    '',
  ])('%j says no model of the table', (name) => {
    expect(traitsOf(name)).toEqual({})
  })

  test('a name of any length is looked up at once', () => {
    expect(traitsOf(`gpt-5${'-x'.repeat(500_000)}`).limitField).toBe('max_completion_tokens')
    expect(traitsOf(`${'claude-'.repeat(300_000)}`).family).toBe('claude')
  })
})

describe('facts', () => {
  test.each<[string, number | undefined]>([
    ['claude-2.1', 4096],
    ['claude-3-opus-20240229', 4096],
    ['claude-3-5-haiku-20241022', 8192],
    ['claude-3-7-sonnet-20250219', 64_000],
    ['claude-sonnet-4-20250514', 64_000],
    ['claude-opus-4-20250514', 32_000],
    ['claude-opus-4-1-20250805', 32_000],
    ['claude-opus-4-5', 64_000],
    ['claude-haiku-4-5', 64_000],
    ['claude-opus-4-6', 128_000],
    ['claude-sonnet-4-6', 128_000],
    ['claude-haiku-5-5', 128_000],
    ['claude-fable-5-1', 128_000],
    ['kimi-k2', undefined],
  ])('%s gives at most %d tokens', (model, most) => {
    expect(traitsOf(model).maxOutput).toBe(most)
  })

  test.each<[string, string | undefined, string | undefined]>([
    ['gpt-4.1', undefined, undefined],
    ['gpt-5', undefined, 'medium'],
    ['gpt-5.1', undefined, 'none'],
    ['gpt-5.3-codex', 'always', 'medium'],
    ['gpt-5-pro', 'always', 'medium'],
    ['gpt-5.2-pro', 'always', 'medium'],
    ['gpt-5.4', 'functions-with-effort', 'none'],
    ['gpt-5.5', 'functions-with-effort', 'medium'],
    ['gpt-5.6-terra', 'functions-unless-none', 'medium'],
    ['o3', undefined, 'medium'],
    ['o1-pro', 'always', 'medium'],
    ['o4-mini-deep-research', 'always', 'medium'],
    ['codex-mini-latest', 'always', 'medium'],
    ['gpt-5-chat-latest', undefined, undefined],
    ['gpt-oss-120b', undefined, undefined],
  ])('%s needs Responses: %s, effort by default: %s', (model, needsResponses, defaultEffort) => {
    expect(traitsOf(model).needsResponses).toBe(needsResponses)
    expect(traitsOf(model).defaultEffort).toBe(defaultEffort)
  })

  test.each<[string, boolean | undefined]>([
    ['claude-sonnet-4-5', undefined],
    ['claude-opus-4-6', false],
    ['claude-sonnet-4-6', false],
    ['claude-haiku-5-5', false],
    ['claude-mythos-preview', false],
  ])('%s takes a prefilled answer: %s', (model, takes) => {
    expect(traitsOf(model).prefill).toBe(takes)
  })
})
