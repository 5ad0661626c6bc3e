/** What is seen while answers are pending: `health()`, spans, sums and budgets, of each operation. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Client, ClientOptions } from '../../src/index.js'
import { SharedStore } from './abuse-support.js'
import { clientOfPair, faultPair, messages } from './fault-pair.js'
import { answers, beginStream, chunk, eventually, sendEvent, sendJson, type Behaviour } from './fault-server.js'
import { countSpans, stopCounting, type SpanCount } from './open-spans.js'

const pair = faultPair()
let spans: SpanCount
beforeEach(() => {
  spans = countSpans()
})
afterEach(stopCounting)

type Call = (ai: Client, model: string, signal?: AbortSignal) => Promise<unknown>
const drained = async (stream: Promise<AsyncIterable<unknown>>): Promise<void> => {
  for await (const _ of await stream) void _
}

const calls: Readonly<Record<string, Call>> = {
  chat: (ai, model, signal) => ai.chat.completions.create({ model, messages }, { signal }),
  'a stream of chat': (ai, model, signal) =>
    drained(ai.chat.completions.create({ model, messages, stream: true }, { signal })),
  responses: (ai, model, signal) => ai.responses.create({ model, input: 'hi' }, { signal }),
  'a stream of responses': (ai, model, signal) =>
    drained(ai.responses.create({ model, input: 'hi', stream: true }, { signal })),
  embeddings: (ai, model, signal) => ai.embeddings.create({ model, input: 'hi' }, { signal }),
  rerank: (ai, model, signal) => ai.rerank.create({ model, query: 'q', documents: ['a'] }, { signal }),
  images: (ai, model, signal) => ai.images.generate({ model, prompt: 'hi' }, { signal }),
  speech: (ai, model, signal) => ai.audio.speech.create({ model, input: 'hi', voice: 'v' }, { signal }),
}

const protocol = ['openai-chat', 'openai-embeddings', 'jina-rerank', 'openai-images', 'openai-speech'] as const
const clientWith = (options: ClientOptions = {}): Client =>
  clientOfPair(pair, {
    cooldown: false,
    providers: { bad: { baseURL: pair.bad.baseURL, protocol }, good: { baseURL: pair.good.baseURL, protocol } },
    ...options,
  })

const inFlight = (ai: Client): readonly (readonly [string, number])[] =>
  ai.health().targets.map(({ target, inFlight: count }) => [target, count])

test.each(Object.entries(calls))('%s that hangs, and is then called off', async (_, call) => {
  pair.bad.behave = () => undefined
  const store = new SharedStore()
  const ai = clientWith({ store, limits: [{ concurrent: 5 }] })
  const controller = new AbortController()
  const pending = call(ai, 'bad/m', controller.signal)
  await eventually(() => pair.bad.seen.length === 1, 'it is asked')
  expect(inFlight(ai)).toEqual([
    ['bad/m', 1],
    ['good/m', 0],
  ])
  // The call and its attempt.
  expect(spans).toMatchObject({ open: 2, ended: 0 })
  expect(store.placesHeld).toBe(1)
  expect(ai.spend().total).toMatchObject({ calls: 0 })
  expect(ai.health().targets[0]).toMatchObject({ state: 'closed', requests: 0, failures: 0 })
  controller.abort(new Error('enough'))
  await expect(pending).rejects.toThrow('enough')
  expect(inFlight(ai).map(([, count]) => count)).toEqual([0, 0])
  await eventually(() => store.placesHeld === 0, 'its place is free')
  expect(spans).toMatchObject({ open: 0, ended: 2 })
})

test.each(Object.entries(calls))('%s whose first target failed hangs at the second', async (_, call) => {
  pair.bad.behave = (_request, response) => sendJson(response, 503, {})
  pair.good.behave = () => undefined
  const ai = clientWith()
  const controller = new AbortController()
  const pending = call(ai, 'both', controller.signal)
  await eventually(() => pair.good.seen.length === 1, 'the second is asked')
  expect(inFlight(ai)).toEqual([
    ['bad/m', 0],
    ['good/m', 1],
  ])
  expect(spans).toMatchObject({ open: 2, ended: 1 })
  expect(ai.health().targets[0]).toMatchObject({ requests: 1, failures: 1 })
  controller.abort(new Error('enough'))
  await expect(pending).rejects.toThrow('enough')
  expect(spans).toMatchObject({ open: 0, ended: 3 })
})

/** Begins an answer, and goes on when the test says. */
function halfway(): { readonly behave: Behaviour; readonly goOn: () => void } {
  let goOn = (): void => {}
  const gate = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const behave: Behaviour = async (_, response) => {
    beginStream(response)
    sendEvent(response, chunk({ role: 'assistant', content: 'one ' }))
    await gate
    sendEvent(response, chunk({ content: 'two' }, 'stop'))
    sendEvent(response, '[DONE]')
    response.end()
  }
  return { behave, goOn: () => goOn() }
}

