/** Under which names a model is found. */
import { describe, expect, test } from 'vitest'
import { costOf } from '../../src/cost/price.js'
import { at, usage } from './rows.js'

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
