/** Header families as providers document them and as they were recorded. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { pickRateLimitHeaders, readRateLimit, waitFor, type RateLimit } from '../../src/kernel/rate-limit.js'

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)

const rows: readonly (readonly [string, Record<string, string>, RateLimit | undefined])[] = [
  [
    'OpenAI',
    {
      'x-ratelimit-limit-requests': '10000',
      'x-ratelimit-limit-tokens': '50000000',
      'x-ratelimit-remaining-requests': '9999',
      'x-ratelimit-remaining-tokens': '49999989',
      'x-ratelimit-reset-requests': '6ms',
      'x-ratelimit-reset-tokens': '6m0s',
      // Neither requests nor tokens.
      'x-ratelimit-limit-input-images': '50000',
      'x-ratelimit-limit-tokens_usage_based': '7',
      'x-request-id': 'req_1',
    },
    {
      requests: { limit: 10_000, remaining: 9999, resetMs: 6 },
      tokens: { limit: 50_000_000, remaining: 49_999_989, resetMs: 360_000 },
    },
  ],
  [
    'Groq',
    { 'x-ratelimit-reset-requests': '2m59.56s', 'x-ratelimit-reset-tokens': '7.66s' },
    { requests: { resetMs: 179_560 }, tokens: { resetMs: 7660 } },
  ],
  [
    'Azure, in seconds',
    { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '9' },
    { requests: { remaining: 0, resetMs: 9000 } },
  ],
  [
    'Anthropic',
    {
      'anthropic-ratelimit-requests-limit': '4000',
      'anthropic-ratelimit-requests-remaining': '3999',
      'anthropic-ratelimit-requests-reset': '2026-01-02T03:04:06Z',
      'anthropic-ratelimit-tokens-limit': '480000',
      'anthropic-ratelimit-input-tokens-remaining': '400000',
      'anthropic-ratelimit-output-tokens-reset': '2026-01-02T03:05:05Z',
      'anthropic-ratelimit-unified-status': 'allowed',
    },
    {
      requests: { limit: 4000, remaining: 3999, resetMs: 1000 },
      tokens: { limit: 480_000 },
      inputTokens: { remaining: 400_000 },
      outputTokens: { resetMs: 60_000 },
    },
  ],
  [
    'Mistral',
    {
      'x-ratelimit-limit-req-minute': '60',
      'x-ratelimit-remaining-req-minute': '59',
      'x-ratelimit-limit-tokens-minute': '50000',
      'x-ratelimit-remaining-tokens-minute': '47300',
      'x-ratelimit-limit-tokens-month': '4000000',
      'x-ratelimit-remaining-tokens-month': '3999000',
      'x-ratelimit-tokens-query-cost': '1300',
    },
    { requests: { limit: 60, remaining: 59 }, tokens: { limit: 50_000, remaining: 47_300 } },
  ],
  [
    'Mistral, by size',
    {
      'ratelimitbysize-limit': '500000',
      'ratelimitbysize-remaining': '499990',
      'ratelimitbysize-reset': '15',
      'ratelimitbysize-query-cost': '10',
      'x-ratelimitbysize-remaining-minute': '499990',
      'x-ratelimitbysize-remaining-month': '999999990',
    },
    { tokens: { limit: 500_000, remaining: 499_990, resetMs: 15_000 } },
  ],
  [
    'Cerebras, by day and by minute',
    {
      'x-ratelimit-limit-requests-day': '14400',
      'x-ratelimit-remaining-requests-day': '14000',
      'x-ratelimit-reset-requests-day': '33011.4',
      'x-ratelimit-limit-requests-minute': '30',
      'x-ratelimit-remaining-requests-minute': '29',
      'x-ratelimit-reset-requests-minute': '11.38',
    },
    { requests: { limit: 30, remaining: 29, resetMs: 11_380 } },
  ],
  [
    'Fireworks',
    { 'x-ratelimit-limit-tokens-prompt': '60000', 'x-ratelimit-remaining-tokens-generated': '12' },
    { inputTokens: { limit: 60_000 }, outputTokens: { remaining: 12 } },
  ],
  [
    'Together',
    {
      'x-ratelimit-limit': '30',
      'x-ratelimit-remaining': '19',
      'x-ratelimit-reset': '2',
      'x-tokenlimit-limit': '3000',
      'x-tokenlimit-remaining': '2910',
    },
    { requests: { limit: 30, remaining: 19, resetMs: 2000 }, tokens: { limit: 3000, remaining: 2910 } },
  ],
  [
    'OpenRouter, in milliseconds since 1970',
    { 'X-RateLimit-Limit': '20', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(NOW + 42_000) },
    { requests: { limit: 20, remaining: 0, resetMs: 42_000 } },
  ],
  ['seconds since 1970', { 'x-ratelimit-reset': String(NOW / 1000 + 42) }, { requests: { resetMs: 42_000 } }],
  ['a reset that is over', { 'x-ratelimit-reset': String(NOW / 1000 - 42) }, { requests: { resetMs: 0 } }],
  [
    'Cohere’s trial keys',
    {
      'x-trial-endpoint-call-limit': '20',
      'x-trial-endpoint-call-remaining': '19',
      'x-endpoint-monthly-call-limit': '9',
    },
    { requests: { limit: 20, remaining: 19 } },
  ],
  [
    'the IETF’s draft 10',
    {
      ratelimit: '"burst";r=5;t=1, "tokens";r=900;t=30',
      'ratelimit-policy': '"burst";q=10;w=1, "tokens";q=1000;w=60;qu="tokens", "size";q=9;qu="content-bytes"',
    },
    { requests: { limit: 10, remaining: 5, resetMs: 1000 }, tokens: { limit: 1000, remaining: 900, resetMs: 30_000 } },
  ],
  [
    'the draft as Hugging Face writes it',
    { ratelimit: '"api";r=499;t=55', 'ratelimit-policy': '"fixed window";"api";q=500;w=300' },
    { requests: { limit: 500, remaining: 499, resetMs: 55_000 } },
  ],
  [
    'the draft 07',
    { ratelimit: 'limit=100, remaining=50, reset=5', 'ratelimit-policy': '100;w=60' },
    { requests: { limit: 100, remaining: 50, resetMs: 5000 } },
  ],
  [
    'the draft 03',
    { 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '50', 'ratelimit-reset': '5' },
    { requests: { limit: 100, remaining: 50, resetMs: 5000 } },
  ],
  ['nothing', { 'content-type': 'text/plain', 'retry-after': '3' }, undefined],
  [
    'what is no number',
    {
      'x-ratelimit-limit': 'unlimited',
      'x-ratelimit-remaining': '-1',
      'x-ratelimit-reset': 'soon',
      ratelimit: '"";;=,"',
    },
    undefined,
  ],
  [
    'numbers beyond all bounds',
    { 'x-ratelimit-remaining': '9'.repeat(400), 'x-ratelimit-reset-tokens': `${'9'.repeat(400)}h` },
    undefined,
  ],
]

describe('reads', () => {
  test.each(rows)('%s', (_name, headers, expected) => {
    expect(readRateLimit(new Headers(headers), NOW)).toEqual(expected)
    expect(readRateLimit(pickRateLimitHeaders(new Headers(headers)) ?? new Map(), NOW)).toEqual(expected)
  })

  test('a point in time is compared with the clock of the server that names it', () => {
    const date = new Date(NOW - 3_600_000)
    const headers = new Headers({
      date: date.toUTCString(),
      'anthropic-ratelimit-tokens-reset': new Date(date.getTime() + 5000).toISOString(),
    })
    expect(readRateLimit(headers, NOW)).toEqual({ tokens: { resetMs: 5000 } })
    expect(readRateLimit(pickRateLimitHeaders(headers) as ReadonlyMap<string, string>, NOW)).toEqual({
      tokens: { resetMs: 5000 },
    })
  })
})

test('what is kept of the headers is what speaks of limits', () => {
  const headers = new Headers({
    'set-cookie': 'session=secret',
    'x-api-key': 'secret',
    date: new Date(NOW).toUTCString(),
    'x-ratelimit-limit': '5',
  })
  expect([...(pickRateLimitHeaders(headers)?.keys() ?? [])].toSorted()).toEqual(['date', 'x-ratelimit-limit'])
  expect(pickRateLimitHeaders(new Headers({ date: 'x', 'set-cookie': 'secret' }))).toBeUndefined()
})

describe('how long to wait', () => {
  test.each<[string, RateLimit | undefined, number | undefined]>([
    ['nothing known', undefined, undefined],
    [
      'until the one that is used up',
      { requests: { remaining: 3, resetMs: 9 }, tokens: { remaining: 0, resetMs: 5 } },
      5,
    ],
    ['until the last of several', { requests: { remaining: 0, resetMs: 9 }, tokens: { remaining: 0, resetMs: 5 } }, 9],
    ['a reset without a count', { requests: { resetMs: 7 } }, 7],
    ['something is left', { tokens: { remaining: 10, resetMs: 60_000 } }, undefined],
    ['no reset', { tokens: { remaining: 0 } }, undefined],
  ])('%s', (_name, rateLimit, milliseconds) => {
    expect(waitFor(rateLimit)).toBe(milliseconds)
  })
})

const corpus = fileURLToPath(new URL('../../../shared/fixtures', import.meta.url))

test.skipIf(!existsSync(corpus))('every limit in recorded traffic (../shared/fixtures) is read', () => {
  const unread: string[] = []
  let found = 0
  for (const provider of readdirSync(corpus)) {
    const folder = join(corpus, provider, 'exchanges')
    if (!existsSync(folder)) continue
    for (const file of readdirSync(folder)) {
      const { response } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        response?: { headers?: Record<string, string> }
      }
      const names = Object.entries(response?.headers ?? {}).filter(
        ([name]) => /ratelimit/.test(name) && !/images/.test(name),
      )
      if (names.length === 0) continue
      found += 1
      const numbers = Object.values(readRateLimit(new Map(names), NOW) ?? {}).flatMap((window) => Object.keys(window))
      if (numbers.length !== names.length) unread.push(file)
    }
  }
  expect(found).toBeGreaterThan(100)
  expect(unread).toEqual([])
})
