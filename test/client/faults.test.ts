import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createClient } from '../../src/client/index.js'
import {
  ConnectionError,
  ProviderError,
  StreamError,
  TimeoutError,
  type TracestitchError,
} from '../../src/kernel/errors.js'
import {
  answers,
  beginStream,
  chunk,
  completion,
  eventually,
  sendEvent,
  sendJson,
  startServer,
  wait,
  type Behaviour,
  type FaultServer,
} from './fault-server.js'

type ErrorClass = abstract new (...args: never[]) => TracestitchError

interface Fault {
  readonly name: string
  readonly behave: Behaviour
  /** What a lone target gives. */
  readonly error: ErrorClass
  readonly status?: number
  /** Applies only to calls of this kind. */
  readonly only?: 'plain' | 'stream'
  /** No limit but the total ends a plain call of this kind, so no time is left for another target. */
  readonly endsPlainCall?: true
}

const LONG = 60_000
const faults: readonly Fault[] = [
  {
    name: 'reset before the headers',
    behave: (_, __, socket) => void socket.resetAndDestroy(),
    error: ConnectionError,
  },
  { name: 'closed before the headers', behave: (_, __, socket) => void socket.destroy(), error: ConnectionError },
  { name: 'slow headers', behave: () => wait(LONG), error: TimeoutError, endsPlainCall: true },
  {
    name: '429 with retry-after',
    behave: (_, response) =>
      sendJson(
        response,
        429,
        { error: { message: 'slow down', type: 'requests', code: 'rate_limit_exceeded' } },
        { 'retry-after': '120' },
      ),
    error: ProviderError,
    status: 429,
  },
  {
    name: '429 with the quota used up',
    behave: (_, response) => sendJson(response, 429, { error: { message: 'no credit', code: 'insufficient_quota' } }),
    error: ProviderError,
    status: 429,
  },
  {
    name: '500',
    behave: (_, response) => sendJson(response, 500, { error: { message: 'oops' } }),
    error: ProviderError,
    status: 500,
  },
  {
    name: '503 without a body',
    behave: (_, response) => void response.writeHead(503).end(),
    error: ProviderError,
    status: 503,
  },
  {
    name: '529',
    behave: (_, response) => sendJson(response, 529, { error: { type: 'overloaded_error', message: 'Overloaded' } }),
    error: ProviderError,
    status: 529,
  },
  {
    name: '401',
    behave: (_, response) => sendJson(response, 401, { error: { message: 'bad key', code: 'invalid_api_key' } }),
    error: ProviderError,
    status: 401,
  },
  {
    name: '404',
    behave: (_, response) => sendJson(response, 404, { error: { message: 'no such model', code: 'model_not_found' } }),
    error: ProviderError,
    status: 404,
  },
  {
    name: 'a redirect',
    behave: (_, response) => void response.writeHead(307, { location: 'http://127.0.0.1:9/elsewhere' }).end(),
    error: ProviderError,
    status: 307,
  },
  {
    name: 'HTML 502',
    behave: (_, response) =>
      void response.writeHead(502, { 'content-type': 'text/html' }).end('<html><body>secret prompt</body></html>'),
    error: ProviderError,
    status: 502,
  },
  {
    name: 'HTML 200',
    behave: (_, response) =>
      void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>secret prompt</html>'),
    error: StreamError,
  },
  {
    name: 'empty 200',
    behave: (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(),
    error: StreamError,
  },
  { name: 'empty 200 without a type', behave: (_, response) => void response.writeHead(200).end(), error: StreamError },
  {
    name: 'JSON cut short',
    behave: (_, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"chatcmpl-1","choi'),
    error: StreamError,
  },
  {
    name: 'JSON of another kind',
    behave: (_, response) => sendJson(response, 200, { hello: 'world' }),
    error: StreamError,
  },
  {
    name: '200 with an error inside',
    behave: (_, response) => sendJson(response, 200, { error: { message: 'upstream broke', code: 502 } }),
    error: ProviderError,
  },
  {
    name: 'body cut in the middle',
    behave: (_, response, socket) => cutBody(response, socket),
    error: ConnectionError,
    only: 'plain',
  },
  {
    name: 'stall before the first chunk',
    behave: (_, response) => (beginStream(response), response.flushHeaders(), wait(LONG)),
    error: TimeoutError,
    only: 'stream',
  },
  {
    name: 'stall after an empty first chunk',
    behave: (_, response) => (
      beginStream(response),
      sendEvent(response, chunk({ role: 'assistant', content: '' })),
      wait(LONG)
    ),
    error: TimeoutError,
    only: 'stream',
  },
  {
    name: 'events without an answer',
    behave: (_, response) => (beginStream(response), sendEvent(response, '[DONE]'), void response.end()),
    error: StreamError,
    only: 'stream',
  },
  {
    name: 'a stream that ends at once',
    behave: (_, response) => (beginStream(response), void response.end()),
    error: StreamError,
    only: 'stream',
  },
  {
    name: 'a malformed event',
    behave: (_, response) => (beginStream(response), sendEvent(response, '{"id": oops'), void response.end()),
    error: StreamError,
    only: 'stream',
  },
  {
    name: 'an error as first event',
    behave: (_, response) => (
      beginStream(response),
      sendEvent(response, { error: { message: 'overloaded', type: 'overloaded_error' } }),
      void response.end()
    ),
    error: ProviderError,
    only: 'stream',
  },
  {
    name: 'a stream cut before content',
    behave: (_, response, socket) => cutStream(response, socket),
    error: ConnectionError,
    only: 'stream',
  },
]

async function cutBody(response: Parameters<Behaviour>[1], socket: Parameters<Behaviour>[2]): Promise<void> {
  const body = JSON.stringify(completion('hello'))
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(body.length) })
  response.write(body.slice(0, 40))
  await wait(20)
  socket.destroy()
}

