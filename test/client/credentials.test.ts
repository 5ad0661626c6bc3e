/** Keys that a function or a library gives, against a loopback server that knows which of them it takes. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClient } from '../../src/index.js'
import { ConfigError, CredentialsError } from '../../src/kernel/errors.js'
import { turn } from '../support/eventually.js'
import { startServer, type FaultServer } from './fault-server.js'

const messages = [{ role: 'user' as const, content: 'Hi' }]
const ANSWER = {
  id: 'a',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Oslo' }, finish_reason: 'stop' }],
}

let server: FaultServer
let accepted: Set<string>

beforeEach(async () => {
  accepted = new Set(['Bearer good'])
  server = await startServer((request, response) => {
    const known = accepted.has(request.headers.authorization ?? '')
    response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify(
        known ? ANSWER : { error: { message: `no: ${request.headers.authorization}`, code: 'invalid_api_key' } },
      ),
    )
  })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.doUnmock('google-auth-library')
  vi.resetModules()
  await server.close()
})

type Give = (request: { readonly refresh: boolean }) => string | Promise<string>
const clientWith = (apiKey: string | Give, models = {}) =>
  createClient({ retries: 0, models, providers: { mine: { baseURL: server.baseURL, apiKey } } })
const ask = (ai: ReturnType<typeof createClient>, model = 'mine/m') => ai.chat.completions.create({ model, messages })
const keys = () => server.seen.map(({ headers }) => headers.authorization)

describe('a function that returns the key', () => {
  test('is called for each request', async () => {
    let count = 0
    accepted = new Set(['Bearer k1', 'Bearer k2'])
    const ai = clientWith(() => `k${(count += 1)}`)
    await ask(ai)
    await ask(ai)
    expect(keys()).toEqual(['Bearer k1', 'Bearer k2'])
  })

  test('is called once for calls that begin while it is busy', async () => {
    let ready = (): void => {}
    const busy = new Promise<void>((resolve) => (ready = resolve))
    const give = vi.fn(async () => {
      await busy
      return 'good'
    })
    const ai = clientWith(give)
    const calls = [ask(ai), ask(ai), ask(ai)]
    await turn()
    ready()
    await Promise.all(calls)
    expect(give).toHaveBeenCalledTimes(1)
    await ask(ai)
    expect(give).toHaveBeenCalledTimes(2)
  })

  test('is called once more after a 401, with that as its argument', async () => {
    const give = vi.fn(({ refresh }: { readonly refresh: boolean }) => (refresh ? 'good' : 'stale'))
    const result = await ask(clientWith(give))
    expect(result.choices[0]?.message.content).toBe('Oslo')
    expect(give.mock.calls).toEqual([[{ refresh: false }], [{ refresh: true }]])
    expect(keys()).toEqual(['Bearer stale', 'Bearer good'])
    expect(result._meta.attempts).toHaveLength(1)
  })

  test('is not called a third time, and neither key is shown', async () => {
    let count = 0
    const give = vi.fn(() => `secret-${(count += 1)}`)
    const error = await ask(clientWith(give)).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'ProviderError', status: 401, code: 'invalid_api_key' })
    expect(String(error)).not.toContain('secret-')
    expect(give).toHaveBeenCalledTimes(2)
    expect(server.seen).toHaveLength(2)
  })

  test('leads to no second request when it returns the same key', async () => {
    await expect(ask(clientWith(() => 'stale'))).rejects.toMatchObject({ status: 401 })
    expect(server.seen).toHaveLength(1)
  })

  test('that fails is a typed error without the value, and the next target is tried', async () => {
    const ai = createClient({
      retries: 0,
      models: { smart: ['broken/m', 'mine/m'] },
      cooldown: false,
      providers: {
        broken: { baseURL: server.baseURL, apiKey: () => Promise.reject(new Error('vault sealed: token-value')) },
        mine: { baseURL: server.baseURL, apiKey: 'good' },
      },
    })
    const error = await ask(ai, 'broken/m').catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(CredentialsError)
    expect(error).toMatchObject({
      name: 'CredentialsError',
      path: 'providers.broken.apiKey',
      provider: 'broken',
      model: 'm',
      cause: expect.any(Error),
    })
    expect((error as Error).message).not.toContain('token-value')
    const result = await ask(ai, 'smart')
    expect(result._meta.attempts).toMatchObject([
      { target: 'broken/m', error: 'CredentialsError' },
      { target: 'mine/m', status: 200 },
    ])
  })

  test.each([[''], [undefined], [7]])('that returns %j is a typed error', async (value) => {
    await expect(ask(clientWith(() => value as string))).rejects.toMatchObject({
      name: 'CredentialsError',
      path: 'providers.mine.apiKey',
    })
    expect(server.seen).toEqual([])
  })

  test('that never answers is ended by the limit of the call', async () => {
    const ai = clientWith(() => new Promise<string>(() => {}))
    await expect(ai.chat.completions.create({ model: 'mine/m', messages }, { timeout: 30 })).rejects.toMatchObject({
      name: 'TimeoutError',
      limit: 'total',
    })
  })

  test('a key that is no function is not read again', async () => {
    await expect(ask(clientWith('stale'))).rejects.toMatchObject({ status: 401 })
    expect(server.seen).toHaveLength(1)
  })
})

describe('Azure', () => {
  const azure = (apiKey: string | Give) =>
    createClient({ retries: 0, providers: { azure: { baseURL: `${server.origin}/openai/v1`, apiKey } } })

  test('a key goes into api-key, below the path of the first version', async () => {
    server.behave = (_, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(ANSWER))
    await ask(azure('k'), 'azure/my-deployment')
    const [request] = server.seen
    expect(request).toMatchObject({ path: '/openai/v1/chat/completions', body: { model: 'my-deployment' } })
    expect(request?.headers).toMatchObject({ 'api-key': 'k' })
    expect(request?.headers.authorization).toBeUndefined()
  })

  test('a function returns a token of Entra ID', async () => {
    await ask(
      azure(() => 'good'),
      'azure/my-deployment',
    )
    expect(server.seen[0]?.headers).toMatchObject({ authorization: 'Bearer good' })
    expect(server.seen[0]?.headers['api-key']).toBeUndefined()
  })
})

describe("Google's default credentials", () => {
  let metadata: Server
  let tokens: number

  beforeEach(async () => {
    tokens = 0
    metadata = createServer((request, response) => {
      response.setHeader('metadata-flavor', 'Google')
      if (!request.url?.includes('/token')) return void response.end('default')
      tokens += 1
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ access_token: `token-${tokens}`, expires_in: 3600, token_type: 'Bearer' }))
    })
    await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve))
    // As on Google's machines, where this server gives the tokens.
    vi.stubEnv('GCE_METADATA_HOST', `127.0.0.1:${(metadata.address() as AddressInfo).port}`)
    vi.stubEnv('METADATA_SERVER_DETECTION', 'assume-present')
    for (const name of ['GOOGLE_APPLICATION_CREDENTIALS', 'GOOGLE_OAUTH_ACCESS_TOKEN', 'GOOGLE_CLOUD_PROJECT'])
      vi.stubEnv(name, undefined)
    vi.stubEnv('CLOUDSDK_CONFIG', '/nonexistent')
    vi.stubEnv('HOME', '/nonexistent')
    server.behave = (request, response) => {
      const known = accepted.has(request.headers.authorization ?? '')
      response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify(
          known
            ? { candidates: [{ content: { role: 'model', parts: [{ text: 'Oslo' }] }, finishReason: 'STOP' }] }
            : { error: { code: 401, message: 'no', status: 'UNAUTHENTICATED' } },
        ),
      )
    }
  })
  afterEach(() => new Promise((resolve) => metadata.close(resolve)))

  const vertex = () => createClient({ retries: 0, providers: { vertex: { baseURL: server.origin } } })

  test('give a token, which is kept, and renewed when it is refused', async () => {
    accepted = new Set(['Bearer token-1'])
    const ai = vertex()
    expect((await ask(ai, 'vertex/gemini-3-pro')).choices[0]?.message.content).toBe('Oslo')
    await ask(ai, 'vertex/gemini-3-pro')
    expect(keys()).toEqual(['Bearer token-1', 'Bearer token-1'])
    accepted = new Set(['Bearer token-2'])
    await ask(ai, 'vertex/gemini-3-pro')
    expect(keys().slice(2)).toEqual(['Bearer token-1', 'Bearer token-2'])
  })

  test('a key of the environment wins', async () => {
    vi.stubEnv('GOOGLE_OAUTH_ACCESS_TOKEN', 'good')
    await ask(vertex(), 'vertex/gemini-3-pro')
    expect(keys()).toEqual(['Bearer good'])
    expect(tokens).toBe(0)
  })

  test('without the library the error says what to install', async () => {
    vi.doMock('google-auth-library', () => {
      throw new Error('Cannot find package')
    })
    const error = await ask(vertex(), 'vertex/gemini-3-pro').catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toMatch(/install google-auth-library.*GOOGLE_OAUTH_ACCESS_TOKEN/)
  })
})
