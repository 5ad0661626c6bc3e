/** The gateway over real sockets: what unchanged programs get, and who is refused. */
import OpenAI from 'openai'
import Anthropic from '@anthropic-ai/sdk'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { serve, type Gateway, type GatewayOptions } from '../../src/gateway.js'
import { createClient } from '../../src/index.js'
import { clientBehind, type Behind } from '../endpoint/upstream.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { rawRequest } from './raw-request.js'

let fake: FakeProvider
const open: Gateway[] = []
const messages = [{ role: 'user' as const, content: 'hi' }]

beforeAll(async () => void (fake = await startFakeProvider()))
afterEach(() => Promise.all(open.splice(0).map((gateway) => gateway.close())))
afterAll(() => fake.close())

async function served(options: GatewayOptions = {}, behind: Behind = clientBehind(fake, 'openai-chat')) {
  const gateway = await serve(behind.ai, { port: 0, shutdownTimeout: 1_000, ...options })
  open.push(gateway)
  return { ...behind, url: gateway.url, gateway }
}

function chat(url: string, headers: Record<string, string> = {}, body: object = { model: 'smart', messages }) {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

const codeOf = async (response: Response) => ((await response.json()) as { error: { code: string } }).error.code

describe('programs', () => {
  test('of the openai SDK get answers and streams', async () => {
    const { url } = await served()
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'unused' })
    const whole = await client.chat.completions.create({ model: 'smart', messages })
    expect(whole.choices[0]?.message.content).toMatch(/\w/)
    let text = ''
    for await (const { choices } of await client.chat.completions.create({ model: 'smart', messages, stream: true })) {
      text += choices[0]?.delta.content ?? ''
    }
    expect(text).toBe(whole.choices[0]?.message.content)
  })

  test('of the Anthropic SDK too', async () => {
    const { url } = await served()
    const client = new Anthropic({ baseURL: url, apiKey: 'unused' })
    const { content } = await client.messages.create({ model: 'smart', max_tokens: 10, messages })
    expect(content[0]?.type).toBe('text')
  })

  test('find probes, which ask for no key', async () => {
    const { url } = await served({ masterKey: 'sk-master' })
    for (const path of ['/health', '/ready']) expect((await fetch(`${url}${path}`)).status).toBe(200)
  })
})

describe('models', () => {
  test('are those that the options name, and of the providers that they name', async () => {
    const { url, asked } = await served()
    expect((await chat(url, {}, { model: 'up/other', messages })).status).toBe(200)
    for (const model of ['openai/gpt-5.4', 'openai:gpt-5.4', 'groq/x', 'nonsense']) {
      const response = await chat(url, {}, { model, messages })
      expect([model, response.status, await codeOf(response)]).toEqual([model, 404, 'model_not_found'])
    }
    const fallback = await chat(url, {}, { model: 'smart', messages, fallbacks: ['openai/gpt-5.4'] })
    expect(fallback.status).toBe(404)
    expect(asked().length).toBe(1)
  })
})

describe('keys', () => {
  test.each([
    ['authorization', 'Bearer sk-master'],
    ['authorization', 'bearer sk-master'],
    ['x-api-key', 'sk-master'],
    ['x-goog-api-key', 'sk-master'],
    ['api-key', 'sk-master'],
  ])('are taken from %s: %s', async (name, value) => {
    const { url } = await served({ masterKey: 'sk-master' })
    expect((await chat(url, { [name]: value })).status).toBe(200)
  })

  test.each([
    [{}, 'missing_api_key'],
    [{ authorization: 'Bearer' }, 'missing_api_key'],
    [{ authorization: 'Basic sk-master' }, 'missing_api_key'],
    [{ authorization: 'Bearer sk-maste' }, 'invalid_api_key'],
    [{ 'x-api-key': 'sk-master2' }, 'invalid_api_key'],
  ])('%j is refused with %s', async (headers, code) => {
    const { url, asked } = await served({ masterKey: 'sk-master' })
    const response = await chat(url, headers as Record<string, string>)
    expect([response.status, await codeOf(response)]).toEqual([401, code])
    expect(asked()).toEqual([])
  })

  test('may be checked by the program, and say whom a call is for', async () => {
    const { url, ai } = await served({
      keys: (key) => (key === 'sk-team' ? { identity: { user: 'team' } } : undefined),
    })
    expect((await chat(url, { authorization: 'Bearer sk-team', 'x-tracestitch-user': 'someone' })).status).toBe(200)
    expect((await chat(url, { authorization: 'Bearer sk-other' })).status).toBe(401)
    expect(ai.spend({ by: 'user' }).rows.map((row) => row.name)).toEqual(['team'])
  })

  test('refusals have the shape of the path', async () => {
    const { url } = await served({ masterKey: 'sk-master' })
    const response = await fetch(`${url}/v1/messages`, { method: 'POST', body: '{}' })
    expect([response.status, await response.json()]).toMatchObject([
      401,
      { type: 'error', error: { type: 'authentication_error' } },
    ])
  })

  test.each(['0.0.0.0', '::', '192.0.2.1', 'gateway.example'])('are needed to listen at %s', async (host) => {
    const { ai } = clientBehind(fake, 'openai-chat')
    await expect(serve(ai, { port: 0, host })).rejects.toThrow(/host: .*TRACESTITCH_MASTER_KEY/)
  })
})

describe('without a key', () => {
  test('a web page is refused, also one whose name was pointed here', async () => {
    const { url, asked } = await served()
    expect((await chat(url, { origin: 'https://evil.example' })).status).toBe(403)
    const { status } = await rawRequest(url, { host: 'evil.example' })
    expect(status).toBe(403)
    expect(asked()).toEqual([])
  })

  test('a page of a named origin may call', async () => {
    const { url } = await served({ cors: ['https://app.example'] })
    const origin = 'https://app.example'
    const asks = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
    const before = await fetch(`${url}/v1/chat/completions`, { method: 'OPTIONS', headers: asks })
    expect([before.status, before.headers.get('access-control-allow-headers')]).toEqual([204, 'authorization'])
    const answer = await chat(url, { origin })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin])
    expect((await chat(url, { origin: 'https://evil.example' })).status).toBe(403)
  })
})

test('a WebSocket is told to use HTTP', async () => {
  const { url } = await served()
  const { status, body } = await rawRequest(url, { upgrade: 'websocket', connection: 'Upgrade' })
  expect([status, body]).toEqual([426, expect.stringContaining('HTTP')])
})

test('takes only clients of createClient', async () => {
  await expect(serve({ ...createClient() }, { port: 0 })).rejects.toThrow('client: expected a client')
})

test('another client takes the calls that come from now on', async () => {
  const { gateway, url, asked } = await served()
  const next = clientBehind(fake, 'openai-chat')
  await gateway.use(next.ai)
  expect((await chat(url)).status).toBe(200)
  expect([asked().length, next.asked().length]).toEqual([0, 1])
})
