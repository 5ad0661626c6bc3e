/** `timeout.attempt`: whatever a target does instead of answering, the next one gets its turn, in every operation. */
import { expect, test } from 'vitest'
import { createClient, type Client, type ClientOptions } from '../../src/index.js'
import { turn } from '../support/eventually.js'
import { holdTime } from '../support/held-time.js'
import { clientOfPair, faultPair, messages } from './fault-pair.js'
import {
  answers,
  beginStream,
  chunk,
  completion,
  eventually,
  never,
  sendEvent,
  sendJson,
  type Behaviour,
  type Seen,
} from './fault-server.js'

const time = holdTime()
const pair = faultPair()
/** Time passes only where it is what ends an attempt. */
const ending = <T>(error: string, call: Promise<T>): Promise<T> =>
  error === 'TimeoutError' ? time.passing(call) : call

/** Something at once, then the same again and again: no read is without bytes, and no answer comes. */
const drips =
  (piece: string, type: string): Behaviour =>
  async (_, response) => {
    response.writeHead(200, { 'content-type': type })
    while (!response.destroyed) {
      response.write(piece)
      await turn()
    }
  }

const stalls =
  (begin: string, type: string, status = 200): Behaviour =>
  (_, response) => {
    response.writeHead(status, { 'content-type': type })
    response.flushHeaders()
    if (begin !== '') response.write(begin)
  }

const half = JSON.stringify(completion('half')).slice(0, 120)

interface Fault {
  readonly name: string
  readonly behave: Behaviour
  readonly error: string
}

const plainFaults: readonly Fault[] = [
  { name: 'takes the request and never answers', behave: never, error: 'TimeoutError' },
  { name: 'headers and no body', behave: stalls('', 'application/json'), error: 'TimeoutError' },
  { name: 'a body that stalls half-way', behave: stalls(half, 'application/json'), error: 'TimeoutError' },
  { name: 'a body that drips', behave: drips(' ', 'application/json'), error: 'TimeoutError' },
  {
    name: 'a body of known length that stalls',
    behave: (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' })
      response.write(half)
    },
    error: 'TimeoutError',
  },
  {
    name: 'an error whose body never ends',
    behave: stalls('{"error":', 'application/json', 500),
    error: 'TimeoutError',
  },
  {
    name: 'a refusal whose body drips',
    behave: async (request, response, socket) => {
      response.statusCode = 429
      await drips(' ', 'application/json')(request, response, socket)
    },
    error: 'TimeoutError',
  },
  { name: 'reset', behave: (_, __, socket) => void socket.resetAndDestroy(), error: 'ConnectionError' },
  {
    name: 'reset half-way',
    behave: (_, response, socket) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' })
      response.write(half, () => socket.resetAndDestroy())
    },
    error: 'ConnectionError',
  },
  {
    name: 'a page',
    behave: (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    error: 'StreamError',
  },
  { name: '503', behave: (_, response) => void response.writeHead(503).end(), error: 'ProviderError' },
]

const SSE = 'text/event-stream'
const opening = `data: ${JSON.stringify(chunk({ role: 'assistant', content: '' }))}\n\n`

const streamFaults: readonly Fault[] = [
  { name: 'takes the request and never answers', behave: never, error: 'TimeoutError' },
  { name: 'headers and no event', behave: stalls('', SSE), error: 'TimeoutError' },
  { name: 'an opening and no content', behave: stalls(opening, SSE), error: 'TimeoutError' },
  { name: 'keep-alives and no content', behave: drips(': still here\n\n', SSE), error: 'TimeoutError' },
  { name: 'an event that stalls half-way', behave: stalls('data: {"id":"x","cho', SSE), error: 'TimeoutError' },
  { name: 'JSON in place of a stream, which stalls', behave: stalls(half, 'application/json'), error: 'TimeoutError' },
  {
    name: 'an error whose body never ends',
    behave: stalls('{"error":', 'application/json', 500),
    error: 'TimeoutError',
  },
  { name: 'reset', behave: (_, __, socket) => void socket.resetAndDestroy(), error: 'ConnectionError' },
]

