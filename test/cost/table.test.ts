/** Prices of the table, against the price pages that each row names. */
import { describe, expect, test } from 'vitest'
import { costOf, type CostQuery } from '../../src/cost/price.js'

const at = Date.parse('2026-06-01T12:00:00Z')
const OPENAI = 'https://platform.openai.com/docs/pricing'
const ANTHROPIC = 'https://platform.claude.com/docs/en/about-claude/pricing'
const GOOGLE = 'https://ai.google.dev/gemini-api/docs/pricing'
const VERTEX = 'https://cloud.google.com/vertex-ai/generative-ai/pricing#claude-models'
const BEDROCK = 'https://aws.amazon.com/bedrock/pricing'

const M = 1_000_000
const input = (count: number, details: object = {}) => ({
  prompt_tokens: count,
  completion_tokens: 0,
  total_tokens: count,
  prompt_tokens_details: details,
})
const output = (count: number, details: object = {}) => ({
  prompt_tokens: 0,
  completion_tokens: count,
  total_tokens: count,
  completion_tokens_details: details,
})
const tools = (counts: object) => ({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, server_tool_use: counts })

type Row = readonly [
  page: string,
  what: string,
  provider: string,
  model: string,
  usage: object,
  usd: number,
  more?: Partial<CostQuery>,
]

const rows: readonly Row[] = [
  [OPENAI, 'input', 'openai', 'gpt-4o', input(M), 2.5],
  [OPENAI, 'cached input', 'openai', 'gpt-4o', input(M, { cached_tokens: M }), 1.25],
  [OPENAI, 'output', 'openai', 'gpt-4o', output(M), 10],
  [OPENAI, 'reasoning is output', 'openai', 'gpt-5', output(M, { reasoning_tokens: M }), 10],
  [OPENAI, 'a dated name', 'openai', 'gpt-4o-2024-08-06', input(M), 2.5],
  [OPENAI, 'audio in', 'openai', 'gpt-4o-realtime-preview', input(M, { audio_tokens: M }), 40],
  [OPENAI, 'audio out', 'openai', 'gpt-4o-realtime-preview', output(M, { audio_tokens: M }), 80],
  [
    OPENAI,
    'cached audio',
    'openai',
    'gpt-4o-realtime-preview',
    input(M, { audio_tokens: M, cached_tokens: M, cached_tokens_details: { audio_tokens: M } }),
    2.5,
  ],
  [OPENAI, 'an image read', 'openai', 'gpt-image-1', input(M, { image_tokens: M }), 10],
  [OPENAI, 'an image made', 'openai', 'gpt-image-1', output(M), 40],
  [OPENAI, 'a web search', 'openai', 'gpt-4o', tools({ web_search_requests: 1000 }), 10],
  [OPENAI, 'a file search', 'openai', 'gpt-4o', tools({ file_search_calls: 1000 }), 2.5],
  [OPENAI, 'seconds', 'openai', 'whisper-1', { type: 'duration', seconds: 60 }, 0.006],
  [OPENAI, 'embeddings', 'openai', 'text-embedding-3-small', { prompt_tokens: M, total_tokens: M }, 0.02],
  [OPENAI, 'short', 'openai', 'gpt-5.5', input(200_000), 1],
  [OPENAI, 'long: all tokens', 'openai', 'gpt-5.5', input(300_000), 3],
  [OPENAI, 'long by its cached tokens', 'openai', 'gpt-5.5', input(300_000, { cached_tokens: 200_000 }), 1.2],
  [OPENAI, 'flex', 'openai', 'gpt-5', input(M / 10), 0.0625, { serviceTier: 'flex' }],
  [OPENAI, 'priority', 'openai', 'gpt-5', input(M / 10), 0.25, { serviceTier: 'priority' }],
  [OPENAI, 'batch', 'openai', 'gpt-5', output(M), 5, { serviceTier: 'batch' }],
  [OPENAI, 'in the EU', 'openai', 'gpt-5.5', input(100_000), 0.55, { region: 'eu' }],
  [OPENAI, 'a deployment of Azure', 'azure', 'my-chat', input(M), 2.5, { served: 'gpt-4o-2024-08-06' }],
  [ANTHROPIC, 'input', 'anthropic', 'claude-sonnet-4-5', input(100_000), 0.3],
  [ANTHROPIC, 'cache read', 'anthropic', 'claude-sonnet-4-5', input(100_000, { cached_tokens: 100_000 }), 0.03],
  [ANTHROPIC, 'write', 'anthropic', 'claude-sonnet-4-5', input(100_000, { cache_write_tokens: 100_000 }), 0.375],
  [
    ANTHROPIC,
    'write for an hour',
    'anthropic',
    'claude-sonnet-4-5-20250929',
    input(100_000, { cache_write_tokens: 100_000, cache_write_1h_tokens: 100_000 }),
    0.6,
  ],
  [ANTHROPIC, 'long', 'anthropic', 'claude-sonnet-4-5', input(300_000), 1.8],
  [
    ANTHROPIC,
    'long, written',
    'anthropic',
    'claude-sonnet-4-5',
    input(300_000, { cache_write_tokens: 300_000, cache_write_1h_tokens: 100_000 }),
    1.5 + 1.2,
  ],
  [ANTHROPIC, 'a web search', 'anthropic', 'claude-sonnet-4-5', tools({ web_search_requests: 1000 }), 10],
  [ANTHROPIC, 'batch', 'anthropic', 'claude-sonnet-4-5', output(M), 7.5, { serviceTier: 'batch' }],
  [ANTHROPIC, '-latest', 'anthropic', 'claude-3-5-haiku-latest', input(M), 0.8],
  [GOOGLE, 'short', 'gemini', 'gemini-2.5-pro', input(200_000), 0.25],
  [GOOGLE, 'long', 'gemini', 'models/gemini-2.5-pro', input(200_001), 0.5000025],
  [GOOGLE, 'audio', 'gemini', 'gemini-2.5-flash', input(M, { audio_tokens: M }), 1],
  [GOOGLE, 'telemetry’s name', 'gcp.gemini', 'gemini-2.5-flash', output(M), 2.5],
  [GOOGLE, 'flex', 'gemini', 'gemini-2.5-pro', input(100_000), 0.0625, { serviceTier: 'flex' }],
  [BEDROCK, 'no region', 'bedrock', 'anthropic.claude-sonnet-4-5-20250929-v1:0', input(M), 3],
  [BEDROCK, 'global', 'bedrock', 'global.anthropic.claude-sonnet-4-5-20250929-v1:0', input(M), 3],
  [BEDROCK, 'us', 'bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', input(M), 3.3],
  [
    BEDROCK,
    'a profile of the EU',
    'aws.bedrock',
    'arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
    input(M),
    3.3,
  ],
  [
    BEDROCK,
    'write for an hour',
    'bedrock',
    'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    input(M, { cache_write_tokens: M, cache_write_1h_tokens: M }),
    6.6,
  ],
  [VERTEX, 'global', 'vertex', 'claude-sonnet-4-5@20250929', input(100_000), 0.3, { region: 'global' }],
  [VERTEX, 'a region', 'vertex', 'claude-sonnet-4-5@20250929', input(100_000), 0.33, { region: 'us-east5' }],
  [VERTEX, 'regions', 'gcp.vertex_ai', 'claude-opus-4-6', output(M), 27.5, { region: 'eu' }],
  [VERTEX, 'before the endpoints', 'vertex', 'claude-3-7-sonnet@20250219', input(M), 3, { region: 'us-east5' }],
  [VERTEX, 'Gemini 2', 'vertex', 'gemini-2.5-flash', output(M), 2.5, { region: 'europe-west1' }],
  ['https://docs.perplexity.ai/guides/pricing', 'a fee for the call', 'perplexity', 'sonar-pro', output(1000), 0.029],
  ['https://groq.com/pricing', 'an hour of audio', 'groq', 'whisper-large-v3', { seconds: 3600 }, 0.111],
  ['https://docs.voyageai.com/docs/pricing', 'a total alone', 'voyage', 'voyage-3.5', { total_tokens: M }, 0.06],
]