async function cutStream(response: Parameters<Behaviour>[1], socket: Parameters<Behaviour>[2]): Promise<void> {
  beginStream(response)
  sendEvent(response, chunk({ role: 'assistant', content: '' }))
  await wait(20)
  socket.resetAndDestroy()
}

const unhandled: unknown[] = []
const onUnhandled = (reason: unknown): void => void unhandled.push(reason)
let bad: FaultServer
let good: FaultServer

beforeEach(async () => {
  process.on('unhandledRejection', onUnhandled)
  bad = await startServer(answers('never'))
  good = await startServer(answers('Hello from next door'))
})

afterEach(async () => {
  await eventually(() => good.busy() === 0, 'the good server is idle')
  await Promise.all([bad.close(), good.close()])
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled.splice(0)).toEqual([])
})

const messages = [{ role: 'user' as const, content: 'a very private prompt' }]
const KEY = 'k-very-secret-key'

function clientFor(retries = 0) {
  return createClient({
    providers: { bad: { baseURL: bad.baseURL, apiKey: KEY }, good: { baseURL: good.baseURL, apiKey: KEY } },
    models: { both: ['bad/m', 'good/m'] },
    retries: { max: retries, baseDelay: 5 },
    timeout: { firstChunk: 150, idle: 150, total: 3000 },
  })
}

async function text(stream: AsyncIterable<{ choices: { delta: { content?: string | null } }[] }>): Promise<string> {
  let all = ''
  for await (const item of stream) all += item.choices[0]?.delta.content ?? ''
  return all
}

const cases = faults.flatMap((fault) =>
  (['plain', 'stream'] as const)
    .filter((kind) => !fault.only || fault.only === kind)
    .map((kind) => ({ ...fault, kind })),
)

const movesOn = cases.filter(({ endsPlainCall, kind }) => !(endsPlainCall && kind === 'plain'))

test.each(movesOn)('$name, $kind: the next target answers', async ({ behave, kind }) => {
  bad.behave = behave
  const ai = clientFor()
  if (kind === 'plain') {
    const result = await ai.chat.completions.create({ model: 'both', messages })
    expect(result.choices[0]?.message.content).toBe('Hello from next door')
    expect(result._meta.attempts.map(({ target }) => target)).toEqual(['bad/m', 'good/m'])
    expect(result._meta.attempts[0]?.error).toBeDefined()
    expect(result._meta.provider).toBe('good')
  } else {
    const stream = await ai.chat.completions.create({ model: 'both', messages, stream: true })
    expect(await text(stream)).toBe('Hello from next door')
    expect(stream._meta?.attempts.map(({ target }) => target)).toEqual(['bad/m', 'good/m'])
  }
  expect(good.seen).toHaveLength(1)
  await eventually(() => bad.busy() === 0, 'the failed request is gone')
})

test.each(cases)('$name, $kind: a lone target gives one typed error', async ({ behave, kind, error, status }) => {
  bad.behave = behave
  const ai = clientFor()
  const timeout = kind === 'plain' ? 200 : undefined
  const failure: unknown = await ai.chat.completions
    .create({ model: 'bad/m', messages, stream: kind === 'stream', timeout })
    .catch((thrown: unknown) => thrown)
  expect(failure).toBeInstanceOf(error)
  const typed = failure as TracestitchError
  expect(typed.attempts).toHaveLength(1)
  expect(typed).toMatchObject({ provider: 'bad', model: 'm', ...(status !== undefined && { status }) })
  expect(String(typed) + JSON.stringify(typed)).not.toMatch(/private prompt|secret/)
  await eventually(() => bad.busy() === 0, 'the failed request is gone')
})

test('a refused connection is a ConnectionError, and the next target answers', async () => {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  const ai = createClient({
    providers: { gone: { baseURL: `http://127.0.0.1:${port}/v1?key=abc` }, good: { baseURL: good.baseURL } },
    retries: 0,
  })
  const failure = (await ai.chat.completions
    .create({ model: 'gone/m', messages })
    .catch((thrown: unknown) => thrown)) as ConnectionError
  expect(failure).toBeInstanceOf(ConnectionError)
  expect(failure.code).toBe('ECONNREFUSED')
  expect(failure.message).not.toContain('abc')
  const result = await ai.chat.completions.create({ model: 'gone/m', messages, fallbacks: ['good/m'] })
  expect(result._meta.provider).toBe('good')
})

