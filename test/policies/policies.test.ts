import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import {
  ConfigError,
  ConnectionError,
  CredentialsError,
  StreamError,
  TimeoutError,
  UnsupportedParameterError,
} from '../../src/kernel/errors.js'
import { ProviderError } from '../../src/kernel/provider-error.js'
import { classifyError, isRetryableClass, type ErrorClass } from '../../src/policies/classify-error.js'
import { classesMeantBy, looksAtAnswers, mayFallBack, secondClass } from '../../src/policies/fallback.js'
import { DEFAULT_RETRIES, retryDelay, type Failure } from '../../src/policies/retry.js'
import { DEFAULT_TIMEOUT, timeoutPolicy } from '../../src/policies/timeout.js'

const http = (status: number, code?: string, message = 'x'): ProviderError =>
  new ProviderError(message, { status, ...(code !== undefined && { code }) })

describe('error classes', () => {
  /** `[what, error, class, tries the same target again, moves on]` */
  const rows: readonly (readonly [string, unknown, ErrorClass, boolean, boolean])[] = [
    ['an abort', new DOMException('x', 'AbortError'), 'abort', false, false],
    ['a config error', new ConfigError('a', 'b'), 'config', false, false],
    ['a key that cannot be had', new CredentialsError('a', 'b'), 'auth', false, true],
    ['an unsupported parameter', new UnsupportedParameterError('n', 'x'), 'unsupported', false, true],
    ['401', http(401), 'auth', false, true],
    ['403', http(403), 'auth', false, true],
    ['402', http(402), 'quota', false, true],
    ['404', http(404), 'not-found', false, true],
    ['a redirect', http(307), 'not-found', false, true],
    ['429', http(429), 'rate-limit', true, true],
    ['429 with the quota used up', http(429, 'insufficient_quota'), 'quota', false, true],
    ['400', http(400), 'bad-request', false, false],
    ['422', http(422), 'bad-request', false, false],
    ['400 for a long context by code', http(400, 'context_length_exceeded'), 'context-length', false, true],
    [
      '400 for a long context by words',
      http(400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
      'context-length',
      false,
      true,
    ],
    ['413', http(413), 'context-length', false, true],
    ['400 for the content policy', http(400, 'content_filter'), 'content-policy', false, true],
    ['408', http(408), 'server', true, true],
    ['409', http(409), 'server', true, true],
    ['500', http(500), 'server', true, true],
    ['503', http(503), 'overloaded', true, true],
    ['529', http(529, 'overloaded_error'), 'overloaded', true, true],
    ['an error inside a 200', http(200), 'server', true, true],
    ['an error without a status', new ProviderError('x'), 'server', true, true],
    ['a lost connection', new ConnectionError('x'), 'connection', true, true],
    ['a timeout', new TimeoutError('firstChunk', 1), 'timeout', true, true],
    ['a malformed answer', new StreamError('x'), 'malformed', true, true],
    [
      'an answer that is too large',
      new StreamError('x', { isRetryable: false, status: 200 }),
      'unreadable',
      false,
      true,
    ],
    ['a request that a codec cannot read', new StreamError('x', { isRetryable: false }), 'bad-request', false, false],
    ['a bug', new TypeError('x'), 'unknown', false, false],
  ]
  test.each(rows)('%s', (_what, error, errorClass, retries, movesOn) => {
    expect(classifyError(error)).toBe(errorClass)
    expect(isRetryableClass(errorClass)).toBe(retries)
    expect(mayFallBack(errorClass)).toBe(movesOn)
  })
})

describe('what a fallback is for', () => {
  test.each([
    ['content-policy', ['content-policy', 'content-filter']],
    ['content-filter', ['content-policy', 'content-filter']],
    ['timeout', ['timeout']],
  ] as const)('%s means %j', (word, classes) => {
    expect(classesMeantBy(word)).toEqual(classes)
  })

  test.each(['content-filter', 'refusal', 'empty', 'invalid-output'] as const)('%s is told from an answer', (word) => {
    expect(looksAtAnswers(new Set(['server', word]))).toBe(true)
  })

  test('a failure is not, nor is a fallback for all', () => {
    expect(looksAtAnswers(new Set<ErrorClass>(['server', 'content-policy']))).toBe(false)
    expect(looksAtAnswers(undefined)).toBe(false)
  })

  test.each([
    ['too long for the rate', http(429), 'context-length', 'rate-limit'],
    ['too long', http(400), 'context-length', undefined],
    ['too many', http(429), 'rate-limit', undefined],
    ['too long, as a codec says', new StreamError('x'), 'context-length', undefined],
  ] as const)('%s', (_what, error, errorClass, second) => {
    expect(secondClass(error, errorClass)).toBe(second)
  })
})

describe('retries', () => {
  const failure = (changes: Partial<Failure> = {}): Failure => ({
    errorClass: 'server',
    retryAfterMs: undefined,
    retries: 0,
    hasNext: false,
    remaining: 60_000,
    ...changes,
  })
  const one = (): number => 0.999999

  test('doubles, with full jitter, up to the cap', () => {
    const delays = [0, 1, 2, 6, 29].map((retries) =>
      Math.round(retryDelay({ ...DEFAULT_RETRIES, max: 99 }, failure({ retries }), one) ?? -1),
    )
    expect(delays).toEqual([500, 1000, 2000, 30_000, 30_000])
    expect(retryDelay(DEFAULT_RETRIES, failure(), () => 0)).toBe(0)
  })

  test('two further tries by default', () => {
    expect([0, 1, 2].map((retries) => retryDelay(DEFAULT_RETRIES, failure({ retries }), one) !== undefined)).toEqual([
      true,
      true,
      false,
    ])
  })

  test("a provider's wait is kept, unless it is beyond the cap or the call's time", () => {
    expect(retryDelay(DEFAULT_RETRIES, failure({ retryAfterMs: 1234 }), one)).toBe(1234)
    expect(retryDelay(DEFAULT_RETRIES, failure({ retryAfterMs: 30_000 }), one)).toBe(30_000)
    expect(retryDelay(DEFAULT_RETRIES, failure({ retryAfterMs: 30_001 }), one)).toBeUndefined()
    expect(retryDelay(DEFAULT_RETRIES, failure({ retryAfterMs: 2000, remaining: 2001 }), one)).toBe(2000)
    expect(retryDelay(DEFAULT_RETRIES, failure({ retryAfterMs: 2000, remaining: 2000 }), one)).toBeUndefined()
  })

  test('another target is better than waiting', () => {
    expect(retryDelay(DEFAULT_RETRIES, failure({ retryAfterMs: 10, hasNext: true }), one)).toBeUndefined()
    expect(retryDelay(DEFAULT_RETRIES, failure({ errorClass: 'timeout', hasNext: true }), one)).toBeUndefined()
    expect(retryDelay(DEFAULT_RETRIES, failure({ hasNext: true }), one)).toBeDefined()
  })

  test('never negative, never beyond the cap or the time left', () => {
    fc.assert(
      fc.property(
        fc.record({
          max: fc.nat(9),
          baseDelay: fc.integer({ min: 1, max: 10_000 }),
          maxDelay: fc.integer({ min: 1, max: 60_000 }),
        }),
        fc.record({
          retries: fc.nat(12),
          retryAfterMs: fc.option(fc.nat(100_000), { nil: undefined }),
          hasNext: fc.boolean(),
          remaining: fc.integer({ min: -5, max: 100_000 }),
        }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (policy, part, random) => {
          const delay = retryDelay({ ...DEFAULT_RETRIES, ...policy }, failure(part), () => random)
          if (delay === undefined) return
          expect(delay).toBeGreaterThanOrEqual(0)
          expect(delay).toBeLessThanOrEqual(policy.maxDelay)
          expect(delay).toBeLessThan(part.remaining)
          expect(part.retries).toBeLessThan(policy.max)
        },
      ),
    )
  })
})

test('a call keeps the limits of the client that it does not name', () => {
  expect(timeoutPolicy(undefined)).toBe(DEFAULT_TIMEOUT)
  expect(timeoutPolicy(5)).toEqual({ connect: undefined, firstChunk: undefined, idle: undefined, total: 5 })
  const client = timeoutPolicy({ idle: 7, connect: 2 })
  expect(timeoutPolicy({ firstChunk: 3, total: 9 }, client)).toEqual({ connect: 2, firstChunk: 3, idle: 7, total: 9 })
})
