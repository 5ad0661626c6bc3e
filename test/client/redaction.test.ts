/** Secrets and prompts in what providers answer: by kind of secret, spelling, place and format, nothing that leaves shows one. */
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import { applySettings, defaultSettings } from '../../src/telemetry/settings.js'
import { CHAT_FORMATS } from './hostile-support.js'
import { SPELLINGS } from './redaction-spellings.js'
import { startServer, type FaultServer, type Seen } from './fault-server.js'

const SECRETS = {
  apiKey: 'zq7Hunter.Alpha-9x4Tr2Lw',
  env: 'env8Mango_Beta-7y3Kd5Pz',
  header: 'hdr5Walrus-Gamma_2c8Vn6Qs',
  query: 'qry3Violet.Delta-4b7Jm1Xe',
  callHeader: 'cal6Tundra-Epsilon_8w2Fh9Ru',
  target: 'tgt2Copper-Zeta.5n6Gy3Ao',
  token: 'tok9Saffron-Eta_1k4Sb8Cv',
  password: 'pas4Juniper-Theta.6d9Lx2Nm',
  virtual: 'vir1Basalt-Iota_3p5Wt7Hj',
} as const
type Kind = keyof typeof SECRETS

const spanOut = new InMemorySpanExporter()
const told: unknown[] = []
let server: FaultServer

beforeAll(async () => {
  server = await startServer(() => {})
})
afterAll(() => server.close())
beforeEach(() => {
  vi.stubEnv('OPENAI_API_KEY', SECRETS.env)
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spanOut)] }))
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  applySettings({ ...defaultSettings(), keepsHeader: (name) => name !== 'content-type' })
})
afterEach(() => {
  vi.unstubAllEnvs()
  trace.disable()
  context.disable()
  applySettings(undefined)
  spanOut.reset()
  told.length = 0
})

const basic = `Basic ${Buffer.from(`someone:${SECRETS.password}`).toString('base64')}`
const hook = (event: object): void => void told.push(event)

function clientOf(kind: Kind, protocol: (typeof CHAT_FORMATS)[number], more: ClientOptions = {}) {
  const own = { protocol, baseURL: `${server.origin}?sig=${SECRETS.query}` }
  const headers = { 'x-custom': SECRETS.header, 'x-proxy-auth': basic }
  return createClient({
    retries: 0,
    cooldown: false,
    hooks: { onAttempt: hook, onFallback: hook, onBudget: hook },
    providers: {
      odd: { ...own, headers, apiKey: kind === 'token' ? () => SECRETS.token : SECRETS.apiKey },
      openai: { baseURL: server.origin },
    },
    models: { own: [{ model: 'odd/m', apiKey: SECRETS.target }] },
    ...more,
  })
}

interface Asked {
  readonly kind?: Kind
  readonly protocol?: (typeof CHAT_FORMATS)[number]
  readonly stream?: boolean
  readonly more?: ClientOptions
  readonly content?: string
}

const PROMPT = 'My mother is called Ludmila Nováková and was born in 1951'
const messagesOf = (content: string) => [{ role: 'user' as const, content }]

/** All that anybody may see of a call: of its error, its spans, its hooks, its client, and of `_meta`. */
async function allOf({
  kind = 'apiKey',
  protocol = 'openai-chat',
  stream = false,
  more = {},
  content = 'hi',
}: Asked = {}) {
  const ai = clientOf(kind, protocol, more)
  const model = kind === 'env' ? 'openai/m' : kind === 'target' ? 'own' : 'odd/m'
  const seen: unknown[] = []
  let error: unknown
  try {
    const answer = await ai.chat.completions.create({ model, messages: messagesOf(content), stream } as never, {
      headers: { 'x-of-call': SECRETS.callHeader },
      metadata: { key: SECRETS.virtual },
    })
    if (stream) for await (const _ of answer as unknown as AsyncIterable<unknown>);
    seen.push((answer as { _meta?: unknown })._meta)
  } catch (thrown) {
    error = thrown
    seen.push(thrown)
  }
  seen.push(
    ai,
    ai.health(),
    told,
    spanOut.getFinishedSpans().map((span) => [span.name, span.attributes, span.events, span.status]),
  )
  const shown = seen
    .map((one) => `${inspect(one, { depth: 10, maxStringLength: null })}${JSON.stringify(one)}`)
    .join('\n')
  return { shown: `${shown}\n${stringsOf(error).join('\n')}`, error: error as Error & Record<string, unknown> }
}

