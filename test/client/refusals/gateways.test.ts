/** A gateway's error keeps the words, the name and the wait of the provider behind it. */
import { expect, test } from 'vitest'
import { createClient, ProviderError } from '../../../src/index.js'
import { anthropic, google, openai, openrouter, refusedBy } from './refused.js'

test('OpenRouter: the words and the name of the provider that refused', async () => {
  const error = await refusedBy('openrouter/x/y', {
    status: 400,
    body: openrouter('Provider returned error', 400, {
      provider_name: 'Acme',
      raw: '{"error":{"message":"tools.0.name: too short","type":"invalid_request_error","code":"bad_tool"}}',
    }),
  })
  expect(error.message).toContain('400 Provider returned error (Acme: tools.0.name: too short)')
  expect(error).toMatchObject({ upstream: 'Acme', code: 'bad_tool', failureClass: 'bad-request' })
})

test('OpenRouter: words that are no JSON, and a wait that is none', async () => {
  const error = await refusedBy('openrouter/x/y', {
    status: 429,
    body: openrouter('Provider returned error', 429, {
      provider_name: 'Google',
      raw: 'google/gemini-2.0-flash-exp:free is temporarily rate-limited upstream. Please retry shortly, or add your own key',
    }),
  })
  expect(error.message).toContain('Google: google/gemini-2.0-flash-exp:free is temporarily rate-limited upstream')
  expect(error).toMatchObject({ failureClass: 'rate-limit', retryAfterMs: undefined })
})

test.each([
  ['Portkey', { error: { message: 'too many', type: 'x' }, provider: 'anthropic' }, 'anthropic'],
  ['a name that is no name', openrouter('no', 400, { provider_name: 'P\nset-cookie: x' }), undefined],
])('%s names the provider behind it', async (_who, body, upstream) => {
  expect((await refusedBy('own-gateway/m', { status: 400, body })).upstream).toBe(upstream)
})

test.each([
  [
    'JSON as the message',
    openai('{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'),
    '500 Overloaded',
    'overloaded',
  ],
  [
    'JSON as the body of a body',
    { error: JSON.stringify(anthropic('prompt is too long: 9 tokens > 8 maximum')) },
    '500 prompt is too long: 9 tokens > 8 maximum',
    'context-length',
  ],
  ['a problem (RFC 9457)', { title: 'Internal', detail: 'out of luck', status: 500 }, '500 out of luck', 'server'],
  ['a list', [google('Overloaded', 500, 'INTERNAL')], '500 Overloaded', 'overloaded'],
  [
    'an event',
    'event: error\ndata: {"error":{"message":"The model is overloaded"}}\n\n',
    '500 The model is overloaded',
    'overloaded',
  ],
  ['a text', 'upstream connect error', '500 upstream connect error', 'server'],
])('%s is read', async (_what, body, message, failureClass) => {
  const error = await refusedBy('own-gateway/m', { status: 500, body })
  expect(error).toMatchObject({ message: expect.stringContaining(message) as string, failureClass })
})

const now = Date.parse('2026-03-01T12:00:00Z')

/** `[who, body, milliseconds]` */
const waits: readonly (readonly [string, unknown, number])[] = [
  [
    'OpenRouter, a time',
    openrouter('Rate limit exceeded: free-models-per-min.', 429, {
      headers: { 'X-RateLimit-Limit': '20', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(now + 42_000) },
    }),
    42_000,
  ],
  [
    'OpenRouter, seconds',
    openrouter('Provider returned error', 429, { provider_name: 'P', retry_after_seconds: 12 }),
    12_000,
  ],
  ['OpenRouter, a header', openrouter('Rate limited', 429, { headers: { 'Retry-After': '7' } }), 7000],
  ['seconds', { error: { message: 'x', retry_after: 3 } }, 3000],
  ['seconds as text', { message: 'x', retry_after: '1.5' }, 1500],
  ['milliseconds', { error: { message: 'x', retry_after_ms: 250 } }, 250],
  ['seconds from now', { error: { type: 'rate_limited', message: 'slow', resets_in_seconds: 90 } }, 90_000],
  ['a time in seconds', { error: { type: 'rate_limited', message: 'slow', resets_at: now / 1000 + 60 } }, 60_000],
  ['a date', { error: { message: 'slow', reset_at: '2026-03-01T12:00:05Z' } }, 5000],
  [
    'Google',
    google('Quota exceeded', 429, 'RESOURCE_EXHAUSTED', [
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.07s' },
    ]),
    34_070,
  ],
  [
    'Google behind a gateway',
    openrouter('Provider returned error', 429, {
      raw: JSON.stringify(
        google('Quota exceeded', 429, 'RESOURCE_EXHAUSTED', [
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '8s' },
        ]),
      ),
    }),
    8000,
  ],
  [
    'Groq',
    openai(
      'Rate limit reached on tokens per day (TPD): Limit 100000, Used 99000, Requested 4000. Please try again in 7m12s.',
      { code: 'rate_limit_exceeded' },
    ),
    432_000,
  ],
  [
    'OpenAI',
    openai('Rate limit reached. Please try again in 350ms. Visit https://platform.openai.com', {
      code: 'rate_limit_exceeded',
    }),
    350,
  ],
  ['Gemini', google('Please retry in 36.504s.', 429, 'RESOURCE_EXHAUSTED'), 36_504],
  ['Azure', openai('Please retry after 26 seconds. To increase your limit, see …', { code: '429' }), 26_000],
  [
    'LiteLLM',
    {
      error: {
        message: 'No deployments available for selected model, Try again in 60 seconds. Passed model=m.',
        code: '429',
      },
    },
    60_000,
  ],
  ['words of hours', openai('Rate limit reached, try again in 1 hour and 2 minutes.'), 3_720_000],
]

