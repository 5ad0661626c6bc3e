/** Requests that no program means to send: each is a typed error that names the field, and nothing is sent. */
import { beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { ConfigError, TracestitchError } from '../../src/kernel/errors.js'

type Client = ReturnType<typeof createClient>
type Body = Record<string, unknown>

let sent: string[] = []
let ai: Client

beforeEach(() => {
  sent = []
  ai = createClient({
    providers: { m: { baseURL: 'http://127.0.0.1:1/v1', apiKey: 'a-key-of-this-test' } },
    retries: 0,
    budgets: [{ tokens: 1e6, per: 'day' }],
    fetch: async (url) => {
      sent.push(String(url))
      return new Response('{"error":{"message":"no"}}', { status: 400 })
    },
  })
})

const round = (): Body => {
  const ring: Body = { role: 'user', content: 'x' }
  ring['next'] = { back: [ring] }
  return ring
}
const deep = (levels: number): unknown => {
  let value: unknown = 'end'
  for (let i = 0; i < levels; i += 1) value = i % 2 === 0 ? [value] : { in: value }
  return value
}
/** Written out it has ten to the power of ten values. */
const laughing = (): unknown => {
  let value: unknown = ['ha']
  for (let i = 0; i < 10; i += 1) value = Array.from({ length: 10 }, () => value)
  return value
}
const endless = (): unknown =>
  new Proxy(
    {},
    {
      ownKeys: () => ['in'],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      get: (_, key) => (key === 'in' ? endless() : undefined),
    },
  )
const thrower = (): Body =>
  Object.defineProperty({ role: 'user' } as Body, 'content', {
    enumerable: true,
    get: () => {
      throw new Error('no content today')
    },
  })
const closed = (): unknown =>
  new Proxy(
    {},
    {
      ownKeys: () => {
        throw new TypeError('closed')
      },
    },
  )

const values: readonly (readonly [string, () => unknown, RegExp])[] = [
  ['a value that refers to itself', round, /refers to itself/],
  ['a getter that throws', thrower, /throws an error when it is read/],
  ['a proxy that shows no keys', closed, /throws an error when it is read/],
  ['a proxy without end', endless, /nested more than \d+ levels/],
  ['10,000 levels', () => deep(10_000), /nested more than \d+ levels/],
  ['a value that would be written as billions', laughing, /more than \d+ values/],
  ['a BigInt', () => ({ n: 10n }), /is a BigInt/],
]

const messages = [{ role: 'user', content: 'hi' }]
const places: readonly (readonly [string, (value: unknown) => Promise<unknown>, string])[] = [
  ['a message', (value) => ai.chat.completions.create({ model: 'm/x', messages: [value] } as never), 'messages[0]'],
  [
    'a message of a stream',
    (value) => ai.chat.completions.create({ model: 'm/x', messages: [value], stream: true } as never),
    'messages[0]',
  ],
  [
    'a message to parse',
    (value) =>
      ai.chat.completions.parse({ model: 'm/x', messages: [value], response_format: { type: 'json_schema' } } as never),
    'messages[0]',
  ],
  [
    'parameters of a tool',
    (value) =>
      ai.chat.completions.create({
        model: 'm/x',
        messages,
        tools: [{ type: 'function', function: { name: 'f', parameters: value } }],
      } as never),
    'tools[0].function.parameters',
  ],
  ['a field of its own', (value) => ai.chat.completions.create({ model: 'm/x', messages, odd: value } as never), 'odd'],
  [
    'extra_body',
    (value) => ai.chat.completions.create({ model: 'm/x', messages, extra_body: { odd: value } } as never),
    'extra_body.odd',
  ],
  [
    'provider_options',
    (value) =>
      ai.chat.completions.create({ model: 'm/x', messages } as never, { provider_options: { m: { odd: value } } }),
    'provider_options.m.odd',
  ],
  [
    'metadata',
    (value) => ai.chat.completions.create({ model: 'm/x', messages } as never, { metadata: { odd: value } as never }),
    'metadata.odd',
  ],
  ['input of embeddings', (value) => ai.embeddings.create({ model: 'm/x', input: [value] } as never), 'input[0]'],
  ['input of responses', (value) => ai.responses.create({ model: 'm/x', input: [value] } as never), 'input[0]'],
  [
    'documents to order',
    (value) => ai.rerank.create({ model: 'm/x', query: 'q', documents: [value] } as never),
    'documents[0]',
  ],
  ['a field of an image', (value) => ai.images.generate({ model: 'm/x', prompt: 'p', odd: value } as never), 'odd'],
  [
    'a field of a transcription',
    (value) => ai.audio.transcriptions.create({ model: 'm/x', file: new Uint8Array(1), odd: value } as never),
    'odd',
  ],
]

describe.each(places)('in %s', (_, call, path) => {
  test.each(values)('%s', async (_, make, says) => {
    const error: unknown = await call(make()).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigError)
    const { path: at, message, cause } = error as ConfigError
    expect(at.startsWith(path)).toBe(true)
    expect(at.length).toBeLessThanOrEqual(400)
    expect(message).toMatch(says)
    if (cause !== undefined) expect(cause).toBeInstanceOf(Error)
    expect(sent).toEqual([])
  })
})