const usage = { input_tokens: 3, output_tokens: 4, total_tokens: 7 }
const response = {
  id: 'resp_1',
  object: 'response',
  created_at: 1_760_000_000,
  model: 'm',
  status: 'completed',
  output: [
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Hi', annotations: [] }],
    },
  ],
  usage,
}

/** What a well server answers, by the end of the path. */
const well: Behaviour = (request, out, socket) => {
  const path = request.path.replace(/^\/v1/, '')
  const body = WELL[path]
  if (path === '/chat/completions') return answers('Hi')(request, out, socket)
  if (request.body.stream === true) return streamsEvent(request, out)
  if (path === '/audio/speech') return void out.writeHead(200, { 'content-type': 'audio/mpeg' }).end('sound')
  sendJson(out, body === undefined ? 404 : 200, body ?? {})
}

const WELL: Readonly<Record<string, object>> = {
  '/responses': response,
  '/embeddings': {
    object: 'list',
    model: 'm',
    data: [{ object: 'embedding', index: 0, embedding: [0.1, 0.2] }],
    usage: { prompt_tokens: 1, total_tokens: 1 },
  },
  '/rerank': { model: 'm', results: [{ index: 0, relevance_score: 0.9 }], usage: { total_tokens: 3 } },
  '/moderations': { id: 'm', model: 'm', results: [] },
  '/images/generations': { created: 1, data: [{ b64_json: 'AA==' }] },
  '/images/edits': { created: 1, data: [{ b64_json: 'AA==' }] },
  '/audio/transcriptions': { text: 'hello' },
}

function streamsEvent({ path }: Seen, out: Parameters<Behaviour>[1]): void {
  beginStream(out)
  if (path.endsWith('/responses')) {
    sendEvent(out, { type: 'response.created', response: { ...response, output: [], status: 'in_progress' } })
    sendEvent(out, {
      type: 'response.output_text.delta',
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      delta: 'Hi',
    })
    sendEvent(out, { type: 'response.completed', response })
  } else sendEvent(out, { type: 'image_generation.completed', b64_json: 'AA==', usage })
  sendEvent(out, '[DONE]')
  out.end()
}

type Call = (
  ai: Client,
  model: string,
) => Promise<{ readonly _meta?: { readonly attempts: readonly object[] } | undefined }>
const file = (): Blob => new File(['bytes'], 'a.mp3', { type: 'audio/mpeg' })

async function drained<T extends AsyncIterable<unknown>>(stream: Promise<T>): Promise<T> {
  const open = await stream
  for await (const _ of open) void _
  return open
}

const plainCalls: Readonly<Record<string, Call>> = {
  chat: (ai, model) => ai.chat.completions.create({ model, messages }),
  responses: (ai, model) => ai.responses.create({ model, input: 'hi' }),
  embeddings: (ai, model) => ai.embeddings.create({ model, input: ['hi'] }),
  rerank: (ai, model) => ai.rerank.create({ model, query: 'hi', documents: ['a'] }),
  moderations: (ai, model) => ai.moderations.create({ model, input: 'hi' }),
  images: (ai, model) => ai.images.generate({ model, prompt: 'hi' }),
  'image edits': (ai, model) => ai.images.edit({ model, prompt: 'hi', image: file() }),
  speech: (ai, model) => ai.audio.speech.create({ model, input: 'hi', voice: 'alloy' }),
  transcriptions: (ai, model) => ai.audio.transcriptions.create({ model, file: file() }),
}

const streamCalls: Readonly<Record<string, Call>> = {
  chat: (ai, model) => drained(ai.chat.completions.create({ model, messages, stream: true })),
  responses: (ai, model) => drained(ai.responses.create({ model, input: 'hi', stream: true })),
  images: (ai, model) => drained(ai.images.generate({ model, prompt: 'hi', stream: true })),
}

