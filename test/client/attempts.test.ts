/** Which failures move on, retries, the limit over all attempts, and what breaks after content has come. */
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { ConnectionError, StreamError } from '../../src/kernel/errors.js'
import type { ProviderError } from '../../src/kernel/provider-error.js'
import { holdTime } from '../support/held-time.js'
import { clientFor, faultPair, messages, text } from './fault-pair.js'
import { answers, beginStream, chunk, eventually, never, sendEvent, sendJson, type Behaviour } from './fault-server.js'

const time = holdTime()
const pair = faultPair()

test('a refused connection is a ConnectionError, and the next target answers', async () => {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  const ai = createClient({
    providers: { gone: { baseURL: `http://127.0.0.1:${port}/v1?key=abc` }, good: { baseURL: pair.good.baseURL } },
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
  pair.bad.behave = (_, response) =>
    sendJson(response, 400, { error: { message: 'temperature must be below 2', type: 'invalid_request_error' } })
  const ai = clientFor(pair)
  await expect(ai.chat.completions.create({ model: 'both', messages })).rejects.toMatchObject({
    name: 'ProviderError',
    status: 400,
    isRetryable: false,
  })
  expect(pair.good.seen).toHaveLength(0)
  pair.bad.behave = (_, response) =>
    sendJson(response, 400, { error: { message: 'too long', code: 'context_length_exceeded' } })
  expect((await ai.chat.completions.create({ model: 'both', messages }))._meta.provider).toBe('good')
})

test('retries at the same target, waits as the provider asks, and reports each attempt', async () => {
  let calls = 0
  pair.bad.behave = (request, response, socket) => {
    calls += 1
    if (calls === 1) return sendJson(response, 503, {})
    if (calls === 2) return sendJson(response, 429, { error: { message: 'slow' } }, { 'retry-after-ms': '60' })
    return answers('third time')(request, response, socket)
  }
  const ai = clientFor(pair, 2)
  const before = performance.now()
  const result = await time.passing(ai.chat.completions.create({ model: 'bad/m', messages }))
  expect(result.choices[0]?.message.content).toBe('third time')
  expect(result._meta.attempts.map(({ status, error }) => [status, error])).toEqual([
    [503, 'ProviderError'],
    [429, 'ProviderError'],
    [200, undefined],
  ])
  expect(performance.now() - before).toBeGreaterThanOrEqual(60)
})

describe('the last failure of several', () => {
  const refuse: Behaviour = (request, response) =>
    sendJson(response, 503, { error: { message: `no ${String(request.body['model'])}` } })
  const failed = async (targets: readonly string[]): Promise<ProviderError> => {
    pair.bad.behave = refuse
    pair.good.behave = refuse
    const [model = '', ...fallbacks] = targets
    const call = clientFor(pair, 1).chat.completions.create({ model, messages, fallbacks })
    return (await time.passing(call).catch((thrown: unknown) => thrown)) as ProviderError
  }

  test.each<[readonly string[], string]>([
    [['bad/a'], '503 no a (bad/a)'],
    [['bad/a', 'good/b'], '503 no b (good/b; before it bad/a failed)'],
    [['bad/a', 'bad/b', 'good/c'], '503 no c (good/c; before it bad/a and bad/b failed)'],
    [['bad/a', 'bad/b', 'bad/c', 'good/d'], '503 no d (good/d; before it bad/a and 2 more failed)'],
  ])('%j names its target, and that others failed', async (targets, message) => {
    const error = await failed(targets)
    expect(error.message).toBe(message)
    expect(error.stack?.split('\n')[0]).toContain(message)
    expect(error).toMatchObject({ provider: targets.at(-1)?.split('/')[0], model: targets.at(-1)?.split('/')[1] })
    expect([...new Set(error.attempts.map(({ target }) => target))]).toEqual(targets)
  })

  test('after content has come, too', async () => {
    pair.bad.behave = refuse
    pair.good.behave = (_, response) => {
      beginStream(response)
      sendEvent(response, chunk({ role: 'assistant', content: 'Hello' }))
      response.end()
    }
    const stream = await clientFor(pair).chat.completions.create({ model: 'both', messages, stream: true })
    await expect(text(stream)).rejects.toThrow(/^the stream broke off: .* \(good\/m; before it bad\/m failed\)$/)
  })
})

describe('after the first content chunk', () => {
  const hello = (response: Parameters<Behaviour>[1]): void => {
    beginStream(response)
    sendEvent(response, chunk({ role: 'assistant', content: 'Hello' }))
  }
  let read = (): void => {}
  /** Of the first chunk, by the client. */
  const helloRead = async (response: Parameters<Behaviour>[1]): Promise<void> => {
    const reading = new Promise<void>((resolve) => (read = resolve))
    hello(response)
    await reading
  }
  const rows: readonly (readonly [string, Behaviour, string])[] = [
    [
      'a cut',
      async (_, response, socket) => (await helloRead(response), void socket.resetAndDestroy()),
      'ConnectionError',
    ],
    [
      'an end without its terminal event',
      async (_, response) => (await helloRead(response), void response.end()),
      'StreamError',
    ],
    ['a stall', (_, response) => hello(response), 'TimeoutError'],
    [
      'a malformed event',
      async (_, response) => (await helloRead(response), sendEvent(response, '{oops'), void response.end()),
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
        await helloRead(response),
        sendEvent(response, { error: { message: 'overloaded' } }),
        void response.end()
      ),
      'ProviderError',
    ],
  ]
  test.each(rows)('%s is a StreamError with what came', async (_name, behave, cause) => {
    pair.bad.behave = behave
    const ai = clientFor(pair)
    const stream = await ai.chat.completions.create({ model: 'both', messages, stream: true })
    const got: string[] = []
    const reading = (async () => {
      for await (const item of stream) {
        got.push(item.choices[0]?.delta.content ?? '')
        read()
      }
    })()
    const ended = cause === 'TimeoutError' ? time.passing(reading) : reading
    const failure = (await ended.catch((thrown: unknown) => thrown)) as StreamError
    expect(got).toEqual(['Hello'])
    expect(failure).toBeInstanceOf(StreamError)
    expect((failure.cause as Error).name).toBe(cause)
    expect(failure.partial).toMatchObject({ choices: [{ message: { content: 'Hello' } }] })
    expect(failure).toMatchObject({ provider: 'bad', model: 'm' })
    expect(failure.attempts).toHaveLength(1)
    expect(pair.good.seen).toHaveLength(0)
    await eventually(() => pair.bad.busy() === 0, 'the socket is closed')
  })
})

test('the total limit holds over all attempts', async () => {
  pair.bad.behave = never
  pair.good.behave = never
  const ai = clientFor(pair, 5)
  const before = performance.now()
  const call = time.passing(ai.chat.completions.create({ model: 'both', messages, timeout: 120 }))
  await expect(call).rejects.toMatchObject({ name: 'TimeoutError', limit: 'total' })
  expect(performance.now() - before).toBeLessThan(1500)
  pair.good.behave = answers('x')
  await eventually(() => pair.bad.busy() === 0 && pair.good.busy() === 0, 'sockets closed')
})

test('200 calls at once, half of them past a failing target', async () => {
  pair.bad.behave = (_, response) => sendJson(response, 500, {})
  const ai = createClient({
    providers: { bad: { baseURL: pair.bad.baseURL }, good: { baseURL: pair.good.baseURL } },
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
  expect(pair.good.seen).toHaveLength(200)
})