/** Every string of a value, however deep and hidden. */
function stringsOf(value: unknown, seen = new Set<unknown>()): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null || seen.has(value)) return []
  seen.add(value)
  return Reflect.ownKeys(value).flatMap((key) => stringsOf(Reflect.get(value, key), seen))
}

type Place = (written: string, request: Seen) => { status: number; headers?: Record<string, string>; body: string }
const json = { 'content-type': 'application/json' }
const header = (text: string): string => text.replaceAll('…', '...').replace(/[^\u0020-\u007e]/g, '')

const PLACES: Readonly<Record<string, Place>> = {
  message: (text) => ({ status: 401, headers: json, body: JSON.stringify({ error: { message: `wrong: ${text}!` } }) }),
  'message of a plain error': (text) => ({
    status: 400,
    headers: json,
    body: JSON.stringify({ message: text, detail: text, error: text }),
  }),
  'code and type': (text) => ({
    status: 400,
    headers: json,
    body: JSON.stringify({ error: { message: 'm', code: text, type: text, param: text, status: text } }),
  }),
  'id of the request': (text) => ({
    status: 500,
    headers: { ...json, 'x-request-id': header(text), 'request-id': header(text) },
    body: '{}',
  }),
  'a page of HTML': (text) => ({
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: `<title>${text}</title>${text}`,
  }),
  'a page in place of an answer': (text) => ({
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: `<title>${text}</title>`,
  }),
  'plain text': (text) => ({ status: 500, headers: { 'content-type': 'text/plain' }, body: text }),
  'no JSON': (text) => ({ status: 200, headers: json, body: text }),
  'an error with status 200': (text) => ({
    status: 200,
    headers: json,
    body: JSON.stringify({ error: { message: text, code: text, type: text } }),
  }),
  'a redirect': (text) => ({
    status: 307,
    headers: { location: `http://127.0.0.1:1/?k=${encodeURIComponent(text)}` },
    body: text,
  }),
  'a content type': (text) => ({
    status: 200,
    headers: { 'content-type': `application/x-${header(text).replace(/[^\w.+-]/g, '')}` },
    body: text,
  }),
  'an answer': (text) => ({
    status: 200,
    headers: { ...json, 'x-request-id': header(text), 'x-odd': header(text) },
    body: JSON.stringify({
      id: text,
      object: 'chat.completion',
      created: 1,
      model: text,
      choices: [{ index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: text }],
    }),
  }),
}

function answer(place: Place, written: string): void {
  server.behave = (request, response) => {
    const { status, headers = {}, body } = place(written, request)
    response.writeHead(status, headers).end(body)
  }
}

describe.each(Object.keys(SPELLINGS))('a key %s', (spelling) => {
  test.each(Object.keys(PLACES))('in %s', async (place) => {
    for (const stream of [false, true]) {
      const [written, telling] = SPELLINGS[spelling]!(SECRETS.apiKey)
      answer(PLACES[place]!, written)
      const { shown } = await allOf({ stream })
      expect(shown).not.toContain(telling)
    }
  })
})

describe.each(Object.entries(SECRETS))('%s', (kind, secret) => {
  test.each(CHAT_FORMATS)('%s', async (protocol) => {
    for (const [place, spelling] of [
      ['message', 'whole'],
      ['code and type', 'whole'],
      ['id of the request', 'its end'],
      ['an error with status 200', 'in base64'],
    ] as const)
      for (const stream of [false, true]) {
        const [written, telling] = SPELLINGS[spelling]!(secret)
        answer(PLACES[place]!, written)
        const { shown } = await allOf({ kind: kind as Kind, protocol, stream })
        expect(shown).not.toContain(telling)
      }
  })
})

const EVENT = {
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta: { content: 'Hello' }, finish_reason: null }],
}

test.each(Object.keys(SPELLINGS))('in the middle of a stream: %s', async (spelling) => {
  const [written, telling] = SPELLINGS[spelling]!(SECRETS.apiKey)
  for (const last of [
    `data: ${JSON.stringify({ error: { message: written, code: written } })}\n\n`,
    `data: ${written}\n\n`,
  ]) {
    server.behave = (_request, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(`data: ${JSON.stringify(EVENT)}\n\n${last}`)
    const { shown, error } = await allOf({ stream: true })
    expect(error.name).toBe('StreamError')
    expect(shown).not.toContain(telling)
  }
})

test('a fetch of the caller that throws what it was given', async () => {
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const config = { headers: Object.fromEntries(new Headers(init?.headers)), body: init?.body }
    throw Object.assign(new TypeError(`failed: ${String(url)} ${JSON.stringify(config)}`), {
      config,
      code: 'ODD',
      cause: { config },
    })
  }
  const { shown, error } = await allOf({ more: { fetch }, content: PROMPT })
  for (const secret of [SECRETS.apiKey, SECRETS.query, SECRETS.header, SECRETS.callHeader, SECRETS.password, PROMPT])
    expect(shown).not.toContain(secret)
  expect(error.cause).toBeInstanceOf(Error)
  expect(error.cause).toMatchObject({ name: 'TypeError', code: 'ODD' })
})

