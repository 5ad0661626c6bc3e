/** Options as they stand in a file: what JSON can say, with keys that stay in the environment. */
import { afterEach, expect, test, vi } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import { startFakeProvider } from '../support/fake-provider.js'
import { noKeys } from '../client/no-keys.js'

afterEach(() => vi.unstubAllEnvs())

const ask = { messages: [{ role: 'user' as const, content: 'hi' }] }
const parse = (text: string): ClientOptions => JSON.parse(text) as ClientOptions

test('a whole configuration can be JSON', async () => {
  noKeys()
  vi.stubEnv('TEAM_KEY', 'k-team')
  vi.stubEnv('SPARE_KEY', 'k-spare')
  const server = await startFakeProvider()
  try {
    const options = parse(`{
      "$schema": "./node_modules/tracestitch/schema.json",
      "providers": { "mine": { "baseURL": "${server.origin}/json/ok/v1", "apiKeyEnv": "TEAM_KEY" } },
      "models": {
        "fast": {
          "strategy": { "name": "tags", "match": "all" },
          "targets": [
            { "model": "mine/a", "tags": ["paid"] },
            { "model": "mine/b", "apiKeyEnv": "SPARE_KEY", "limits": { "rpm": 60 }, "name": "spare" }
          ],
          "fallbacks": [{ "model": "mine/large", "on": ["context-length"] }]
        }
      },
      "retries": { "max": 1 },
      "cooldown": { "consecutive": 3 },
      "timeout": 5000
    }`)
    const ai = createClient(options)
    await ai.chat.completions.create({ model: 'fast', ...ask }, { metadata: { tags: ['paid'] } })
    await ai.chat.completions.create({ model: 'fast', ...ask })
    const sent = server
      .requests('json')
      .map(({ headers, body }) => [headers['authorization'], (body as { model: string }).model])
    expect(sent).toEqual([
      ['Bearer k-team', 'a'],
      ['Bearer k-spare', 'b'],
    ])
  } finally {
    await server.close()
  }
})

test('a variable that is not set is named', () => {
  noKeys()
  vi.stubEnv('NOT_THERE', undefined)
  const mine = { baseURL: 'http://127.0.0.1:9/v1' }
  expect(() =>
    createClient({ providers: { mine: { ...mine, apiKeyEnv: 'NOT_THERE' } }, models: { a: 'mine/m' } }),
  ).toThrow('models.a: the environment variable NOT_THERE')
  expect(() =>
    createClient({ providers: { mine }, models: { a: [{ model: 'mine/m', apiKeyEnv: 'NOT_THERE' }] } }),
  ).toThrow('models.a[0].model: the environment variable NOT_THERE')
})

test('the nearest word for a key counts, and there is one', () => {
  noKeys()
  vi.stubEnv('NOT_THERE', undefined)
  const mine = { baseURL: 'http://127.0.0.1:9/v1', apiKeyEnv: 'NOT_THERE' }
  expect(() => createClient({ providers: { mine }, models: { a: [{ model: 'mine/m', apiKey: 'k' }] } })).not.toThrow()
  expect(() => createClient({ providers: { mine: { ...mine, apiKey: 'k' } } })).toThrow(
    'providers.mine.apiKeyEnv: is given together with apiKey',
  )
})

test('text is parsed by the caller', () => {
  expect(() => createClient('{"timeout":1}' as unknown as ClientOptions)).toThrow(
    'createClient(options): expected an object, got a string; parse JSON text first',
  )
})
