import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createClient, type ChatStream, type ClientOptions } from '../../src/index.js'
import { turn } from '../support/eventually.js'
import { holdTime } from '../support/held-time.js'
import {
  answers,
  beginStream,
  chunk,
  completion,
  eventually,
  never,
  sendEvent,
  sendJson,
  startServer,
  wantsUsage,
  type FaultServer,
} from './fault-server.js'

const time = holdTime()
let server: FaultServer

beforeEach(async () => {
  server = await startServer(answers('one two three'))
})
afterEach(() => server.close())

const messages = [{ role: 'user' as const, content: 'hi' }]
const clientFor = (options: ClientOptions = {}) =>
  createClient({ providers: { mine: { baseURL: server.baseURL } }, retries: 0, ...options })

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of stream) items.push(item)
  return items
}

/** Those that keep the process alive: all of a server, and those of `fetch` that are not idle. */
const busySockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length

const textOf = (items: { choices: { delta: { content?: string | null } }[] }[]): string =>
  items.map((item) => item.choices[0]?.delta.content ?? '').join('')

/** Sends words for ever. */
function endless(): void {
  server.behave = async (_, response, socket) => {
    beginStream(response)
    while (!socket.destroyed) {
      sendEvent(response, chunk({ content: 'word ' }))
      await turn()
    }
  }
}

