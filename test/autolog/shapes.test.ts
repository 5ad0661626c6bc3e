/** Streams of every kind, answers of every kind, and what a span says of those that cannot be read. */
import { SpanStatusCode } from '@opentelemetry/api'
import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { instrumentCall } from '../../src/autolog/calls/instrument-call.js'
import type { CallDeclaration, Declared } from '../../src/autolog/contract.js'
import { spanHarness } from '../telemetry/span-harness.js'

const harness = spanHarness()
const declaration: CallDeclaration = { protocol: 'openai-chat', provider: 'p' }
const body = { model: 'm', messages: [{ role: 'user', content: 'x' }], stream: true }

const chunk = (delta: object, finish_reason: string | null, more: object = {}): object => ({
  id: 'a',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm-2026',
  choices: [{ index: 0, delta, finish_reason }],
  ...more,
})
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
const chunks = [
  chunk({ role: 'assistant', content: 'h' }, null),
  chunk({ content: 'i' }, null),
  chunk({}, 'stop', { usage }),
]
const answer = {
  id: 'a',
  model: 'm-2026',
  choices: [{ index: 0, finish_reason: 'stop', message: { content: 'hi' } }],
  usage,
}

const unread: string[] = []

/** What the instrumented method gives for `result`. */
function give(result: unknown, declared: Partial<CallDeclaration> | Declared = {}, args: unknown[] = [body]): unknown {
  unread.length = 0
  const full = typeof declared === 'function' ? declared : { ...declaration, ...declared }
  const original = typeof result === 'function' ? result : () => result
  return instrumentCall(full, (what) => typeof what === 'string' && unread.push(what))(
    original as never,
    () => true,
  ).apply({}, args)
}

function expectRead(): void {
  const { attributes, status } = harness.only()
  expect(attributes).toMatchObject({
    'gen_ai.usage.input_tokens': 3,
    'gen_ai.usage.output_tokens': 2,
    'gen_ai.response.finish_reasons': ['stop'],
  })
  expect(attributes['tracestitch.unread']).toBeUndefined()
  expect(status.code).toBe(SpanStatusCode.UNSET)
  expect(unread).toEqual([])
}

async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = []
  for await (const item of stream) items.push(item)
  return items
}

async function* generator(): AsyncGenerator<object> {
  yield* chunks
}

/** Makes an iterator anew for each reader, as the streams of several SDKs do. */
class Chunks {
  async *[Symbol.asyncIterator](): AsyncGenerator<object> {
    yield* chunks
  }
}

const web = (): ReadableStream<unknown> =>
  new ReadableStream({
    start(sink) {
      for (const one of chunks) sink.enqueue(one)
      sink.close()
    },
  })

describe('a stream of any kind', () => {
  const streams: readonly [string, () => AsyncIterable<unknown>][] = [
    ['a generator', generator],
    ['what makes a generator', () => new Chunks()],
    ['a Node stream', () => Readable.from(chunks)],
    ['a web stream', web],
  ]

  test.each(streams)('%s, after a promise', async (_name, make) => {
    const stream = make()
    const given = await (give(Promise.resolve(stream)) as Promise<AsyncIterable<unknown>>)
    expect(given).toBe(stream)
    expect(await collect(given)).toEqual(chunks)
    expectRead()
  })

  test.each(streams)('%s, at once', async (_name, make) => {
    expect(await collect(give(make()) as AsyncIterable<unknown>)).toEqual(chunks)
    expectRead()
  })

  test.each(streams)('%s, within the result of the method', async (_name, make) => {
    const result = { stream: make(), response: Promise.resolve(answer) }
    const given = (await give(Promise.resolve(result), {
      stream: (value) => (value as typeof result).stream,
    })) as typeof result
    expect(given).toBe(result)
    expect(await collect(given.stream)).toEqual(chunks)
    expectRead()
  })

  test.each(streams)('%s that the program stops reading', async (_name, make) => {
    for await (const first of give(make()) as AsyncIterable<unknown>) {
      expect(first).toEqual(chunks[0])
      break
    }
    // Node closes a stream a moment later.
    await new Promise((done) => setImmediate(done))
    const { attributes, status } = harness.only()
    expect(attributes['gen_ai.response.finish_reasons']).toBeUndefined()
    expect(status.code).toBe(SpanStatusCode.UNSET)
  })

  test.each<[string, () => AsyncIterable<unknown>]>([
    [
      'a generator',
      async function* () {
        yield chunks[0]
        throw new RangeError('late')
      },
    ],
    [
      'a Node stream',
      () =>
        Readable.from(
          (async function* () {
            yield chunks[0]
            throw new RangeError('late')
          })(),
        ),
    ],
    [
      'a web stream',
      () => {
        let at = 0
        return new ReadableStream({
          pull: (sink) => (at++ === 0 ? sink.enqueue(chunks[0]) : sink.error(new RangeError('late'))),
        })
      },
    ],
  ])('%s that fails', async (_name, make) => {
    await expect(collect(give(make()) as AsyncIterable<unknown>)).rejects.toThrow('late')
    expect(harness.only().attributes['error.type']).toBe('RangeError')
  })

  test('a web stream through its reader, and through tee()', async () => {
    const [one, other] = (give(web()) as ReadableStream<unknown>).tee()
    expect(await collect(one as AsyncIterable<unknown>)).toEqual(chunks)
    expect(await collect(other as AsyncIterable<unknown>)).toEqual(chunks)
    expectRead()
  })

  test('an event emitter whose events are declared', () => {
    const emitter = give(new EventEmitter(), { emits: { piece: 'chunk', end: 'done', error: 'fault' } }) as EventEmitter
    const heard: unknown[] = []
    emitter.on('chunk', (one) => heard.push(one))
    for (const one of chunks) emitter.emit('chunk', one)
    emitter.emit('done')
    expect(heard).toEqual(chunks)
    expectRead()
  })

  test('what is a promise and a stream, iterated', async () => {
    const both = Object.assign(new Chunks(), { then: undefined as unknown })
    both.then = (onValue: (value: unknown) => unknown) => Promise.resolve(answer).then(onValue)
    expect(await collect(give(both) as unknown as AsyncIterable<unknown>)).toEqual(chunks)
    expectRead()
  })

  test('events with a shape of their own', async () => {
    const pieces = [{ ping: true }, ...chunks.map((one) => ({ wrapped: JSON.stringify(one) }))]
    const event = (piece: unknown): { data: unknown } | undefined => {
      const { wrapped } = piece as { wrapped?: string }
      return wrapped === undefined ? undefined : { data: JSON.parse(wrapped) as unknown }
    }
    expect(await collect(give(Readable.from(pieces), { event }) as AsyncIterable<unknown>)).toEqual(pieces)
    expectRead()
  })

  test('a declaration says that the answer is a stream when the request does not', async () => {
    await collect(give(generator(), { streaming: true }, [{ ...body, stream: undefined }]) as AsyncIterable<unknown>)
    expect(harness.only().attributes['gen_ai.request.stream']).toBe(true)
  })
})