test.each(waits)('%s: the wait', async (_who, body, wait) => {
  const fetch = (): Promise<Response> => Promise.resolve(Response.json(body, { status: 429 }))
  const ai = createClient({ providers: { gw: { baseURL: 'http://gw.test', apiKey: 'k' } }, retries: 0, fetch })
  const real = Date.now
  Date.now = () => now
  try {
    const error: unknown = await ai.chat.completions
      .create({ model: 'gw/m', messages: [{ role: 'user', content: 'hi' }] })
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ failureClass: 'rate-limit', retryAfterMs: wait })
  } finally {
    Date.now = real
    await ai.close()
  }
})

test('a header says more of the wait than the words', async () => {
  const body = openai('Please try again in 20s.', { code: 'rate_limit_exceeded' })
  const error = await refusedBy('groq/m', { status: 429, body, headers: { 'retry-after': '2' } })
  expect(error.retryAfterMs).toBe(2000)
})

test.each([
  ['a wait of no time', { error: { message: 'x', retry_after: -1 } }],
  ['a wait without end', '{"error":{"message":"x","retry_after":1e999}}'],
  ['words that are no wait', openai('You have 20 seconds of audio')],
])('%s is none', async (_what, body) => {
  expect((await refusedBy('own-gateway/m', { status: 429, body })).retryAfterMs).toBeUndefined()
})

test('advice in the words of a request that is wrong is no wait', async () => {
  const error = await refusedBy('openai/m', { status: 400, body: openai('Bad image. Try again in 5 seconds') })
  expect(error).toMatchObject({ failureClass: 'bad-request', retryAfterMs: undefined })
})

test('a body within a body within a body ends somewhere', async () => {
  let body: unknown = 'deep'
  for (let depth = 0; depth < 200; depth += 1) body = { error: { raw: body } }
  expect(await refusedBy('own-gateway/m', { status: 400, body: { error: body } })).toBeInstanceOf(ProviderError)
})

/** Events of a stream that has begun. */
const streams: readonly (readonly [string, string, string, object])[] = [
  [
    'OpenRouter',
    'openrouter/x/y',
    `data: ${JSON.stringify(openrouter('Provider returned error', 502, { provider_name: 'P', raw: '{"error":{"message":"Input is too long for requested model."}}' }))}\n\n`,
    { failureClass: 'context-length', upstream: 'P' },
  ],
  [
    'an event of an error',
    'own-gateway/m',
    'event: error\ndata: {"message":"rate limit exceeded, try again in 3s","type":"rate_limit_error"}\n\n',
    { failureClass: 'rate-limit', retryAfterMs: 3000 },
  ],
  [
    'Anthropic',
    'anthropic/m',
    `event: error\ndata: ${JSON.stringify(anthropic('Output blocked by content filtering policy', 'invalid_request_error'))}\n\n`,
    { failureClass: 'content-policy', status: 400 },
  ],
  [
    'Anthropic, busy',
    'anthropic/m',
    `event: error\ndata: ${JSON.stringify(anthropic('Overloaded', 'overloaded_error'))}\n\n`,
    { failureClass: 'overloaded', isRetryable: true },
  ],
  [
    'Gemini',
    'gemini/m',
    `data: ${JSON.stringify(google('The input token count (9) exceeds the maximum number of tokens allowed (8).'))}\n\n`,
    { failureClass: 'context-length' },
  ],
  [
    'OpenRouter, a time',
    'openrouter/x/y',
    `data: ${JSON.stringify(openrouter('Rate limit exceeded', 429, { headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(Date.parse('2100-01-01')) } }))}\n\n`,
    { failureClass: 'rate-limit', retryAt: Date.parse('2100-01-01') },
  ],
]

test.each(streams)('inside a stream: %s', async (_who, model, sse, expected) => {
  const id = model.split('/', 1)[0] as string
  const headers = { 'content-type': 'text/event-stream' }
  const fetch = (): Promise<Response> => Promise.resolve(new Response(sse, { headers }))
  const ai = createClient({ providers: { [id]: { baseURL: 'http://gw.test', apiKey: 'k' } }, retries: 0, fetch })
  const messages = [{ role: 'user' as const, content: 'hi' }]
  const error: unknown = await ai.chat.completions
    .create({ model, messages, stream: true, max_tokens: 5 })
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ProviderError)
  expect(error).toMatchObject(expected)
  await ai.close()
})
