/** `createClientWith`: the client knows what it was given, and says what it would need for the rest. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClientWith } from '../../src/core.js'
import { createClient } from '../../src/index.js'
import { ConfigError } from '../../src/kernel/errors.js'
import type { ClientParts } from '../../src/client/create-client-with.js'
import * as codecs from '../../src/protocols.js'
import * as rows from '../../src/providers.js'
import { defaultSettings } from '../../src/telemetry/settings.js'
import { startServer, type FaultServer } from './fault-server.js'
import { noKeys } from './no-keys.js'

const { anthropicMessages, bedrockTitanEmbeddings, cohereEmbeddings, openaiChat, openaiResponses } = codecs
const messages = [{ role: 'user' as const, content: 'Hello' }]

async function faultOf(step: () => unknown): Promise<ConfigError> {
  try {
    await step()
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

beforeEach(noKeys)
afterEach(() => vi.unstubAllEnvs())

describe('formats and rows that are passed in', () => {
  let server: FaultServer
  beforeEach(async () => {
    server = await startServer(({ path, body }, response) => {
      response.setHeader('content-type', 'application/json')
      response.setHeader('x-litellm-response-cost', '0.25')
      if (path !== '/v1/messages') return void response.writeHead(404).end('{}')
      const content = [{ type: 'text', text: 'Hello back' }]
      const usage = { input_tokens: 8, output_tokens: 3 }
      const { model } = body
      response.end(JSON.stringify({ id: 'msg_1', type: 'message', role: 'assistant', model, content, usage }))
    })
  })
  afterEach(() => server.close())

  test('a format and a row are enough', async () => {
    const create = createClientWith({ protocols: [anthropicMessages], providers: [rows.anthropic] })
    const ai = create({ providers: { anthropic: { baseURL: server.origin, apiKey: 'k' } } })
    const answer = await ai.chat.completions.create({ model: 'anthropic/claude', messages })
    expect(answer.choices[0]?.message.content).toBe('Hello back')
    expect(server.seen[0]?.headers).toMatchObject({ 'x-api-key': 'k', 'anthropic-version': '2023-06-01' })
    // Nothing known says that this header holds a cost.
    expect(answer._meta.cost.source).not.toBe('provider')
  })

  test('a format alone is enough for a custom provider, which takes its key as the maker does', async () => {
    const ai = createClientWith({ protocols: [anthropicMessages] })({
      providers: { mine: { protocol: 'anthropic-messages', baseURL: server.origin, apiKey: 'k' } },
    })
    await ai.chat.completions.create({ model: 'mine/claude', messages })
    const { headers } = server.seen[0] ?? {}
    expect(headers).toMatchObject({ 'x-api-key': 'k', 'anthropic-version': '2023-06-01' })
    expect(headers).not.toHaveProperty('authorization')
  })

  test('rows say which headers have a cost', async () => {
    const create = createClientWith({ protocols: [anthropicMessages], providers: [rows.litellm] })
    const ai = create({ providers: { litellm: { baseURL: server.origin } } })
    const answer = await ai.chat.completions.create({ model: 'litellm/claude', messages })
    expect(answer._meta.cost.usd).toBe(0.25)
  })

  test('rows give telemetry the hosts of providers, for all clients together', () => {
    createClientWith({ protocols: [openaiChat], providers: [rows.openai] })()
    createClientWith({ protocols: [openaiChat], providers: [rows.groq] })()
    const { identifyHost, propagates } = defaultSettings()
    expect(identifyHost('api.openai.com')).toEqual({ provider: 'openai', firstParty: true })
    expect(identifyHost('api.groq.com')).toEqual({ provider: 'groq', firstParty: true })
    expect(propagates(new URL('https://api.groq.com/openai/v1'))).toBe(false)
    expect(propagates(new URL('https://gateway.example/v1'))).toBe(true)
  })
})

describe('formats that are not passed in', () => {
  const one = createClientWith({ protocols: [anthropicMessages], providers: [rows.anthropic] })
  const keys = { providers: { anthropic: { apiKey: 'k' } } }

  test.each<[string, () => unknown, string, readonly string[]]>([
    [
      'a format of a provider of the caller’s own',
      () => one({ providers: { mine: { baseURL: 'http://h', protocol: 'openai-responses' } } }),
      'providers.mine.protocol',
      ['`openai-responses` is not among the protocols of createClientWith', 'add openaiResponses'],
    ],
    [
      'the format that such a provider has by default',
      () => one({ providers: { mine: { baseURL: 'http://h' } } }),
      'providers.mine.protocol',
      ['add openaiChat'],
    ],
    [
      'a format in a list',
      () => one({ providers: { mine: { baseURL: 'http://h', protocol: ['anthropic-messages', 'cohere-rerank'] } } }),
      'providers.mine.protocol[1]',
      ['add cohereRerank'],
    ],
    [
      'a format that does not exist',
      () => one({ providers: { mine: { baseURL: 'http://h', protocol: 'anthropic-mesages' as never } } }),
      'providers.mine.protocol',
      ['there is no wire format', 'did you mean `anthropic-messages`?', 'Use one of anthropic-messages'],
    ],
    [
      'a provider of an alias',
      () => one({ ...keys, models: { smart: ['anthropic/a', 'openai/b'] } }),
      'models.smart[1]',
      ['`openai` is not among the providers of createClientWith', 'tracestitch/providers'],
    ],
    [
      'a misspelt provider',
      () => one(keys).chat.completions.create({ model: 'antropic/a', messages }),
      'model',
      ['did you mean `anthropic`?'],
    ],
    [
      'the format that responses answer in',
      () => one(keys).responses.create({ model: 'anthropic/a', input: 'Hello' }),
      'protocols',
      ['`openai-responses` is not among', 'add openaiResponses'],
    ],
    [
      'the format of moderations',
      () => one(keys).moderations.create({ model: 'anthropic/a', input: 'Hello' }),
      'protocols',
      ['add openaiModerations'],
    ],
    [
      'another format of a row',
      () => {
        const create = createClientWith({ protocols: [cohereEmbeddings], providers: [rows.cohere] })
        return create({ providers: { cohere: { apiKey: 'k' } } }).chat.completions.create({
          model: 'cohere/a',
          messages,
        })
      },
      'model',
      ['no chat format', 'cohereChat'],
    ],
    [
      'the format of some models of a row',
      () => {
        const create = createClientWith({ protocols: [bedrockTitanEmbeddings], providers: [rows.bedrock] })
        const ai = create({ providers: { bedrock: { apiKey: 'k', variables: { region: 'eu-north-1' } } } })
        return ai.embeddings.create({ model: 'bedrock/cohere.embed-v4', input: 'Hello' })
      },
      'model',
      ['no embeddings', 'bedrockCohereEmbeddings'],
    ],
    [
      'any format of a row',
      () => createClientWith({ protocols: [openaiChat], providers: [rows.anthropic] }),
      'protocols',
      ['`anthropic` needs anthropicMessages'],
    ],
    ['parts', () => createClientWith(undefined as never), 'createClientWith(parts)', ['{ protocols, providers }']],
    ['formats', () => createClientWith({} as ClientParts), 'protocols', ['expected an array', 'undefined']],
    [
      'a format, for a misspelt name',
      () => createClientWith({ protocols: [openaiChat, undefined as never] }),
      'protocols[1]',
      ['a wire format of tracestitch/protocols'],
    ],
    [
      'a row, but its id',
      () => createClientWith({ protocols: [openaiChat], providers: ['openai' as never] }),
      'providers[0]',
      ['a row of tracestitch/providers', 'string'],
    ],
  ])('is said: %s', async (_what, step, path, words) => {
    const error = await faultOf(step)
    expect(error.path).toBe(path)
    for (const word of words) expect(error.message).toContain(word)
  })

  test('are not needed if another format of the row can be used', async () => {
    const fetch = vi.fn(async (_url: string | URL | Request) => new Response('{}'))
    const create = createClientWith({ protocols: [openaiResponses], providers: [rows.openai] })
    const ai = create({ fetch: fetch as never, retries: 0, providers: { openai: { apiKey: 'k' } } })
    await ai.chat.completions.create({ model: 'openai/gpt', messages }).catch(() => {
      // The stub answers nothing; where it was asked is what counts.
    })
    expect(fetch.mock.calls[0]?.[0]).toBe('https://api.openai.com/v1/responses')
  })
})

test.each([
  ['http://h/v1/chat/completions', 'openai-chat', '/chat/completions'],
  ['http://h/v1/chat/completions/', 'openai-chat', '/chat/completions'],
  ['http://h/v1/chat/completions?api-version=7', 'openai-chat', '/chat/completions'],
  ['http://h/v1/messages', 'anthropic-messages', '/v1/messages'],
  ['http://h/anthropic/messages', 'anthropic-messages', '/messages'],
  ['http://h/v1/responses', 'openai-responses', '/responses'],
  ['http://h/api/chat', 'ollama-chat', '/api/chat'],
  ['http://h/v1/embeddings', 'openai-chat', '/embeddings'],
  ['http://h/v1/rerank', 'jina-rerank', '/rerank'],
] as const)('the error for the base URL %s of %s says to leave %s off', async (baseURL, protocol, operation) => {
  const error = await faultOf(() => createClient({ providers: { mine: { baseURL, protocol } } }))
  expect(error.path).toBe('providers.mine.baseURL')
  expect(error.message).toContain(`ends with ${operation}, which each request adds`)
})

test('so does the error for a base URL of the environment', async () => {
  vi.stubEnv('OPENAI_BASE_URL', 'http://h/v1/chat/completions')
  const error = await faultOf(() => createClient({ providers: { openai: { apiKey: 'k' } } }))
  expect(error.path).toBe('OPENAI_BASE_URL')
})

test.each([
  // Services behind one address, each below a path of its own.
  ['http://h/rerank', 'jina-rerank'],
  ['http://h/embeddings', 'openai-embeddings'],
  ['http://h/chat', 'openai-chat'],
  ['http://h/v1/messages', 'openai-chat'],
] as const)('a base URL %s of %s is used as it is', (baseURL, protocol) => {
  expect(() => createClient({ providers: { mine: { baseURL, protocol } } })).not.toThrow()
})