test('a plain 400 does not move on, a context that is too long does', async () => {
  bad.behave = (_, response) =>
    sendJson(response, 400, { error: { message: 'temperature must be below 2', type: 'invalid_request_error' } })
  const ai = clientFor()
  await expect(ai.chat.completions.create({ model: 'both', messages })).rejects.toMatchObject({
    name: 'ProviderError',
    status: 400,
    isRetryable: false,
  })
  expect(good.seen).toHaveLength(0)
  bad.behave = (_, response) =>
    sendJson(response, 400, { error: { message: 'too long', code: 'context_length_exceeded' } })
  expect((await ai.chat.completions.create({ model: 'both', messages }))._meta.provider).toBe('good')
})

test('retries at the same target, waits as the provider asks, and reports each try', async () => {
  let calls = 0
  bad.behave = (request, response, socket) => {
    calls += 1
    if (calls === 1) return sendJson(response, 503, {})
    if (calls === 2) return sendJson(response, 429, { error: { message: 'slow' } }, { 'retry-after-ms': '60' })
    return answers('third time')(request, response, socket)
  }
  const ai = clientFor(2)
  const before = performance.now()
  const result = await ai.chat.completions.create({ model: 'bad/m', messages })
  expect(result.choices[0]?.message.content).toBe('third time')
  expect(result._meta.attempts.map(({ status, error }) => [status, error])).toEqual([
    [503, 'ProviderError'],
    [429, 'ProviderError'],
    [200, undefined],
  ])
  expect(performance.now() - before).toBeGreaterThanOrEqual(59)
})

describe('after the first content chunk', () => {
  const hello = (response: Parameters<Behaviour>[1]): void => {
    beginStream(response)
    sendEvent(response, chunk({ role: 'assistant', content: 'Hello' }))
  }
  const rows: readonly (readonly [string, Behaviour, string])[] = [
    [
      'a cut',
      async (_, response, socket) => (hello(response), await wait(20), void socket.resetAndDestroy()),
      'ConnectionError',
    ],
    [
      'an end without its terminal event',
      async (_, response) => (hello(response), await wait(20), void response.end()),
      'StreamError',
    ],
    ['a stall', async (_, response) => (hello(response), wait(LONG)), 'TimeoutError'],
    [
      'a malformed event',
      async (_, response) => (hello(response), await wait(20), sendEvent(response, '{oops'), void response.end()),
      'StreamError',
    ],
    [
      'a malformed event in the same packet',
      (_, response) => (hello(response), sendEvent(response, '{oops'), void response.end()),
      'StreamError',
    ],
    [
      'an error event',
      async (_, response) => (
        hello(response),
        await wait(20),
        sendEvent(response, { error: { message: 'overloaded' } }),
        void response.end()
      ),
      'ProviderError',
    ],
  ]
  test.each(rows)('%s is a StreamError with what came', async (_name, behave, cause) => {
    bad.behave = behave
    const ai = clientFor()
    const stream = await ai.chat.completions.create({ model: 'both', messages, stream: true })
    const got: string[] = []
    const failure = (await (async () => {
      for await (const item of stream) got.push(item.choices[0]?.delta.content ?? '')
    })().catch((thrown: unknown) => thrown)) as StreamError
    expect(got).toEqual(['Hello'])
    expect(failure).toBeInstanceOf(StreamError)
    expect((failure.cause as Error).name).toBe(cause)
    expect(failure.partial).toMatchObject({ choices: [{ message: { content: 'Hello' } }] })
    expect(failure).toMatchObject({ provider: 'bad', model: 'm' })
    expect(failure.attempts).toHaveLength(1)
    expect(good.seen).toHaveLength(0)
    await eventually(() => bad.busy() === 0, 'the socket is closed')
  })
})

test('the total limit holds over all attempts', async () => {
  bad.behave = () => wait(LONG)
  good.behave = () => wait(LONG)
  const ai = clientFor(5)
  const before = performance.now()
  await expect(ai.chat.completions.create({ model: 'both', messages, timeout: 120 })).rejects.toMatchObject({
    name: 'TimeoutError',
    limit: 'total',
  })
  expect(performance.now() - before).toBeLessThan(1500)
  good.behave = answers('x')
  await eventually(() => bad.busy() === 0 && good.busy() === 0, 'sockets closed')
})

test('200 calls at once, half of them past a failing target', async () => {
  bad.behave = (_, response) => sendJson(response, 500, {})
  const ai = createClient({
    providers: { bad: { baseURL: bad.baseURL }, good: { baseURL: good.baseURL } },
    models: { both: ['bad/m', 'good/m'] },
    retries: 0,
  })
  const results = await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const model = i % 2 === 0 ? 'both' : 'good/m'
      if (i % 3 === 0) return text(await ai.chat.completions.create({ model, messages, stream: true }))
      return (await ai.chat.completions.create({ model, messages })).choices[0]?.message.content
    }),
  )
  expect(new Set(results)).toEqual(new Set(['Hello from next door']))
  expect(good.seen).toHaveLength(200)
})