function clientWith(options: ClientOptions = {}, attempt?: number): Client {
  return clientOfPair(pair, {
    ...options,
    providers: {
      bad: { baseURL: pair.bad.baseURL, protocol: PROTOCOLS, timeout: { attempt } },
      good: { baseURL: pair.good.baseURL, protocol: PROTOCOLS },
    },
  })
}

const PROTOCOLS = [
  'openai-chat',
  'openai-responses',
  'openai-embeddings',
  'jina-rerank',
  'openai-moderations',
  'openai-images',
  'openai-image-edits',
  'openai-speech',
  'openai-transcriptions',
] as const

const table = [
  ...Object.entries(plainCalls).flatMap(([operation, call]) =>
    plainFaults
      // Bytes of any kind are an answer of speech.
      .filter(({ name }) => operation !== 'speech' || !/stalls|drips$/.test(name) || /error|refusal/.test(name))
      .map((fault) => ({ ...fault, operation, call, kind: 'plain' })),
  ),
  ...Object.entries(streamCalls).flatMap(([operation, call]) =>
    streamFaults
      // Whatever its events say, the first is the content of such a stream.
      .filter(({ name }) => operation !== 'images' || !/opening/.test(name))
      .map((fault) => ({ ...fault, operation, call, kind: 'stream' })),
  ),
]

test.each(table)('$operation, $kind, $name: the next target answers', async ({ behave, call, error }) => {
  pair.bad.behave = behave
  pair.good.behave = well
  const { _meta: meta } = await ending(error, call(clientWith({}, 60), 'both'))
  expect(meta?.attempts).toMatchObject([{ target: 'bad/m', error }, { target: 'good/m' }])
  expect(meta?.attempts[1]).not.toHaveProperty('error')
  await eventually(() => pair.bad.busy() === 0, 'the failed request is gone')
})

test.each(table.filter(({ error, operation }) => error === 'TimeoutError' && /chat|embeddings/.test(operation)))(
  '$operation, $kind, $name: without a limit of its own an attempt leaves time for the next',
  async ({ behave, call }) => {
    pair.bad.behave = behave
    pair.good.behave = well
    const { _meta: meta } = await time.passing(call(clientWith({ timeout: 600 }), 'both'))
    expect(meta?.attempts).toMatchObject([{ target: 'bad/m', error: 'TimeoutError' }, { target: 'good/m' }])
    await eventually(() => pair.bad.busy() === 0, 'the failed request is gone')
  },
)

test.each([
  ['the client', {}, 41],
  ['its provider', { provider: 42 }, 42],
  ['its alias', { provider: 42, alias: 43 }, 43],
  ['the target', { provider: 42, alias: 43, target: 44 }, 44],
  ['the call', { provider: 42, alias: 43, target: 44, call: 45 }, 45],
] as const)('the nearest limit of an attempt counts: of %s', async (_, said, ms) => {
  pair.bad.behave = never
  const { provider, alias, target, call } = {
    provider: undefined,
    alias: undefined,
    target: undefined,
    call: undefined,
    ...said,
  }
  const ai = createClient({
    providers: { bad: { baseURL: pair.bad.baseURL, timeout: { attempt: provider } } },
    models: { one: { targets: [{ model: 'bad/m', timeout: { attempt: target } }], timeout: { attempt: alias } } },
    timeout: { attempt: 41 },
    retries: 0,
  })
  const failure = ai.chat.completions.create({ model: 'one', messages }, { timeout: { attempt: call } })
  await expect(time.passing(failure)).rejects.toMatchObject({
    name: 'TimeoutError',
    limit: 'attempt',
    provider: 'bad',
    model: 'm',
    message: `no answer within ${ms} ms (timeout.attempt) (bad/m)`,
  })
})