test('a cause with nothing to hide is the one that was thrown', async () => {
  const thrown = new TypeError('fetch failed')
  const { error } = await allOf({ more: { fetch: () => Promise.reject(thrown) } })
  expect(error.cause).toBe(thrown)
})

test('tokens that were renewed, and credentials of AWS', async () => {
  const session = 'ses7Marble-Kappa_9r2Yq4Bd'
  const credentials = {
    accessKeyId: 'AKIAQUARTZLAMBDA42',
    secretAccessKey: 'sak3Pebble-Mu_6t8Zw1Ge',
    sessionToken: session,
  }
  const texts = Object.values(credentials)
  const ai = createClient({
    retries: 0,
    providers: {
      bedrock: { credentials: async () => credentials, baseURL: server.origin, variables: { region: 'us-east-1' } },
    },
  })
  answer(PLACES['message of a plain error']!, texts.join(' / '))
  const error: unknown = await ai.chat.completions
    .create({ model: 'bedrock/m', messages: messagesOf('hi') })
    .catch((thrown: unknown) => thrown)
  for (const text of texts) expect(inspect(error, { depth: 10 })).not.toContain(text)
  let given = 0
  const renewed = createClient({
    retries: 0,
    providers: { odd: { baseURL: server.origin, apiKey: () => `renewed${(given += 1)}-Nu_4h6Mf8Kc` } },
  })
  answer(PLACES['message']!, 'renewed1-Nu_4h6Mf8Kc and renewed2-Nu_4h6Mf8Kc')
  const second: unknown = await renewed.chat.completions
    .create({ model: 'odd/m', messages: messagesOf('hi') })
    .catch((thrown: unknown) => thrown)
  expect(given).toBe(2)
  expect(String(second)).not.toMatch(/Nu_4h6/)
})

test.each([
  ['baseURL', { providers: { odd: { baseURL: `http://someone:${SECRETS.password}@h/v1`, apiKey: SECRETS.apiKey } } }],
  ['a password alone', { providers: { odd: { baseURL: `http://:${SECRETS.password}@h/v1`, apiKey: SECRETS.apiKey } } }],
  ['a header', { providers: { odd: { baseURL: 'http://h/v1', headers: { 'x-a': `${SECRETS.header}\r\nb: c` } } } }],
  ['a name of a header', { providers: { odd: { baseURL: 'http://h/v1', headers: { [`${SECRETS.header} x`]: 'v' } } } }],
  ['a key', { providers: { odd: { baseURL: 'http://h/v1', apiKey: `${SECRETS.apiKey}\n` + 'x' } } }],
  [
    'a key in place of a model',
    { providers: { odd: { baseURL: 'http://h/v1', apiKey: SECRETS.apiKey } }, models: { a: SECRETS.apiKey } },
  ],
])('options: %s', (_, options) => {
  let error: unknown
  try {
    createClient(options as ClientOptions)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(Error)
  const shown = inspect(error, { depth: 10 })
  for (const secret of Object.values(SECRETS)) expect(shown).not.toContain(secret)
})

test('an error prints no answer of the model', async () => {
  server.behave = (_request, response) =>
    void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${JSON.stringify(EVENT)}\n\n`)
  const { error, shown } = await allOf({ stream: true })
  expect(error['partial']).toMatchObject({ choices: [{ message: { content: 'Hello' } }] })
  expect(inspect(error, { depth: 10 }) + JSON.stringify(error)).not.toContain('Hello')
  expect(shown).toContain('StreamError')
})

test.each(['ollama', 'none', 'lm-studio', 'EMPTY'])('%s is no secret', async (apiKey) => {
  answer(PLACES['message']!, `${apiKey} is busy`)
  const ai = createClient({ retries: 0, providers: { odd: { baseURL: server.origin, apiKey } } })
  await expect(ai.chat.completions.create({ model: 'odd/m', messages: messagesOf('hi') })).rejects.toThrow(
    `${apiKey} is busy`,
  )
})
