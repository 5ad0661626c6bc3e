/** Busy, used up, and without capacity are three answers, which providers give under one status. */
import { describe, expect, test } from 'vitest'
import { ProviderError } from '../../src/kernel/provider-error.js'
import { classifyError, type ErrorClass } from '../../src/policies/classify-error.js'
import { verdictOf } from '../../src/policies/cooldown.js'
import { decodeError } from '../../src/protocols/gemini-generate/error.js'

interface Said {
  readonly status?: number
  readonly code?: string
  readonly type?: string
  readonly message?: string
  readonly retryAfterMs?: number
}

/** `[who, what it says, class]` */
const rows: readonly (readonly [string, Said, ErrorClass])[] = [
  [
    'OpenAI, rate',
    {
      status: 429,
      code: 'rate_limit_exceeded',
      type: 'requests',
      message: 'Rate limit reached for gpt-5 on requests per min (RPM): Limit 3',
    },
    'rate-limit',
  ],
  ['OpenAI, credit', { status: 429, code: 'insufficient_quota', message: 'You exceeded your current quota' }, 'quota'],
  [
    'OpenAI, by the day',
    { status: 429, code: 'rate_limit_exceeded', message: 'Rate limit reached on requests per day (RPD): Limit 200' },
    'quota',
  ],
  [
    'OpenAI, one request over the rate',
    {
      status: 429,
      code: 'rate_limit_exceeded',
      type: 'tokens',
      message: '429 Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 45000',
    },
    'context-length',
  ],
  ['OpenAI, slow down', { status: 503, code: 'slow_down' }, 'overloaded'],
  ['OpenAI, inside a stream', { type: 'service_unavailable_error', code: 'server_is_overloaded' }, 'overloaded'],
  [
    'Anthropic, rate',
    {
      status: 429,
      type: 'rate_limit_error',
      message: 'This request would exceed the rate limit of 50 requests per minute',
    },
    'rate-limit',
  ],
  ['Anthropic, spend limit', { status: 429, type: 'rate_limit_error', code: 'enforced_spend_limit_reached' }, 'quota'],
  [
    'Anthropic, credit',
    {
      status: 400,
      type: 'invalid_request_error',
      message: '400 Your credit balance is too low to access the Anthropic API.',
    },
    'quota',
  ],
  [
    'Anthropic, monthly limit',
    { status: 400, type: 'invalid_request_error', message: 'You have reached your specified API usage limits.' },
    'quota',
  ],
  ['Anthropic, overloaded', { status: 529, type: 'overloaded_error' }, 'overloaded'],
  ['Anthropic, overloaded inside a stream', { type: 'overloaded_error' }, 'overloaded'],
  [
    'Gemini, by the minute',
    { status: 429, type: 'RESOURCE_EXHAUSTED', code: '429', message: 'Quota exceeded', retryAfterMs: 36_000 },
    'rate-limit',
  ],
  [
    'Gemini, by the day, without a wait',
    { status: 429, type: 'RESOURCE_EXHAUSTED', code: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' },
    'quota',
  ],
  [
    'Gemini, by the day, with a wait',
    {
      status: 429,
      type: 'RESOURCE_EXHAUSTED',
      code: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
      retryAfterMs: 36_000,
    },
    'rate-limit',
  ],
  ['Gemini, capacity', { status: 503, type: 'UNAVAILABLE', code: 'MODEL_CAPACITY_EXHAUSTED' }, 'overloaded'],
  ['Gemini, a wrong key', { status: 400, type: 'INVALID_ARGUMENT', code: 'API_KEY_INVALID' }, 'auth'],
  [
    'Gemini, a wrong country',
    {
      status: 400,
      type: 'FAILED_PRECONDITION',
      code: '400',
      message: 'User location is not supported for the API use.',
    },
    'auth',
  ],
  [
    'Vertex',
    { status: 429, type: 'RESOURCE_EXHAUSTED', code: '429', message: 'Resource exhausted. Please try again later.' },
    'rate-limit',
  ],
  [
    'Azure, rate',
    {
      status: 429,
      code: '429',
      message: 'Requests to the ChatCompletions_Create Operation have exceeded the token rate limit',
    },
    'rate-limit',
  ],
  ['Azure, capacity', { status: 429, message: '429 System is experiencing high demand' }, 'overloaded'],
  ['Azure, filter', { status: 400, code: 'content_filter' }, 'content-policy'],
  ['Azure, no deployment', { status: 404, code: 'DeploymentNotFound' }, 'not-found'],
  [
    'Bedrock, rate',
    { status: 429, type: 'ThrottlingException', message: 'Too many tokens, please wait before trying again.' },
    'rate-limit',
  ],
  ['Bedrock, rate, inside a stream', { type: 'throttlingException' }, 'rate-limit'],
  [
    'Bedrock, by the day',
    { status: 429, type: 'ThrottlingException', message: 'Too many tokens per day, please wait before trying again.' },
    'quota',
  ],
  ['Bedrock, quota', { status: 400, type: 'ServiceQuotaExceededException' }, 'quota'],
  ['Bedrock, not ready', { status: 429, type: 'ModelNotReadyException' }, 'overloaded'],
  ['Bedrock, a model that failed', { status: 424, type: 'ModelErrorException' }, 'server'],
  [
    'Groq, rate',
    { status: 429, code: 'rate_limit_exceeded', type: 'tokens', message: 'on tokens per minute (TPM): Limit 12000' },
    'rate-limit',
  ],
  [
    'Groq, by the day, with a wait',
    {
      status: 429,
      code: 'rate_limit_exceeded',
      message: 'on tokens per day (TPD): Limit 100000',
      retryAfterMs: 578_000,
    },
    'rate-limit',
  ],
  [
    'Groq, one request over the rate',
    { status: 413, code: 'rate_limit_exceeded', message: 'Request too large for model' },
    'context-length',
  ],
  ['Groq, flex tier', { status: 498, code: 'capacity_exceeded' }, 'overloaded'],
  ['Mistral, rate', { status: 429, type: 'rate_limited', code: '1300', message: 'Rate limit exceeded' }, 'rate-limit'],
  [
    'Mistral, capacity',
    { status: 429, type: 'invalid_request_error', message: 'Service tier capacity exceeded for this model.' },
    'overloaded',
  ],
  [
    'xAI, credit',
    { status: 403, message: 'Your team has used all available credits or reached its monthly spending limit' },
    'quota',
  ],
  ['Moonshot, credit', { status: 429, type: 'exceeded_current_quota_error' }, 'quota'],
  ['a status that says more than the type', { status: 429, type: 'api_error' }, 'rate-limit'],
  ['a type that says more than the status', { status: 400, type: 'api_error' }, 'server'],
  ['a code that is a word of JavaScript', { status: 400, code: 'constructor' }, 'bad-request'],
]

test.each(rows)('%s', (_who, { message = 'x', ...fields }, expected) => {
  expect(classifyError(new ProviderError(message, fields))).toBe(expected)
})

describe("Gemini's quotas", () => {
  const body = (details: readonly unknown[]): unknown => ({
    error: { code: 429, message: 'You exceeded your current quota', status: 'RESOURCE_EXHAUSTED', details },
  })
  const failure = (quotaId: string): unknown => ({
    '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
    violations: [{ quotaId }],
  })
  const classOf = (details: readonly unknown[]): ErrorClass => {
    const { message = '', ...said } = decodeError(body(details)) ?? {}
    return classifyError(new ProviderError(message, { status: 429, ...said }))
  }

  test('a violation by the day is a quota, one by the minute that says when to come back is a rate', () => {
    expect(classOf([failure('GenerateRequestsPerDayPerProjectPerModel-FreeTier')])).toBe('quota')
    const wait = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '36s' }
    expect(classOf([failure('GenerateRequestsPerMinutePerProjectPerModel'), wait])).toBe('rate-limit')
  })

  test('the limit that the reason names counts more than the reason', () => {
    const info = {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'RATE_LIMIT_EXCEEDED',
      metadata: { quota_limit: 'Gemini25ProRequestsPerDay' },
    }
    expect(decodeError(body([info]))?.code).toBe('Gemini25ProRequestsPerDay')
    expect(classOf([info])).toBe('quota')
  })
})

test.each([
  [undefined, 'success'],
  ['bad-request', 'success'],
  ['context-length', 'success'],
  ['content-policy', 'success'],
  ['rate-limit', 'failure'],
  ['server', 'failure'],
  ['auth', 'failure'],
  ['abort', 'neutral'],
  ['unsupported', 'neutral'],
  ['config', 'neutral'],
  ['unknown', 'neutral'],
] as const)('%s says of the target: %s', (errorClass, verdict) => {
  expect(verdictOf(errorClass)).toBe(verdict)
})
