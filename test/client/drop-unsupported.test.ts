/** Where `dropUnsupported` may be said, and which word counts. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import { startServer, type FaultServer } from './fault-server.js'

let server: FaultServer

beforeEach(async () => {
  server = await startServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const openai = {
      id: 'a',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Oslo' }, finish_reason: 'stop' }],
    }
    const anthropic = {
      id: 'a',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: 'Oslo' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 1 },
    }
    response.end(JSON.stringify(request.path.endsWith('/messages') ? anthropic : openai))
  })
})
afterEach(() => server.close())

type Options = Pick<ClientOptions, 'dropUnsupported' | 'models'> & { provider?: boolean }

/** The format of Anthropic has no seed. */
const body = { messages: [{ role: 'user' as const, content: 'Hi' }], max_tokens: 9, seed: 7 }

function clientWith({ provider, ...options }: Options) {
  return createClient({
    retries: 0,
    ...options,
    providers: {
      anthropic: { baseURL: server.origin, apiKey: 'k', ...(provider !== undefined && { dropUnsupported: provider }) },
      mine: { baseURL: server.baseURL, apiKey: 'k' },
    },
  })
}

const MODEL = 'anthropic/m'
const rows: readonly (readonly [string, Options, { model?: string; call?: boolean }, boolean])[] = [
  ['nowhere', {}, {}, false],
  ['by the client', { dropUnsupported: true }, {}, true],
  ['by the provider', { provider: true }, {}, true],
  ['by the provider, against the client', { dropUnsupported: true, provider: false }, {}, false],
  [
    'by a target',
    { models: { smart: { targets: [{ model: MODEL, dropUnsupported: true }] } } },
    { model: 'smart' },
    true,
  ],
  ['by a target of a list', { models: { smart: [{ model: MODEL, dropUnsupported: true }] } }, { model: 'smart' }, true],
  ['by an alias', { models: { smart: { targets: [MODEL], dropUnsupported: true } } }, { model: 'smart' }, true],
  [
    'by a target, against its alias',
    { models: { smart: { targets: [{ model: MODEL, dropUnsupported: false }], dropUnsupported: true } } },
    { model: 'smart' },
    false,
  ],
  [
    'by a target, against its provider',
    { provider: true, models: { smart: [{ model: MODEL, dropUnsupported: false }] } },
    { model: 'smart' },
    false,
  ],
  [
    'by an alias of an alias',
    { models: { inner: [MODEL], smart: [{ model: 'inner', dropUnsupported: true }] } },
    { model: 'smart' },
    true,
  ],
  [
    'by another alias',
    { models: { other: [{ model: MODEL, dropUnsupported: true }], smart: [MODEL] } },
    { model: 'smart' },
    false,
  ],
  ['by the call', {}, { call: true }, true],
  [
    'by the call, against all others',
    { dropUnsupported: true, provider: true, models: { smart: [{ model: MODEL, dropUnsupported: true }] } },
    { model: 'smart', call: false },
    false,
  ],
]

describe('dropUnsupported', () => {
  test.each(rows)('set %s', async (_where, options, { model = MODEL, call }, dropped) => {
    const answer = clientWith(options).chat.completions.create(
      { ...body, model },
      call === undefined ? {} : { dropUnsupported: call },
    )
    if (!dropped) {
      await expect(answer).rejects.toMatchObject({
        name: 'UnsupportedParameterError',
        parameter: 'seed',
        provider: 'anthropic',
        message: expect.stringMatching(/anthropic.*`seed`/),
      })
      expect(server.seen).toEqual([])
      return
    }
    expect((await answer)._meta.warnings).toEqual(['anthropic does not support `seed`: left out'])
    expect(server.seen[0]?.body).not.toHaveProperty('seed')
  })

  test('may be in the body, and is not sent', async () => {
    const result = await clientWith({}).chat.completions.create({ ...body, model: MODEL, dropUnsupported: true })
    expect(result._meta.warnings).toHaveLength(1)
    expect(server.seen[0]?.body).not.toHaveProperty('dropUnsupported')
  })

  test('without it the next target is tried', async () => {
    const result = await clientWith({ models: { smart: [MODEL, 'mine/m'] } }).chat.completions.create({
      ...body,
      model: 'smart',
    })
    expect(result._meta.attempts).toMatchObject([
      { target: MODEL, error: 'UnsupportedParameterError' },
      { target: 'mine/m', status: 200 },
    ])
    expect(result._meta.warnings).toEqual([])
    expect(server.seen[0]?.body).toMatchObject({ seed: 7 })
  })

  test('a target that comes again as a fallback stays as it was named first', async () => {
    const ai = clientWith({ models: { smart: [{ model: MODEL, dropUnsupported: true }] } })
    const result = await ai.chat.completions.create({ ...body, model: 'smart' }, { fallbacks: [MODEL] })
    expect(result._meta).toMatchObject({
      attempts: [{ target: MODEL, status: 200 }],
      warnings: [expect.stringContaining('seed')],
    })
  })

  test('a value that is no boolean is refused', async () => {
    expect(() => clientWith({ models: { smart: [{ model: MODEL, dropUnsupported: 'yes' as never }] } })).toThrow(
      /models\.smart\[0\]\.dropUnsupported/,
    )
    await expect(
      clientWith({}).chat.completions.create({ ...body, model: MODEL }, { dropUnsupported: 1 as never }),
    ).rejects.toMatchObject({ name: 'ConfigError', path: 'dropUnsupported' })
  })
})