test('limits of an alias hold for the targets of an alias within it, and its total for calls that name it', async () => {
  pair.bad.behave = never
  const ai = clientOfPair(pair, {
    models: {
      inner: ['bad/m'],
      middle: { targets: ['inner'], timeout: { attempt: 45, total: 30 } },
      outer: { targets: ['middle'], timeout: { attempt: 50 } },
      short: { targets: ['bad/m'], timeout: 46 },
    },
    retries: 0,
  })
  const asked = (model: string) => time.passing(ai.chat.completions.create({ model, messages }))
  await expect(asked('outer')).rejects.toMatchObject({ limit: 'attempt', message: expect.stringContaining('45 ms') })
  await expect(asked('middle')).rejects.toMatchObject({ limit: 'total', message: expect.stringContaining('30 ms') })
  await expect(asked('short')).rejects.toMatchObject({ limit: 'total', message: expect.stringContaining('46 ms') })
})

test('a timeout without a limit of its own says what ended it, and what to set', async () => {
  pair.bad.behave = never
  pair.good.behave = never
  const ai = clientOfPair(pair, { timeout: 300 })
  await expect(time.passing(ai.chat.completions.create({ model: 'both', messages }))).rejects.toMatchObject({
    limit: 'total',
    attempts: [{ error: 'TimeoutError' }, { error: 'TimeoutError' }],
  })
})

test('a lone target has the whole time, and is tried again where a limit is set', async () => {
  let calls = 0
  pair.bad.behave = (...args) => ((calls += 1) < 3 ? never(...args) : answers('at last')(...args))
  const ai = createClient({
    providers: { bad: { baseURL: pair.bad.baseURL, timeout: { attempt: 80 } } },
    retries: { max: 2, baseDelay: 1 },
  })
  const { _meta: meta } = await time.passing(ai.chat.completions.create({ model: 'bad/m', messages }))
  expect(meta.attempts.map(({ error }) => error)).toEqual(['TimeoutError', 'TimeoutError', undefined])
})

test('two parallel targets that hang end, and a third answers', async () => {
  pair.bad.behave = never
  pair.good.behave = answers('Hi')
  const bad = (name: string) => ({ model: 'bad/m', name, timeout: { attempt: 60 } })
  const models = { all: { targets: [bad('one'), bad('two')], fallbacks: ['good/m'], hedge: { after: 10 } } }
  const ai = clientOfPair(pair, { models })
  const { _meta: meta } = await time.passing(ai.chat.completions.create({ model: 'all', messages }))
  expect(meta.attempts.map(({ target }) => target)).toEqual(['bad/m#one', 'bad/m#two', 'good/m'])
})

test('a wait in a queue is not part of an attempt', async () => {
  pair.good.behave = async (...args) => {
    await time.after(120)
    await answers('Hi')(...args)
  }
  const models = { one: [{ model: 'good/m', limits: { concurrent: 1 } }] }
  const ai = clientOfPair(pair, { models, timeout: { attempt: 2_000 } })
  const calls = Array.from({ length: 4 }, () =>
    ai.chat.completions.create({ model: 'one', messages }, { timeout: { attempt: 400 } }),
  )
  for (const { _meta: meta } of await time.passing(Promise.all(calls))) expect(meta.attempts).toHaveLength(1)
})

test('a stream whose content has begun has the time of the call', async () => {
  pair.good.behave = async (_, out) => {
    beginStream(out)
    sendEvent(out, chunk({ content: 'one ' }))
    await time.after(150)
    sendEvent(out, chunk({ content: 'two' }))
    sendEvent(out, chunk({}, 'stop'))
    sendEvent(out, '[DONE]')
    out.end()
  }
  const ai = clientOfPair(pair, { timeout: { attempt: 100 } })
  const stream = await ai.chat.completions.create({ model: 'good/m', messages, stream: true })
  let said = ''
  const reading = (async () => {
    for await (const { choices } of stream) said += choices[0]?.delta.content ?? ''
  })()
  await time.passing(reading)
  expect(said).toBe('one two')
})
