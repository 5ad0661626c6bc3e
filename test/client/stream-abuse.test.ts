/** Streams that are never read, left or stopped: places and reservations come free, and what came is counted once. */
import { expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { holdTime } from '../support/held-time.js'
import { A_TOKEN, clientOf, messages, OpenStore, outcome, using } from './abuse-support.js'
import { eventually } from './fault-server.js'

const time = holdTime()
const event = (choices: string, rest = ''): string =>
  `data: {"id":"a","object":"chat.completion.chunk","created":1,"model":"m","choices":${choices}${rest}}\n\n`
const begin = event('[{"index":0,"delta":{"role":"assistant","content":"some"},"finish_reason":null}]')
const more = event('[{"index":0,"delta":{"content":"more"},"finish_reason":null}]')
const end =
  event('[{"index":0,"delta":{},"finish_reason":"stop"}]') +
  event('[]', ',"usage":{"prompt_tokens":0,"completion_tokens":7,"total_tokens":7}') +
  'data: [DONE]\n\n'

/** Sends the pieces, and then no more until it is aborted. */
function streamOf(pieces: readonly string[], signal: AbortSignal, whole = false): Response {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start(sink) {
      for (const piece of pieces) sink.enqueue(encoder.encode(piece))
      if (whole) return sink.close()
      signal.addEventListener('abort', () => sink.error(signal.reason))
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

function setUp(pieces: readonly string[], whole = false) {
  const store = new OpenStore()
  const ai = clientOf((_, signal) => streamOf(pieces, signal, whole), {
    store,
    models: { m: [{ model: 'a/m', limits: { concurrent: 1, queue: 0 } }] },
    limits: [{ concurrent: 1, queue: 0 }],
    budgets: [{ usd: 1e6, per: 'day' }],
  })
  const open = (timeout: object = { total: 5000 }) =>
    ai.chat.completions.create({ model: 'm', messages, max_tokens: 100, stream: true }, { timeout })
  const free = async () => {
    await eventually(
      () => store.reserved === 0 && ai.health().targets.every(({ inFlight }) => inFlight === 0),
      'nothing is held',
    )
    // Both places too.
    const next = await open()
    next.controller.abort()
  }
  return { store, ai, open, free }
}

test('a stream that nobody ever reads ends with the time of its call', async () => {
  const { open, free, store } = setUp([begin, more])
  const stream = await open({ total: 80 })
  await time.advance(80)
  await free()
  // What came is paid for, though nobody read it.
  expect(store.used).toBeGreaterThan(0)
  // Whoever reads it then is told.
  await expect(
    (async () => {
      for await (const _ of stream);
    })(),
  ).rejects.toMatchObject({ name: 'StreamError', cause: { name: 'TimeoutError', limit: 'total' } })
})

test('a stream that nobody reads and whose caller aborts', async () => {
  const { ai, free } = setUp([begin, more])
  const leaver = new AbortController()
  const reason = new Error('gone')
  const stream = await ai.chat.completions.create(
    { model: 'm', messages, max_tokens: 100, stream: true },
    { signal: leaver.signal },
  )
  leaver.abort(reason)
  await free()
  await expect(
    (async () => {
      for await (const _ of stream);
    })(),
  ).rejects.toBe(reason)
})

test.each(['break', 'throw', 'abort', 'return', 'tee', 'cancel'])('a stream that is closed by %s', async (way) => {
  const { open, free, store, ai } = setUp([begin, more])
  const stream = await open()
  expect(stream._meta).toBeUndefined()
  if (way === 'break') for await (const _ of stream) break
  else if (way === 'throw') {
    const read = async (): Promise<void> => {
      for await (const _ of stream) throw new Error('mine')
    }
    await expect(read()).rejects.toThrow('mine')
  } else if (way === 'abort') stream.controller.abort()
  else if (way === 'return') await stream[Symbol.asyncIterator]().return?.()
  else if (way === 'tee') for (const side of stream.tee()) for await (const _ of side) break
  else await stream.toReadableStream().cancel()
  await eventually(() => ai.spend().total.calls === 1, 'it is counted')
  const { used } = store
  expect(used).toBeGreaterThan(0)
  expect(used).toBeLessThan(10e9)
  stream.controller.abort()
  expect(store.used).toBe(used)
  await free()
})

test('a half-read stream whose time runs out is reported, and counted once', async () => {
  const { open, free, ai } = setUp([begin, more])
  const stream = await open({ total: 60 })
  await expect(
    (async () => {
      for await (const _ of stream) await time.advance(30)
    })(),
  ).rejects.toMatchObject({ name: 'StreamError', cause: { name: 'TimeoutError' } })
  expect(ai.spend().total.calls).toBe(1)
  await free()
})

test('a stream that came whole and is never read is settled by its usage', async () => {
  const { open, free, store } = setUp([begin + more + end], true)
  await open()
  await eventually(() => store.reserved === 0, 'nothing is reserved')
  expect(store.used).toBe(7e9)
  await free()
})

test('the winner and the loser of a hedge are settled once each', async () => {
  const settled: string[] = []
  const store = new OpenStore()
  const { settle } = store
  store.settle = (holder, uses) => {
    settled.push(holder)
    return settle.call(store, holder, uses)
  }
  const ai = clientOf(
    async () => {
      await time.after(20)
      return using(5)
    },
    {
      store,
      models: {
        m: {
          targets: [
            { model: 'a/m', limits: { concurrent: 2 } },
            { model: 'b/m', limits: { concurrent: 2 } },
          ],
          // Let in just as the first answers.
          hedge: { after: 19 },
        },
      },
      budgets: [{ usd: 1e6, per: 'day' }],
      timeout: 10_000,
    },
  )
  let reserved = 0
  // A moment, of 0 to 3 ms, so that some hedges are let in before the answer and some after.
  store.before = (operation) => (operation === 'reserve' ? time.after((reserved += 1) % 4) : undefined)
  const calls = await time.passing(
    Promise.all(Array.from({ length: 100 }, () => outcome(ai.chat.completions.create({ model: 'm', messages })))),
  )
  expect(calls.filter(({ name }) => name !== 'answered')).toEqual([])
  await eventually(() => store.reserved === 0, 'nothing is reserved')
  expect(new Set(settled).size).toBe(settled.length)
  expect(settled.length).toBeGreaterThanOrEqual(100)
  expect(ai.health().targets.every(({ inFlight }) => inFlight === 0)).toBe(true)
  expect(store.used).toBe(500e9)
})

test('each operation settles what it used, and holds nothing after', async () => {
  const store = new OpenStore()
  const answers: Record<string, () => Response> = {
    embeddings: () =>
      Response.json({
        object: 'list',
        model: 'm',
        data: [{ index: 0, embedding: [1] }],
        usage: { prompt_tokens: 3, total_tokens: 3 },
      }),
    rerank: () => Response.json({ results: [{ index: 0, relevance_score: 1 }] }),
    generations: () => Response.json({ created: 1, data: [{ url: 'x' }] }),
    speech: () => new Response('bytes'),
    moderations: () => Response.json({ id: 'x', model: 'm', results: [] }),
    responses: () => using(3),
    completions: () => using(3),
  }
  let broken = false
  const ai = createClient({
    fetch: (async (url: string | URL) => {
      const last = String(url).split('/').at(-1) ?? ''
      if (broken) return new Response('{}', { status: 500 })
      return (answers[last] ?? (() => new Response('{}', { status: 404 })))()
    }) as typeof fetch,
    providers: { a: { baseURL: 'http://a/v1' } },
    prices: { overrides: { 'a/*': A_TOKEN } },
    retries: 0,
    store,
    limits: [
      { concurrent: 1, queue: 0 },
      { scope: { provider: '*' }, concurrent: 1, queue: 0 },
    ],
    budgets: [
      { usd: 1e6, per: 'day' },
      { tokens: 1e6, per: 'day' },
    ],
    cooldown: false,
  })
  const model = 'a/m'
  const operations: Record<string, () => Promise<unknown>> = {
    embeddings: () => ai.embeddings.create({ model, input: ['x', 'y'] }),
    rerank: () => ai.rerank.create({ model, query: 'q', documents: ['d'] }),
    images: () => ai.images.generate({ model, prompt: 'x' }),
    speech: () => ai.audio.speech.create({ model, input: 'x', voice: 'v' } as never),
    moderations: () => ai.moderations.create({ model, input: 'x' } as never),
    responses: () => ai.responses.create({ model, input: 'x' }),
    parse: () => ai.chat.completions.create({ model, messages }),
  }
  for (const failing of [false, true, false]) {
    broken = failing
    for (const operation of Object.values(operations)) {
      const result = await outcome(
        operation().then((answer) => {
          if (answer instanceof Response) return answer.arrayBuffer()
          return answer
        }),
      )
      expect(result.name).not.toBe('LimitError')
      await eventually(() => store.reserved === 0, 'nothing is reserved')
    }
  }
  expect(ai.health().targets.every(({ inFlight }) => inFlight === 0)).toBe(true)
})