describe('the price of a bucket, a tier, a region', () => {
  test.each(rows.map((row) => [`${row[2]}/${row[3]}: ${row[1]}`, row] as const))(
    '%s',
    (_what, [, , provider, model, usage, usd, more]) => {
      const cost = costOf({ provider, model, usage, at, ...more })
      expect(cost.source).toBe('genai-prices')
      expect(cost.usd).toBeCloseTo(usd, 12)
    },
  )
})

test('the hour of the day (https://api-docs.deepseek.com/quick_start/pricing, 2025)', () => {
  const inputAt = (time: string) =>
    costOf({ provider: 'deepseek', model: 'deepseek-chat', usage: input(M), at: Date.parse(time) }).usd
  expect(inputAt('2026-06-01T00:30:00Z')).toBe(0.27)
  expect(inputAt('2026-06-01T16:29:59Z')).toBe(0.27)
  expect(inputAt('2026-06-01T16:30:00Z')).toBe(0.135)
  expect(inputAt('2026-06-01T00:29:59Z')).toBe(0.135)
})

test('the day from which it is another: o3, which was made cheaper', () => {
  const inputAt = (time: string) =>
    costOf({ provider: 'openai', model: 'o3', usage: input(M), at: Date.parse(time) }).usd
  expect(inputAt('2025-06-09T23:00:00Z')).toBe(10)
  expect(inputAt('2025-06-11T00:00:00Z')).toBe(2)
})

test('what is assumed is told', () => {
  const told = (more: Partial<CostQuery>) =>
    costOf({ provider: 'openai', model: 'gpt-5', usage: input(10), at, ...more })
  expect(told({}).missing).toEqual([])
  expect(told({ serviceTier: 'flex' }).missing).toEqual(['service tier flex: taken as 0.5 times the standard prices'])
  expect(told({ partial: true }).missing).toEqual(['partial: the answer broke off; what came of it is priced'])
  expect(told({ usage: input(10, { audio_tokens: 5 }) }).missing).toEqual([
    'input_audio: no price of its own, priced as input',
  ])
})

test('a gateway without prices of its own is priced as the maker, and says so', () => {
  expect(costOf({ provider: 'vercel', model: 'openai/gpt-4o', usage: input(M), at })).toMatchObject({
    usd: 2.5,
    confidence: 'matched',
    missing: ['vercel is not in the table: priced as openai/gpt-4o'],
  })
  expect(costOf({ provider: 'vercel', model: 'nobody/gpt-4o', usage: input(M), at }).usd).toBeNull()
})

test.each([
  ['what answered is paid for', 'gpt-4-turbo-preview', 'gpt-4o', 2.5],
  ['a date says no more', 'gpt-4o', 'gpt-4o-2024-08-06', 2.5],
  ['a name that only the provider knows', 'a-route', 'gpt-4o-mini', 0.15],
  ['an answer that names what nobody knows', 'gpt-4o', 'fp_1', 2.5],
])('%s', (_what, model, served, usd) => {
  expect(costOf({ provider: 'openai', model, served, usage: input(M), at }).usd).toBe(usd)
})

test('the answer names less than was asked for: the region counts', () => {
  const query = { provider: 'bedrock', model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', usage: input(M), at }
  expect(costOf({ ...query, served: 'anthropic.claude-sonnet-4-5-20250929-v1:0' }).usd).toBe(3.3)
})
