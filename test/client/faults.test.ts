/** Every fault of a provider, plain and streamed: the next target answers, and a lone one gives a typed error. */
import { expect, test } from 'vitest'
import { ConnectionError, StreamError, TimeoutError, type TracestitchError } from '../../src/kernel/errors.js'
import { ProviderError } from '../../src/kernel/provider-error.js'
import { holdTime } from '../support/held-time.js'
import { clientFor, faultPair, messages, text } from './fault-pair.js'
import {
  beginStream,
  chunk,
  completion,
  eventually,
  never,
  sendEvent,
  sendJson,
  type Behaviour,
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
}

const faults: readonly Fault[] = [
  {
    name: 'reset before the headers',
    behave: (_, __, socket) => void socket.resetAndDestroy(),
    error: ConnectionError,
  },
  { name: 'closed before the headers', behave: (_, __, socket) => void socket.destroy(), error: ConnectionError },
  { name: 'slow headers', behave: never, error: TimeoutError },
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
    behave: (_, response) => (beginStream(response), response.flushHeaders()),
    error: TimeoutError,
    only: 'stream',
  },
  {
    name: 'stall after an empty first chunk',
    behave: (_, response) => (beginStream(response), sendEvent(response, chunk({ role: 'assistant', content: '' }))),
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

function cutBody(response: Parameters<Behaviour>[1], socket: Parameters<Behaviour>[2]): void {
  const body = JSON.stringify(completion('hello'))
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(body.length) })
  response.write(body.slice(0, 40), () => socket.destroy())
}

function cutStream(response: Parameters<Behaviour>[1], socket: Parameters<Behaviour>[2]): void {
  beginStream(response)
  response.write(`data: ${JSON.stringify(chunk({ role: 'assistant', content: '' }))}\n\n`, () =>
    socket.resetAndDestroy(),
  )
}

const time = holdTime()
const pair = faultPair()
/** Time passes only where it is what ends a call. */
const ending = <T>(fault: Fault, call: Promise<T>): Promise<T> =>
  fault.error === TimeoutError ? time.passing(call) : call

const cases = faults.flatMap((fault) =>
  (['plain', 'stream'] as const)
    .filter((kind) => !fault.only || fault.only === kind)
    .map((kind) => ({ ...fault, kind })),
)

test.each(cases)('$name, $kind: the next target answers', async (fault) => {
  const { behave, kind } = fault
  pair.bad.behave = behave
  const ai = clientFor(pair, 0, kind === 'plain' ? 150 : undefined)
  if (kind === 'plain') {
    const result = await ending(fault, ai.chat.completions.create({ model: 'both', messages }))
    expect(result.choices[0]?.message.content).toBe('Hello from next door')
    expect(result._meta.attempts.map(({ target }) => target)).toEqual(['bad/m', 'good/m'])
    expect(result._meta.attempts[0]?.error).toBeDefined()
    expect(result._meta.provider).toBe('good')
  } else {
    const stream = await ending(fault, ai.chat.completions.create({ model: 'both', messages, stream: true }))
    expect(await text(stream)).toBe('Hello from next door')
    expect(stream._meta?.attempts.map(({ target }) => target)).toEqual(['bad/m', 'good/m'])
  }
  expect(pair.good.seen).toHaveLength(1)
  await eventually(() => pair.bad.busy() === 0, 'the failed request is gone')
})

test.each(cases)('$name, $kind: a lone target gives one typed error', async (fault) => {
  const { behave, kind, error, status } = fault
  pair.bad.behave = behave
  const ai = clientFor(pair)
  const timeout = kind === 'plain' ? 200 : undefined
  const call = ai.chat.completions.create({ model: 'bad/m', messages, stream: kind === 'stream', timeout })
  const failure: unknown = await ending(fault, call).catch((thrown: unknown) => thrown)
  expect(failure).toBeInstanceOf(error)
  const typed = failure as TracestitchError
  expect(typed.attempts).toHaveLength(1)
  expect(typed).toMatchObject({ provider: 'bad', model: 'm', ...(status !== undefined && { status }) })
  expect(String(typed) + JSON.stringify(typed)).not.toMatch(/private prompt|secret/)
  await eventually(() => pair.bad.busy() === 0, 'the failed request is gone')
})