test.each([
  ['the body itself', () => ai.chat.completions.create(closed() as never)],
  ['the options', () => ai.chat.completions.create({ model: 'm/x', messages } as never, closed() as never)],
  [
    'options whose headers throw',
    () => ai.chat.completions.create({ model: 'm/x', messages } as never, { headers: closed() } as never),
  ],
])('%s may throw too', async (_, call) => {
  await expect(call()).rejects.toBeInstanceOf(ConfigError)
})

test.each([
  [
    'the same value twice is no circle',
    () => {
      const part = { type: 'text', text: 'a' }
      return {
        messages: [
          { role: 'user', content: [part, part] },
          { role: 'user', content: [part] },
        ],
      }
    },
  ],
  ['what says itself how it is written', () => ({ messages, when: { toJSON: () => 'now' }, date: new Date(0) })],
  ['a long list of tokens', () => ({ messages, list: Array.from({ length: 600_000 }, () => 1) })],
  ['two hundred levels', () => ({ messages, odd: deep(200) })],
])('%s is sent', async (_, body) => {
  await expect(ai.chat.completions.create({ model: 'm/x', ...body() } as never)).rejects.toMatchObject({ status: 400 })
  expect(sent).toHaveLength(1)
})

test('a program that teaches BigInts to be written is believed', async () => {
  const prototype = BigInt.prototype as { toJSON?: unknown }
  prototype.toJSON = function (this: bigint) {
    return Number(this)
  }
  try {
    await expect(ai.chat.completions.create({ model: 'm/x', messages, n: 1n } as never)).rejects.toMatchObject({
      status: 400,
    })
  } finally {
    delete prototype.toJSON
  }
})

test('keys that would reach a prototype reach none', async () => {
  const evil = JSON.parse('{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}') as Body
  const body = { model: 'm/x', messages: [{ ...messages[0], ...evil }], metadata: evil, extra_body: evil, odd: evil }
  for (const call of [
    () => ai.chat.completions.create(body as never, { provider_options: { m: evil } }),
    () => ai.responses.create({ ...body, input: 'x' } as never),
    () => ai.embeddings.create({ model: 'm/x', input: 'x', extra_body: evil } as never),
  ])
    await call().catch((error: unknown) => expect(error).toBeInstanceOf(TracestitchError))
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})

test.each([
  ['a model of a megabyte', `m/${'x'.repeat(1e6)}`],
  ['a model that is no alias', 'x'.repeat(1e6)],
  ['a provider of a megabyte', `${'x'.repeat(1e6)}/m`],
])('%s is refused, not quoted and not remembered', async (_, model) => {
  const error = (await ai.chat.completions
    .create({ model, messages } as never)
    .catch((thrown: unknown) => thrown)) as ConfigError
  expect(error).toBeInstanceOf(ConfigError)
  expect(error.message.length).toBeLessThan(200)
  const asked = (await ai.chat.completions
    .create({ model: 'm/y', messages } as never, { fallbacks: [model] })
    .catch((thrown: unknown) => thrown)) as ConfigError
  expect(asked.path).toBe('fallbacks[0]')
  expect(ai.health().targets.every(({ target }) => target.length < 100)).toBe(true)
})

test('names of a megabyte are remembered shortened, and stay apart', async () => {
  const answer = {
    id: '1',
    object: 'chat.completion',
    created: 1,
    model: 'x',
    choices: [{ index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  }
  const client = createClient({
    providers: { m: { baseURL: 'http://127.0.0.1:1/v1' } },
    fetch: async () => Response.json(answer),
  })
  for (const end of ['a', 'b', 'b'])
    await client.chat.completions.create(
      { model: 'm/x', messages: [{ role: 'user', content: 'x' }] },
      { metadata: { user: `${'u'.repeat(1e6)}${end}`, tags: [`${'t'.repeat(1e6)}${end}`] } },
    )
  for (const by of ['user', 'tag'] as const) {
    const { rows } = client.spend({ by })
    expect(rows.map(({ calls }) => calls).sort()).toEqual([1, 2])
    for (const { name } of rows) expect(name?.length).toBeLessThan(300)
  }
})

test.each([
  ['x-bad\r\nx-forged', 'v'],
  ['x bad', 'v'],
  ['', 'v'],
  ['x-good', 'a\r\nx-forged: 1'],
  ['x-good', 'a\nb'],
  ['x-good', 'a\0b'],
  ['x-good', 'snow \u2603'],
  ['authorization', 'Bearer a\r\nb'],
])('a header %j: %j is refused, and not quoted', async (name, value) => {
  const error = (await ai.chat.completions
    .create({ model: 'm/x', messages } as never, { headers: { [name]: value } })
    .catch((thrown: unknown) => thrown)) as ConfigError
  expect(error).toBeInstanceOf(ConfigError)
  expect(error.message).not.toContain('forged')
  expect(sent).toEqual([])
})
