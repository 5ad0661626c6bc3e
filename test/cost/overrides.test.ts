/** Prices that a user gives in our shape. */
import { describe, expect, test } from 'vitest'
import { check, price, usage, type Row } from './rows.js'

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
