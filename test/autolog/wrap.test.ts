/** `wrap(client)` instruments one client of an SDK, known by its shape: none of its class, and none that is not wrapped. */
import Anthropic from '@anthropic-ai/sdk'
import { BedrockRuntime } from '@aws-sdk/client-bedrock-runtime'
import { GoogleGenAI } from '@google/genai'
import { Mistral } from '@mistralai/mistralai'
import { CohereClient } from 'cohere-ai'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import OpenAI, { AzureOpenAI } from 'openai'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { integrations } from '../../integrations/index.js'
import { autolog, ConfigError, wrap, type Autolog } from '../../src/index.js'
import { recordSpans } from '../../src/testing/record-spans.js'
import { root } from '../architecture/sources.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'

const recorder = recordSpans()
let log: Autolog
let fake: FakeProvider
beforeAll(async () => (fake = await startFakeProvider()))
afterAll(() => fake.close())
let faults = 0
// Nothing but what is wrapped is traced.
const off = (): Record<string, false> =>
  Object.fromEntries([...integrations.map(({ id }) => [id, false] as const), ['wire', false]])
beforeEach(() => {
  log = autolog({ exporter: recorder, integrations: off() })
  faults = log.status.faults
})
afterEach(() => {
  expect(log.status.faults).toBe(faults)
  log.off()
  recorder.clear()
})

const messages = [{ role: 'user' as const, content: 'Hi' }]
const openai = (): OpenAI => new OpenAI({ apiKey: 'k', baseURL: `${fake.origin}/w/ok/v1`, maxRetries: 0 })
const names = (): string[] => recorder.spans.map(({ name }) => name)

/** All that can be frozen, as deep as it goes. */
function frozen<T extends object>(value: T, seen = new Set<unknown>()): T {
  seen.add(value)
  for (const own of Object.values(value))
    if (typeof own === 'object' && own !== null && !seen.has(own) && Object.getPrototypeOf(own) !== Object.prototype)
      frozen(own as object, seen)
  return Object.freeze(value)
}

interface Case {
  readonly make: () => object
  /** The client binds its methods when it is made, so that one that is frozen is beyond reach. */
  readonly binds?: true
  /** Resources that its getters make once and keep. */
  readonly keeps?: readonly PropertyKey[]
  /** Calls, and the names of their spans. */
  readonly calls: readonly (readonly [name: string, call: (client: never) => unknown])[]
}

const collect = async (stream: AsyncIterable<unknown>): Promise<number> => {
  let count = 0
  for await (const _piece of stream) count += 1
  return count
}

const cases: Record<string, Case> = {
  openai: {
    make: openai,
    calls: [
      ['chat m', (client: OpenAI) => client.chat.completions.create({ model: 'm', messages })],
      [
        'chat m',
        async (client: OpenAI) => collect(await client.chat.completions.create({ model: 'm', messages, stream: true })),
      ],
      ['chat m', (client: OpenAI) => client.responses.create({ model: 'm', input: 'Hi' })],
      ['embeddings m', (client: OpenAI) => client.embeddings.create({ model: 'm', input: 'Hi' })],
    ],
  },
  'openai for Azure': {
    make: () =>
      new AzureOpenAI({
        apiKey: 'k',
        apiVersion: '1',
        endpoint: `${fake.origin}/w/ok/v1`,
        deployment: 'm',
        maxRetries: 0,
      }),
    calls: [['chat m', (client: OpenAI) => client.chat.completions.create({ model: 'm', messages })]],
  },
  anthropic: {
    make: () => new Anthropic({ apiKey: 'k', baseURL: `${fake.origin}/w/ok`, maxRetries: 0 }),
    calls: [
      ['chat m', (client: Anthropic) => client.messages.create({ model: 'm', max_tokens: 9, messages })],
      ['chat m', (client: Anthropic) => client.messages.stream({ model: 'm', max_tokens: 9, messages }).finalMessage()],
    ],
  },
  '@google/genai': {
    binds: true,
    keeps: ['_interactions'],
    make: () => new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: `${fake.origin}/w/ok` } }),
    calls: [
      ['generate_content m', (client: GoogleGenAI) => client.models.generateContent({ model: 'm', contents: 'Hi' })],
      [
        'generate_content m',
        (client: GoogleGenAI) => client.chats.create({ model: 'm' }).sendMessage({ message: 'Hi' }),
      ],
    ],
  },
}