test('a stream is open until it is read to its end', async () => {
  const { behave, goOn } = halfway()
  pair.good.behave = behave
  const ai = clientWith()
  const stream = await ai.chat.completions.create({ model: 'good/m', messages, stream: true })
  const chunks = stream[Symbol.asyncIterator]()
  await chunks.next()
  expect(inFlight(ai)).toContainEqual(['good/m', 1])
  expect(spans).toMatchObject({ open: 2, ended: 0 })
  expect(ai.spend().total).toMatchObject({ calls: 0 })
  goOn()
  while ((await chunks.next()).done !== true);
  expect(inFlight(ai)).toContainEqual(['good/m', 0])
  expect(spans).toMatchObject({ open: 0, ended: 2 })
  expect(ai.spend().total).toMatchObject({ calls: 1 })
})

test('a stream that nobody reads is open until it is closed', async () => {
  const { behave, goOn } = halfway()
  pair.good.behave = behave
  const ai = clientWith()
  const stream = await ai.chat.completions.create({ model: 'good/m', messages, stream: true })
  expect(inFlight(ai)).toContainEqual(['good/m', 1])
  await stream[Symbol.asyncIterator]().return?.()
  expect(inFlight(ai)).toContainEqual(['good/m', 0])
  await eventually(() => spans.open === 0, 'its spans have ended')
  goOn()
})

test('two parallel attempts are both open, and the loser ends with the answer', async () => {
  pair.bad.behave = () => undefined
  let answer = (): void => {}
  pair.good.behave = async (...args) => {
    await new Promise<void>((resolve) => {
      answer = resolve
    })
    await answers('Hi')(...args)
  }
  const ai = clientWith({ models: { both: { targets: ['bad/m', 'good/m'], hedge: { after: 10 } } } })
  const pending = ai.chat.completions.create({ model: 'both', messages })
  await eventually(() => pair.good.seen.length === 1, 'the other one is asked')
  expect(inFlight(ai).map(([, count]) => count)).toEqual([1, 1])
  expect(spans).toMatchObject({ open: 3, ended: 0 })
  answer()
  await pending
  expect(inFlight(ai).map(([, count]) => count)).toEqual([0, 0])
  expect(spans).toMatchObject({ open: 0, ended: 3 })
})

test('calls that wait for a place are no open requests', async () => {
  pair.good.behave = () => undefined
  const ai = clientWith({ models: { one: [{ model: 'good/m', name: 'small', limits: { concurrent: 2 } }] } })
  const controller = new AbortController()
  const pending = Array.from({ length: 5 }, () =>
    ai.chat.completions.create({ model: 'one', messages }, { signal: controller.signal }),
  )
  await eventually(() => pair.good.seen.length === 2, 'two are sent')
  expect(inFlight(ai)).toEqual([['good/m#small', 2]])
  // Five calls, two attempts.
  expect(spans).toMatchObject({ open: 7, ended: 0 })
  controller.abort(new Error('enough'))
  for (const result of await Promise.allSettled(pending)) expect(result.status).toBe('rejected')
  expect(inFlight(ai)).toEqual([['good/m#small', 0]])
  expect(spans).toMatchObject({ open: 0, ended: 7 })
})