describe('usage and _meta', () => {
  test('usage is asked for and its chunk hidden; _meta is on the last chunk and on the stream', async () => {
    const stream = await clientFor().chat.completions.create({ model: 'mine/m', messages, stream: true })
    expect(stream._meta).toBeUndefined()
    const items = await collect(stream)
    expect(wantsUsage(server.seen[0]!)).toBe(true)
    expect(textOf(items)).toBe('one two three')
    expect(items.every((item) => item.choices.length === 1)).toBe(true)
    expect(items.filter((item) => item._meta)).toEqual([items.at(-1)])
    expect(items.at(-1)?.choices[0]?.finish_reason).toBe('stop')
    expect(stream._meta).toMatchObject({
      provider: 'mine',
      model: 'm',
      cache: null,
      warnings: [],
      attempts: [{ target: 'mine/m', status: 200 }],
    })
    expect(items.at(-1)?._meta).toBe(stream._meta)
  })

  test('a caller who asks for usage gets its chunk last', async () => {
    const stream = await clientFor().chat.completions.create({
      model: 'mine/m',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    const items = await collect(stream)
    expect(items.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 1100 }, _meta: { provider: 'mine' } })
    expect(items.at(-2)?._meta).toBeUndefined()
  })

  test('no stream_options go to a provider that does not take them', async () => {
    const ai = createClient({ providers: { mine: { baseURL: server.baseURL, quirks: { streamOptions: false } } } })
    await collect(await ai.chat.completions.create({ model: 'mine/m', messages, stream: true }))
    expect(server.seen[0]?.body.stream_options).toBeUndefined()
  })

  test('two choices: the stream ends when both have', async () => {
    server.behave = (_, response) => {
      const at = (index: number, delta: object, finish: string | null = null) => {
        const one = chunk(delta, finish) as { choices: { index: number }[] }
        one.choices[0]!.index = index
        return one
      }
      beginStream(response)
      for (const event of [
        at(0, { content: 'a' }),
        at(0, {}, 'stop'),
        at(1, { content: 'b' }),
        at(1, {}, 'stop'),
        '[DONE]',
      ])
        sendEvent(response, event)
      response.end()
    }
    const items = await collect(
      await clientFor().chat.completions.create({ model: 'mine/m', messages, stream: true, n: 2 }),
    )
    expect(items).toHaveLength(4)
    expect(items.findIndex((item) => item._meta)).toBe(3)
  })

  test('a JSON answer to a stream request becomes chunks', async () => {
    server.behave = (_, response) => sendJson(response, 200, completion('whole at once'))
    const stream = await clientFor().chat.completions.create({ model: 'mine/m', messages, stream: true })
    const items = await collect(stream)
    expect(textOf(items)).toBe('whole at once')
    expect(items.at(-1)?._meta?.provider).toBe('mine')
  })

  test.each([
    ['no event', [], /^the stream ended without an event \(.*text\/event-stream/],
    ['some events', ['word '], /the stream ended before its end was sent/],
  ] as const)('an end after %s says so', async (_, words, message) => {
    server.behave = (_request, response) => {
      beginStream(response)
      for (const content of words) sendEvent(response, chunk({ content }))
      response.end()
    }
    const read = async () => {
      const stream = await clientFor().chat.completions.create({ model: 'mine/m', messages, stream: true })
      return collect(stream)
    }
    await expect(read()).rejects.toMatchObject({
      name: 'StreamError',
      message: expect.stringMatching(message) as string,
    })
  })

  test('events under another content type are read all the same', async () => {
    server.behave = (_, response) => {
      beginStream(response, 'text/plain')
      for (const event of [chunk({ content: 'plain' }), chunk({}, 'stop'), '[DONE]']) sendEvent(response, event)
      response.end()
    }
    expect(
      textOf(await collect(await clientFor().chat.completions.create({ model: 'mine/m', messages, stream: true }))),
    ).toBe('plain')
  })

  test('a server that keeps the connection after the last event does not hold the stream', async () => {
    server.behave = (_, response) => {
      beginStream(response)
      for (const event of [chunk({ content: 'done' }), chunk({}, 'stop'), '[DONE]']) sendEvent(response, event)
    }
    expect(
      textOf(await collect(await clientFor().chat.completions.create({ model: 'mine/m', messages, stream: true }))),
    ).toBe('done')
    await time.until(() => server.busy() === 0, 'closed after the grace')
  })

  test('a connection serves again after a stream', async () => {
    const ai = clientFor()
    for (let i = 0; i < 5; i += 1) {
      await collect(await ai.chat.completions.create({ model: 'mine/m', messages, stream: true }))
      await eventually(() => busySockets() === server.connections(), 'the client has read all of it')
    }
    expect(server.connections()).toBe(1)
  })
})

describe('closing early', () => {
  test('break closes the socket and ends the call', async () => {
    endless()
    const stream = await clientFor().chat.completions.create({ model: 'mine/m', messages, stream: true })
    let count = 0
    for await (const _ of stream) {
      count += 1
      if (count === 2) break
    }
    await eventually(() => server.busy() === 0, 'the socket is closed')
    expect(stream._meta?.provider).toBe('mine')
    expect(stream._meta?.cost.usd).toBeNull()
  })

  test('controller.abort() ends the iteration quietly', async () => {
    endless()
    const stream = await clientFor().chat.completions.create({ model: 'mine/m', messages, stream: true })
    let read = 0
    for await (const _ of stream) if ((read += 1) === 3) stream.controller.abort()
    expect(read).toBeGreaterThanOrEqual(3)
    await eventually(() => server.busy() === 0, 'the socket is closed')
  })

  test('an abort of the signal in the middle throws its reason to the reader', async () => {
    endless()
    const controller = new AbortController()
    const stream = await clientFor().chat.completions.create(
      { model: 'mine/m', messages, stream: true },
      { signal: controller.signal },
    )
    const reason = new Error('the user left')
    const reading = collect(stream)
    await turn()
    controller.abort(reason)
    await expect(reading).rejects.toBe(reason)
    await eventually(() => server.busy() === 0, 'the socket is closed')
  })

  test.each(['plain', 'stream'])('an abort before the call, and during it (%s)', async (kind) => {
    server.behave = never
    const body = { model: 'mine/m', messages, stream: kind === 'stream' }
    const gone = AbortSignal.abort()
    await expect(clientFor().chat.completions.create(body, { signal: gone })).rejects.toBe(gone.reason)
    expect(server.seen).toHaveLength(0)
    const controller = new AbortController()
    const call = clientFor().chat.completions.create({ ...body, signal: controller.signal })
    await eventually(() => server.seen.length === 1, 'the request is there')
    controller.abort()
    const failure: unknown = await call.catch((error: unknown) => error)
    expect(failure).toBe(controller.signal.reason)
    expect((failure as Error).name).toBe('AbortError')
    await eventually(() => server.busy() === 0, 'the socket is closed')
  })

  test('an abort while waiting for a retry ends the wait', async () => {
    server.behave = (_, response) => sendJson(response, 429, {}, { 'retry-after': '20' })
    const controller = new AbortController()
    const before = performance.now()
    const call = clientFor({ retries: 2 }).chat.completions.create(
      { model: 'mine/m', messages },
      { signal: controller.signal },
    )
    const failure = call.catch((error: unknown) => error)
    await eventually(() => server.seen.length === 1 && server.busy() === 0, 'the first attempt has failed')
    await time.pass(40)
    controller.abort()
    expect(await failure).toBe(controller.signal.reason)
    expect(server.seen).toHaveLength(1)
    expect(performance.now() - before).toBe(40)
  })

  test('a stream that nobody reads is closed when it is collected', async () => {
    endless()
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    await (async () => {
      await clientFor().chat.completions.create({ model: 'mine/m', messages, stream: true })
    })()
    const collected = (): boolean => {
      collectGarbage()
      return server.busy() === 0
    }
    await eventually(collected, 'its socket is closed')
  })

  test('a stream that nobody reads is closed at the total limit', async () => {
    endless()
    const stream = await clientFor({ timeout: 100 }).chat.completions.create({
      model: 'mine/m',
      messages,
      stream: true,
    })
    await time.pass(100)
    await eventually(() => server.busy() === 0, 'closed at the limit')
    await expect(collect(stream)).rejects.toMatchObject({ name: 'StreamError' })
  })
})

describe('other ways to read', () => {
  const open = (): Promise<ChatStream> =>
    clientFor().chat.completions.create({ model: 'mine/m', messages, stream: true })

  test('tee: both sides get everything, in their own time', async () => {
    const [left, right] = (await open()).tee()
    const first = await collect(left)
    expect(textOf(first)).toBe('one two three')
    expect(await collect(right)).toEqual(first)
    expect(right._meta).toBe(left._meta)
  })

  test('tee: the socket closes when both sides are closed', async () => {
    endless()
    const [left, right] = (await open()).tee()
    for await (const _ of left) break
    await time.pass(20)
    expect(server.busy()).toBe(1)
    for await (const _ of right) break
    await eventually(() => server.busy() === 0, 'the socket is closed')
  })

  test('toReadableStream: lines of JSON', async () => {
    const text = await new Response((await open()).toReadableStream()).text()
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { choices: { delta: { content?: string } }[] })
    expect(textOf(lines)).toBe('one two three')
    expect(lines.at(-1)).toHaveProperty('_meta.provider', 'mine')
  })

  test('toReadableStream: cancel closes the socket', async () => {
    endless()
    const reader = (await open()).toReadableStream().getReader()
    await reader.read()
    await reader.cancel()
    await eventually(() => server.busy() === 0, 'the socket is closed')
  })

  test('a second reading is refused', async () => {
    const stream = await open()
    await collect(stream)
    await expect(collect(stream)).rejects.toThrow('read already')
  })

  test('calls of next that do not wait for each other keep the order', async () => {
    const iterator = (await open())[Symbol.asyncIterator]()
    const results = await Promise.all(Array.from({ length: 8 }, () => iterator.next()))
    expect(results.map(({ value }) => value?.choices[0]?.delta.content ?? '').join('')).toBe('one two three')
    expect(results.at(-1)?.done).toBe(true)
  })
})