/** Clients of other shapes, in short: each has one call. */
const others: Record<string, Case> = {
  bedrock: {
    make: () =>
      new BedrockRuntime({
        endpoint: `${fake.origin}/w/ok`,
        region: 'us-east-1',
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      }),
    calls: [
      [
        'chat m',
        (client: BedrockRuntime) =>
          client.converse({ modelId: 'm', messages: [{ role: 'user', content: [{ text: 'Hi' }] }] }),
      ],
    ],
  },
}

/** A client of `test/sdks`, by its class, and how the fake provider is given to it. */
type Apart = readonly [
  name: string,
  Class: string,
  options: (base: string) => object,
  span: string,
  call: (client: never) => unknown,
]

interface Anything {
  readonly [member: string]: Anything & ((...args: readonly unknown[]) => Promise<unknown>)
}

const ask = (client: Anything): Promise<unknown> =>
  client['chat']?.['completions']?.['create']?.({ model: 'm', messages }) ?? never()
const never = (): never => {
  throw new Error('no such method')
}
const stainless = (base: string): object => ({ apiKey: 'k', baseURL: base, maxRetries: 0 })

const APART: readonly Apart[] = [
  ['groq-sdk', 'Groq', stainless, 'chat m', ask],
  ['together-ai', 'Together', (base) => stainless(`${base}/v1`), 'chat m', ask],
  [
    'ollama',
    'Ollama',
    (host) => ({ host }),
    'chat m',
    (client: Anything) => client['chat']?.({ model: 'm', messages }),
  ],
  [
    'voyageai',
    'VoyageAIClient',
    (base) => ({ apiKey: 'k', baseUrl: `${base}/voyage`, maxRetries: 0 }),
    'embeddings m',
    (client: Anything) => client['embed']?.({ model: 'm', input: ['Hi'] }),
  ],
  [
    '@openrouter/sdk',
    'OpenRouter',
    (base) => ({ apiKey: 'k', serverURL: `${base}/openrouter` }),
    'chat m',
    (client: Anything) => client['chat']?.['send']?.({ chatRequest: { model: 'm', messages } }),
  ],
]

/** Of the root: each has a resource that another client must not share. */
others['cohere'] = {
  make: () => new CohereClient({ token: 'k', environment: `${fake.origin}/w/ok` }),
  calls: [
    ['chat m', (client: CohereClient) => client.chat({ model: 'm', message: 'Hi' })],
    ['chat m', (client: CohereClient) => client.v2.chat({ model: 'm', messages })],
  ],
}
others['mistral'] = {
  make: () => new Mistral({ apiKey: 'k', serverURL: `${fake.origin}/w/ok/mistral` }),
  calls: [
    ['chat m', (client: Mistral) => client.chat.complete({ model: 'm', messages })],
    ['embeddings m', (client: Mistral) => client.embeddings.create({ model: 'm', inputs: ['Hi'] })],
  ],
}

const isInstalled = existsSync(join(root, 'test/sdks/node_modules/groq-sdk'))
const load = createRequire(join(root, 'test/sdks/package.json'))
for (const [name, Class, options, span, call] of isInstalled ? APART : []) {
  others[name] = {
    make: () =>
      Reflect.construct((load(name) as Record<string, new () => object>)[Class] ?? never(), [
        options(`${fake.origin}/w/ok`),
      ]) as object,
    calls: [[span, call]],
  }
}
test.skipIf(isInstalled)('clients of test/sdks are known (not installed: npm run sdks)', () => undefined)

describe.each(Object.entries(others))('%s', (_id, { make, calls }) => {
  test('its calls are spans, those of another client none, and off() gives it back', async () => {
    const [client, other] = [make(), make()]
    expect(wrap(client)).toBe(client)
    for (const [name, call] of calls) {
      recorder.clear()
      await call(other as never)
      await call(make() as never)
      expect(names()).toEqual([])
      await call(client as never)
      expect(names()).toEqual([name])
      expect(recorder.spans[0]?.attributes['gen_ai.usage.input_tokens']).toBeTypeOf('number')
    }
    log.off()
    recorder.clear()
    log = autolog({ exporter: recorder, integrations: off() })
    faults = log.status.faults
    for (const [, call] of calls) await call(client as never)
    expect(names()).toEqual([])
  })
})