describe('what cannot be read is reported', () => {
  test.each<[string, unknown, Partial<CallDeclaration>, string]>([
    ['nothing', undefined, {}, 'answer'],
    ['a list', [1], {}, 'answer'],
    ['an object of another shape', { hello: 'there' }, {}, 'answer'],
    [
      'an answer that its declaration cannot find',
      answer,
      {
        answer: () => {
          throw new Error('gone')
        },
      },
      'answer',
    ],
    ['a stream that is not where it should be', { stream: 'a text' }, { stream: () => 'a text' }, 'stream'],
    ['a frozen generator', Object.freeze(generator()), {}, 'stream'],
    ['a frozen iterable', Object.freeze(new Chunks()), {}, 'stream'],
  ])('%s', (_name, result, declared, what) => {
    expect(give(result, declared)).toBe(result)
    expect(harness.only().attributes).toMatchObject({ 'tracestitch.unread': what, 'gen_ai.request.model': 'm' })
    expect(unread).toEqual([what])
  })

  test('a stream of pieces that its declaration cannot read', async () => {
    const event = (): never => {
      throw new Error('gone')
    }
    expect(await collect(give(generator(), { event }) as AsyncIterable<unknown>)).toEqual(chunks)
    expect(harness.only().attributes['tracestitch.unread']).toBe('stream')
  })

  test('an answer that the declaration marks as empty is ignored', () => {
    give({ total: 5 }, { operation: 'count_tokens', answer: () => undefined })
    expect(harness.only().attributes['tracestitch.unread']).toBeUndefined()
  })
})

describe('a declaration that depends on the call', () => {
  test('reads model, path and answer where the SDK has them', async () => {
    const declared: Declared = ([command]) => ({
      ...declaration,
      request: () => (command as { input: unknown }).input,
      model: () => (command as { model: string }).model,
      answer: (result) => (result as { output: unknown }).output,
    })
    const command = { model: 'by-command', input: { messages: [], temperature: 0.5 } }
    await give(Promise.resolve({ output: answer }), declared, [command])
    expectRead()
    expect(harness.only().attributes).toMatchObject({
      'gen_ai.request.model': 'by-command',
      'gen_ai.request.temperature': 0.5,
    })
  })

  test('does not trace what is no model call', async () => {
    expect(await give(Promise.resolve(answer), () => undefined)).toBe(answer)
    expect(harness.spans()).toEqual([])
  })

  test('that throws loses only the span', async () => {
    const declared = (): never => {
      throw new Error('gone')
    }
    expect(await give(Promise.resolve(answer), declared)).toBe(answer)
    expect(harness.spans()).toEqual([])
    expect(harness.faults()).toBe(1)
  })
})

