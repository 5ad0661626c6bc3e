/** Keys, base URLs, aliases and options: what reaches the provider, and where. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createClient } from '../../src/index.js'
import { TracestitchError } from '../../src/kernel/errors.js'
import { noKeys } from './no-keys.js'

afterEach(() => vi.unstubAllEnvs())

const SECRET = 'sk-this-must-never-be-shown'

describe('the options of a client', () => {
  const seen: { url: string; headers: Headers; body: unknown }[] = []
  const fetch = (async (url: string, init: RequestInit) => {
    seen.push({ url, headers: new Headers(init.headers), body: JSON.parse(init.body as string) })
    return Response.json({
      id: 'x',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          logprobs: null,
          message: { role: 'assistant', content: 'ok', refusal: null },
        },
      ],
    })
  }) as unknown as typeof globalThis.fetch
  afterEach(() => void seen.splice(0))
  const messages = [{ role: 'user' as const, content: 'hi' }]

  test('keys and base URLs come from the environment', async () => {
    noKeys()
    vi.stubEnv('OPENAI_API_KEY', 'k-env')
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:9999/v9/')
    await createClient({ fetch }).chat.completions.create({ model: 'openai:gpt-5.4', messages })
    expect(seen[0]?.url).toBe('http://127.0.0.1:9999/v9/chat/completions')
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer k-env')
    expect(seen[0]?.body).toMatchObject({ model: 'gpt-5.4' })
  })

  test('an option wins over the environment, a function gives a key for each request', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'k-env')
    let count = 0
    const ai = createClient({
      fetch,
      providers: { openai: { apiKey: () => Promise.resolve(`k-${(count += 1)}`), headers: { 'x-team': 'a' } } },
    })
    await ai.chat.completions.create({ model: 'openai/gpt-5.4', messages })
    await ai.chat.completions.create({ model: 'openai/gpt-5.4', messages }, { headers: { 'x-team': 'b' } })
    expect(seen.map(({ headers }) => [headers.get('authorization'), headers.get('x-team')])).toEqual([
      ['Bearer k-1', 'a'],
      ['Bearer k-2', 'b'],
    ])
  })

  test('a model name may contain both separators; the first one counts', async () => {
    const ai = createClient({ fetch, providers: { mine: { baseURL: 'http://h/v1' } } })
    await ai.chat.completions.create({ model: 'mine/org/model:8b', messages })
    await ai.chat.completions.create({ model: 'mine:org/model', messages })
    expect(seen.map(({ body }) => (body as { model: string }).model)).toEqual(['org/model:8b', 'org/model'])
    expect(seen[0]?.headers.has('authorization')).toBe(false)
  })

  test('extra_body and provider_options reach the body, other options do not', async () => {
    const ai = createClient({ fetch, providers: { mine: { baseURL: 'http://h/v1' } } })
    await ai.chat.completions.create(
      {
        model: 'mine/m',
        messages,
        metadata: { mine: 'too' },
        timeout: 5000,
        extra_body: { a: 1 },
        provider_options: { mine: { b: 2 }, other: { c: 3 } },
      },
      { metadata: { user: 'u' } },
    )
    expect(seen[0]?.body).toEqual({ model: 'm', messages, metadata: { mine: 'too' }, a: 1, b: 2 })
  })

  test('aliases of aliases, each target once', async () => {
    const failing = (async () => Response.json({}, { status: 500 })) as unknown as typeof globalThis.fetch
    const ai = createClient({
      fetch: failing,
      retries: 0,
      providers: { a: { baseURL: 'http://a' }, b: { baseURL: 'http://b' } },
      models: { one: ['a/m', 'two'], two: { strategy: 'ordered', targets: [{ model: 'b/m' }, 'a/m'] } },
      fallbacks: ['b/m', 'b/n'],
    })
    const failure: unknown = await ai.chat.completions
      .create({ model: 'one', messages })
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({
      attempts: [{ target: 'a/m' }, { target: 'b/m' }, { target: 'b/n' }],
      provider: 'b',
      model: 'n',
    })
    const alone: unknown = await ai.chat.completions
      .create({ model: 'a/m', messages, fallbacks: false })
      .catch((error: unknown) => error)
    expect(alone).toMatchObject({ attempts: [{ target: 'a/m' }] })
  })

  test.each([
    ['http://h/v1', 'openai-chat', 'http://h/v1/chat/completions'],
    ['http://h/v1/', 'openai-chat', 'http://h/v1/chat/completions'],
    ['http://h/openai?api-version=7', 'openai-chat', 'http://h/openai/chat/completions?api-version=7'],
    ['http://h', 'anthropic-messages', 'http://h/v1/messages'],
    ['http://h/v1', 'anthropic-messages', 'http://h/v1/messages'],
  ] as const)('%s of %s is called at %s', async (baseURL, protocol, url) => {
    const ai = createClient({ fetch, retries: 0, providers: { mine: { baseURL, protocol } } })
    await ai.chat.completions.create({ model: 'mine/m', messages }).catch(() => {
      // The stub answers in OpenAI's shape only; where it was asked is what counts.
    })
    expect(seen[0]?.url).toBe(url)
  })

  test('how a key is sent follows from the format', async () => {
    const ai = createClient({
      fetch,
      retries: 0,
      providers: { mine: { baseURL: 'http://h', protocol: 'anthropic-messages', apiKey: 'k' } },
    })
    await ai.chat.completions.create({ model: 'mine/m', messages }).catch(() => {
      // As above.
    })
    expect(seen[0]?.headers.get('x-api-key')).toBe('k')
    expect(seen[0]?.headers.get('anthropic-version')).toBe('2023-06-01')
    expect(seen[0]?.headers.has('authorization')).toBe(false)
  })

  test.each([
    [[null]],
    [[{ role: 'user', content: 7 }]],
    [[{ role: 'assistant', tool_calls: 'x' }]],
    [[{ role: 'user', content: [null] }]],
    [['hi']],
  ])('messages of a wrong shape never give an untyped error: %j', async (wrong) => {
    for (const protocol of ['openai-chat', 'anthropic-messages'] as const) {
      const ai = createClient({
        fetch,
        retries: 0,
        providers: { mine: { baseURL: 'http://h', protocol, apiKey: 'k' } },
      })
      for (const stream of [false, true]) {
        const outcome: unknown = await ai.chat.completions
          .create({ model: 'mine/m', messages: wrong as never, stream })
          .catch((error: unknown) => error)
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(TracestitchError)
      }
    }
  })

  test('a client prints no key', () => {
    const ai = createClient({ providers: { openai: { apiKey: SECRET } }, models: { a: 'openai/x' } })
    expect(JSON.stringify(ai)).not.toContain(SECRET)
  })
})