describe.each(Object.entries(cases))('%s', (_id, { binds, make, calls, keeps = [] }) => {
  test('its calls are spans, and those of another client none', async () => {
    const [client, other] = [make(), make()]
    expect(wrap(client)).toBe(client)
    for (const [, call] of calls) await call(other as never)
    expect(names().filter((name) => calls.some(([known]) => known === name))).toEqual([])
    recorder.clear()
    for (const [, call] of calls) await call(client as never)
    expect(names()).toEqual(calls.map(([name]) => name))
    expect(recorder.spans[0]?.attributes['gen_ai.usage.input_tokens']).toBeTypeOf('number')
  })

  test('off() gives it back as it was', async () => {
    const client = make()
    const before = Reflect.ownKeys(client)
    wrap(client)
    wrap(client)
    log.off()
    const kept = Reflect.ownKeys(client).filter((key) => !before.includes(key))
    expect(kept.filter((key) => !keeps.includes(key))).toEqual([])
    log = autolog({ exporter: recorder, integrations: Object.fromEntries(integrations.map(({ id }) => [id, false])) })
    recorder.clear()
  })

  const why = binds ? ' (not of one that binds its methods as it is made: they are out of reach)' : ''
  test.skipIf(binds)(`one that is frozen is shown by what stands before it${why}`, async () => {
    const client = frozen(make())
    const shown = wrap(client)
    expect(shown).toBeInstanceOf(client.constructor)
    expect(Object.keys(shown)).toEqual(Object.keys(client))
    const [first] = calls
    await first?.[1](shown as never)
    // The Anthropic SDK has a span of its own, which cannot be taken from a client that is frozen.
    expect(names().filter((name) => name === first?.[0])).toHaveLength(1)
  })
})

test('promises and errors are those of the SDK', async () => {
  const [bare, client] = [openai(), wrap(openai())]
  const call = client.chat.completions.create({ model: 'm', messages })
  expect(call.constructor).toBe(bare.chat.completions.create({ model: 'm', messages }).constructor)
  const { data, response } = await call.withResponse()
  expect([data.object, response.status]).toEqual(['chat.completion', 200])
  const failing = wrap(new OpenAI({ apiKey: 'k', baseURL: `${fake.origin}/w/error-401/v1`, maxRetries: 0 }))
  await expect(failing.chat.completions.create({ model: 'm', messages })).rejects.toBeInstanceOf(
    OpenAI.AuthenticationError,
  )
  expect(recorder.spans.at(-1)?.attributes['error.type']).toBe('invalid_api_key')
})

test('a client whose class is patched already has one span for each call', async () => {
  log.off()
  log = autolog({ exporter: recorder, modules: { openai: OpenAI } })
  await wrap(openai()).chat.completions.create({ model: 'm', messages })
  expect(names()).toEqual(['chat m'])
})

/** A client of the shape that several SDKs share. Its answers are those of none. */
function clientNamed(name: string, baseURL?: string) {
  class Completions {
    create(_body: object): unknown {
      return { id: 'a' }
    }
  }
  const made = {
    [name]: class {
      readonly baseURL = baseURL
      readonly chat = { completions: new Completions() }
      get(): void {}
      post(): void {}
    },
  }
  const Client = made[name]
  if (!Client) throw new Error('no class')
  return new Client()
}

describe('of the SDKs whose shape fits', () => {
  let lines: string[]
  beforeEach(() => {
    lines = []
    vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
  })
  afterEach(() => void vi.restoreAllMocks())

  test.each<[string, string, string | undefined, string]>([
    ['the name of the class decides', 'Groq', undefined, 'groq'],
    ['the name of another class', 'Together', undefined, 'together'],
    ['the name goes before the host', 'Groq', 'https://api.together.xyz/v1', 'groq'],
    ['then the host', 'b', 'https://api.groq.com/openai/v1', 'groq'],
    ['then the one that compares most of it', 'b', undefined, 'openai'],
    ['also at an address that is none', 'b', 'nowhere', 'openai'],
  ])('%s', (_what, name, baseURL, provider) => {
    wrap(clientNamed(name, baseURL)).chat.completions.create({ model: 'm', messages })
    expect(recorder.spans.map(({ attributes }) => attributes['gen_ai.provider.name'])).toEqual([provider])
  })

  test('an answer that cannot be read is told once for each client and method', () => {
    const client = wrap(clientNamed('OpenAI'))
    for (const _ of [1, 2]) client.chat.completions.create({ model: 'm', messages })
    expect(lines).toEqual([
      '[tracestitch] openai: create gave an answer that cannot be read; its spans say so and have no usage\n',
    ])
    expect(names()).toEqual(['chat m', 'chat m'])
  })
})

test.each([
  ['a class', OpenAI],
  ['a function', () => undefined],
  ['a plain object', { chat: {} }],
  ['a map', new Map()],
  ['nothing', undefined],
  ['a text', 'k'],
])('%s is refused, with what to do', (_what, value) => {
  expect(() => wrap(value as object)).toThrow(ConfigError)
  expect(() => wrap(value as object)).toThrow(/wrap\(client\): (?:it has the shape of no known SDK|expected a client)/)
})