/** As SDKs generated by Fern have it: the promise of the answer with its response is within. */
class HttpResponsePromise extends Promise<unknown> {
  innerPromise: Promise<{ data: unknown; rawResponse: { headers: Headers } }>

  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  constructor(inner: HttpResponsePromise['innerPromise']) {
    super((resolve) => resolve(undefined))
    this.innerPromise = inner
  }

  override then: Promise<unknown>['then'] = (onValue, onError) =>
    this.innerPromise.then(({ data }) => data).then(onValue, onError)

  withRawResponse(): HttpResponsePromise['innerPromise'] {
    return this.innerPromise
  }
}

describe('a promise that holds another one', () => {
  const rawResponse = { headers: new Headers({ 'x-request-id': 'req_1' }) }
  const wrapping = (): HttpResponsePromise => new HttpResponsePromise(Promise.resolve({ data: answer, rawResponse }))

  test.each<[string, (promise: HttpResponsePromise) => unknown, unknown]>([
    ['awaited', (promise) => promise, answer],
    ['with its response', (promise) => promise.withRawResponse(), { data: answer, rawResponse }],
  ])('%s', async (_name, take, expected) => {
    const promise = wrapping()
    const given = give(promise) as HttpResponsePromise
    expect(given).toBe(promise)
    expect(await take(given)).toEqual(expected)
    expectRead()
    expect(harness.only().attributes['http.response.header.x-request-id']).toEqual(['req_1'])
  })

  test('that fails', async () => {
    const error = new RangeError('x')
    await expect(give(new HttpResponsePromise(Promise.reject(error)))).rejects.toBe(error)
    expect(harness.only().attributes['error.type']).toBe('RangeError')
  })
})

test.each<[string, unknown]>([
  ['Headers', new Headers({ 'x-request-id': 'req_1' })],
  ['names and values', { 'x-request-id': 'req_1', 'content-length': 5 }],
])('headers of the response as %s', (_name, headers) => {
  give({ ...answer, headers }, { headers: (result) => (result as { headers: unknown }).headers })
  expect(harness.only().attributes['http.response.header.x-request-id']).toEqual(['req_1'])
})

describe('callbacks', () => {
  const callback = { callback: 'last' } as const
  const method =
    (outcome: readonly unknown[]) =>
    (_body: unknown, done: (...args: unknown[]) => void): void =>
      void setImmediate(() => done(...outcome))

  test('the answer', async () => {
    const heard = await new Promise((done) =>
      give(method([null, answer]), callback, [body, (...all: unknown[]) => done(all)]),
    )
    expect(heard).toEqual([null, answer])
    expectRead()
  })

  test('an error', async () => {
    const error = new RangeError('x')
    const heard = await new Promise((done) => give(method([error]), callback, [body, (...all: unknown[]) => done(all)]))
    expect(heard).toEqual([error])
    expect(harness.only().attributes['error.type']).toBe('RangeError')
  })

  test('without one, the promise', async () => {
    await give(Promise.resolve(answer), callback)
    expectRead()
  })
})

test('fields in camelCase are renamed by the table of the format, and the program keeps its own', async () => {
  const args = { firstName: 'x', max_items: 2 }
  const request = {
    model: 'm',
    maxTokens: 5,
    topP: 0.5,
    responseFormat: { type: 'json_object' },
    messages: [
      { role: 'assistant', toolCalls: [{ id: 'c', function: { name: 'find', arguments: args } }] },
      { role: 'tool', toolCallId: 'c', content: 'found' },
    ],
  }
  const result = {
    id: 'a',
    model: 'm-2026',
    choices: [
      {
        index: 0,
        finishReason: 'tool_calls',
        message: { role: 'assistant', content: '', toolCalls: request.messages[0]?.toolCalls },
      },
    ],
    usage: { promptTokens: 3, completionTokens: 2, totalTokens: 5, promptTokensDetails: { cachedTokens: 1 } },
  }
  const [asked, answered] = [structuredClone(request), structuredClone(result)]
  harness.use({ capture: 'span' })
  expect(await give(Promise.resolve(result), { spelling: 'camel' }, [request])).toBe(result)
  expect([request, result]).toEqual([asked, answered])
  const { attributes } = harness.only()
  expect(attributes).toMatchObject({
    'gen_ai.request.max_tokens': 5,
    'gen_ai.request.top_p': 0.5,
    'gen_ai.output.type': 'json',
    'gen_ai.usage.input_tokens': 3,
    'gen_ai.usage.output_tokens': 2,
    'gen_ai.usage.cache_read.input_tokens': 1,
    'gen_ai.response.finish_reasons': ['tool_calls'],
  })
  const called = JSON.stringify({ arguments: args }).slice(1, -1)
  expect(attributes['gen_ai.input.messages']).toContain(called)
  expect(attributes['gen_ai.input.messages']).toContain('"id":"c","response"')
  expect(attributes['gen_ai.output.messages']).toContain(called)
})
