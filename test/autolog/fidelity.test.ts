/** An instrumented method gives what the original gives, whatever that is, and its span ends. */
import { context, SpanStatusCode } from '@opentelemetry/api'
import vm from 'node:vm'
import { describe, expect, test } from 'vitest'
import { instrumentCall } from '../../src/autolog/calls/instrument-call.js'
import type { CallDeclaration } from '../../src/autolog/contract.js'
import { watchedCount } from '../../src/telemetry/spans/abandoned.js'
import { slotOf } from '../../src/telemetry/spans/call-slot.js'
import { spanHarness } from '../telemetry/span-harness.js'

const harness = spanHarness()
const boom = (): never => {
  throw new Error('boom')
}
const answer = {
  id: 'a',
  object: 'chat.completion',
  created: 1,
  model: 'm-2026',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hi' } }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
}
const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'a',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
})
const declaration: CallDeclaration = { protocol: 'openai-chat', provider: 'p', baseURL: () => 'http://gw.test/v1' }
const body = { model: 'm', messages: [{ role: 'user', content: 'x' }] }

function call<T>(original: (...args: never[]) => T, args: unknown[] = [body], more: Partial<CallDeclaration> = {}): T {
  return instrumentCall({ ...declaration, ...more })(original as never, () => true).apply({}, args) as T
}
const ended = () => harness.only().attributes

describe('what a method may return', () => {
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['an answer', answer],
    ['a frozen answer', Object.freeze({ ...answer })],
    ['a Proxy that throws', new Proxy({}, { get: boom, has: boom, getPrototypeOf: boom })],
  ])('%s', (_name, value) => {
    expect(call(() => value) === value).toBe(true)
    expect(ended()).toMatchObject({ 'gen_ai.request.model': 'm' })
    expect(harness.only().status.code).toBe(SpanStatusCode.UNSET)
  })

  test('an error that is thrown at once', () => {
    const error = new RangeError('x')
    expect(() =>
      call(() => {
        throw error
      }),
    ).toThrow(error)
    expect(harness.only().status.message).toBe('RangeError')
  })

  test('a promise: class, extras, value', async () => {
    class Special extends Promise<unknown> {
      extra(): string {
        return 'from the class'
      }
    }
    const promise = Object.assign(Special.resolve(answer), { id: 7 })
    const result = call(() => promise) as Special & { id: number }
    expect(result).toBeInstanceOf(Special)
    expect([result.extra(), result.id, await result]).toEqual(['from the class', 7, answer])
    expect(ended()).toMatchObject({ 'gen_ai.usage.input_tokens': 3 })
  })

  test('a promise that is rejected: the same error, handled or not as the program does it', async () => {
    const error = new Error('x')
    await expect(call(() => Promise.reject(error))).rejects.toBe(error)
    // Without a handler it must stay an unhandled rejection: exactly one.
    const before = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    const unhandled: unknown[] = []
    process.on('unhandledRejection', (reason) => unhandled.push(reason))
    void call(() => Promise.reject(error))
    // Node tells it once all microtasks are done.
    await new Promise(setImmediate)
    process.removeAllListeners('unhandledRejection')
    for (const listener of before) process.on('unhandledRejection', listener)
    expect(unhandled).toEqual([error])
  })

  test('a promise of another realm', async () => {
    const foreign = vm.runInNewContext('Promise.resolve(answer)', { answer }) as Promise<unknown>
    const result = call(() => foreign)
    expect(result).not.toBeInstanceOf(Promise)
    expect(await result).toBe(answer)
    expect(ended()).toMatchObject({ 'gen_ai.usage.input_tokens': 3 })
  })

  test('a thenable that is no promise: same object, awaited as often as the program awaits it', async () => {
    let asked = 0
    const thenable = {
      then(onValue: (value: unknown) => void) {
        asked++
        onValue(answer)
      },
    }
    const result = call(() => thenable)
    expect(result).toBe(thenable)
    expect([asked, harness.spans().length]).toEqual([0, 0])
    expect(await result).toBe(answer)
    expect([asked, harness.spans().length]).toEqual([1, 1])
    expect(await result).toBe(answer)
    expect([asked, harness.spans().length]).toEqual([2, 1])
  })

  test('a thenable that fails', async () => {
    const error = new Error('x')
    const thenable = { then: (_ok: unknown, fail: (error: unknown) => void) => fail(error) }
    await expect(Promise.resolve(call(() => thenable) as unknown)).rejects.toBe(error)
    expect(harness.only().status.code).toBe(SpanStatusCode.ERROR)
  })

  test('a frozen thenable', async () => {
    const thenable = Object.freeze({ then: (onValue: (value: unknown) => void) => onValue(answer) })
    expect(await (call(() => thenable) as unknown)).toBe(answer)
    expect(harness.spans()).toHaveLength(1)
  })
})

/** The promise of SDKs that Stainless generates, cut down to what the engine looks at. */
class ApiPromise extends Promise<unknown> {
  responsePromise: Promise<unknown>
  parseResponse: (props: { response: Response }) => unknown
  constructor(
    responsePromise: Promise<unknown>,
    parseResponse: (props: { response: Response }) => unknown = ({ response }) => response.json(),
  ) {
    super((resolve) => resolve(null))
    this.responsePromise = responsePromise
    this.parseResponse = parseResponse
  }
  static override get [Symbol.species]() {
    return Promise
  }
  asResponse(): Promise<Response> {
    return this.responsePromise.then((props) => (props as { response: Response }).response)
  }
  _thenUnwrap(transform: (data: unknown) => unknown): ApiPromise {
    return new ApiPromise(this.responsePromise, async (props) => transform(await this.parseResponse(props)))
  }
  override then(...handlers: Parameters<Promise<unknown>['then']>): never {
    return this.responsePromise
      .then((props) => this.parseResponse(props as { response: Response }))
      .then(...handlers) as never
  }
}
const response = () => ({ response: Response.json(answer, { headers: { 'x-request-id': 'r' } }) })

describe('lazy promises', () => {
  test.each<[string, (promise: ApiPromise) => ApiPromise, boolean]>([
    ['open', (promise) => promise, true],
    ['sealed', Object.seal, false],
    ['frozen', Object.freeze, false],
    ['without extensions', Object.preventExtensions, false],
  ])('%s: the same object, the same answer', async (_name, change, watched) => {
    const promise = change(new ApiPromise(Promise.resolve(response())))
    const result = call(() => promise)
    expect(result === promise).toBe(true)
    expect(await (result as Promise<unknown>)).toEqual(answer)
    expect(ended()['gen_ai.usage.input_tokens']).toBe(watched ? 3 : undefined)
  })

  test('a frozen one that fails is rejected once, for the program', async () => {
    const error = new Error('x')
    const result = call(() => Object.freeze(new ApiPromise(Promise.reject(error))))
    await expect(result as Promise<unknown>).rejects.toBe(error)
    expect(harness.spans()).toHaveLength(1)
  })

  test.each([false, true])('one that another wrapper has awaited already ends its span: fails %s', async (fails) => {
    const error = new Error('x')
    const parsed = fails ? Promise.reject(error) : Promise.resolve(answer)
    const promise = Object.assign(new ApiPromise(Promise.resolve(response()), () => parsed), { parsedPromise: parsed })
    const result = call(() => promise)
    expect(result).toBe(promise)
    await expect(Promise.resolve(result).catch((caught: unknown) => caught)).resolves.toBe(fails ? error : answer)
    expect(harness.only().status.code).toBe(fails ? SpanStatusCode.ERROR : SpanStatusCode.UNSET)
    if (!fails) expect(ended()).toMatchObject({ 'gen_ai.usage.input_tokens': 3 })
  })

  test('a parser that throws at once', async () => {
    const error = new Error('x')
    await expect(
      call(
        () =>
          new ApiPromise(Promise.resolve(response()), () => {
            throw error
          }),
      ) as Promise<unknown>,
    ).rejects.toBe(error)
    expect(harness.only().status.code).toBe(SpanStatusCode.ERROR)
  })

  test('a failure names its request', async () => {
    const error = Object.assign(new Error('x'), { status: 500, headers: new Headers({ 'x-request-id': 'r9' }) })
    await expect(call(() => new ApiPromise(Promise.reject(error))) as Promise<unknown>).rejects.toBe(error)
    expect(ended()).toMatchObject({ 'http.response.header.x-request-id': ['r9'], 'http.response.status_code': 500 })
  })

  /** Newer SDKs make clones that read the request itself, by a method of the promise's own. */
  const cloning = (source: Promise<unknown>) => {
    const parse = async ({ response: given }: { response: Response }) => given.json() as Promise<unknown>
    const promise = new ApiPromise(source, parse)
    promise._thenUnwrap = (transform) => new ApiPromise(source, async (props) => transform(await parse(props)))
    return promise
  }

  test('a clone with a transform: the answer before it is read', async () => {
    const result = call(() => cloning(Promise.resolve(response()))) as ApiPromise
    expect(await (result._thenUnwrap(() => 'transformed') as unknown)).toBe('transformed')
    expect(ended()).toMatchObject({ 'gen_ai.usage.input_tokens': 3, 'http.response.header.x-request-id': ['r'] })
  })

  test('a clone that fails: rejected once, for the program', async () => {
    const error = new Error('x')
    const before = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    const unhandled: unknown[] = []
    process.on('unhandledRejection', (reason) => unhandled.push(reason))
    const result = call(() => cloning(Promise.reject(error))) as ApiPromise
    await expect(result._thenUnwrap((data) => data) as unknown).rejects.toBe(error)
    await new Promise(setImmediate)
    process.removeAllListeners('unhandledRejection')
    for (const listener of before) process.on('unhandledRejection', listener)
    expect(unhandled).toEqual([])
    expect(harness.only().status.code).toBe(SpanStatusCode.ERROR)
  })

  test('a raw response that is cloned', async () => {
    const raw = await (call(() => new ApiPromise(Promise.resolve(response()))) as ApiPromise).asResponse()
    const clone = raw.clone()
    expect([await raw.json(), await clone.json()]).toEqual([answer, answer])
    expect(ended()).toMatchObject({ 'gen_ai.usage.input_tokens': 3 })
  })
})

describe('streams', () => {
  const chunks = [chunk({ role: 'assistant', content: 'h' }), chunk({ content: 'i' }, 'stop')]
  const streamOf = (iterator: () => AsyncIterator<unknown>) => ({
    iterator,
    controller: new AbortController(),
    [Symbol.asyncIterator]() {
      return this.iterator()
    },
  })
  async function* generate() {
    yield* chunks
  }
  const read = async (stream: AsyncIterable<unknown>): Promise<unknown[]> => {
    const items = []
    for await (const item of stream) items.push(item)
    return items
  }

  test.each<[string, () => ReturnType<typeof streamOf>]>([
    ['a generator', () => streamOf(generate)],
    ['a frozen stream', () => Object.freeze(streamOf(generate))],
    ['a frozen iterator', () => streamOf(() => Object.freeze(generate()))],
    [
      'an iterator that answers at once',
      () =>
        streamOf(() => {
          const left = [...chunks]
          return { next: () => ({ done: left.length === 0, value: left.shift() }) } as never
        }),
    ],
    [
      'an iterator without return',
      () =>
        streamOf(() => {
          const inner = generate()
          return { next: () => inner.next() }
        }),
    ],
  ])('%s', async (_name, make) => {
    const stream = make()
    expect(call(() => stream) === stream).toBe(true)
    expect(await read(stream)).toEqual(chunks)
    expect(harness.spans()).toHaveLength(1)
    expect(watchedCount()).toBe(0)
  })

  test('an iterator whose next throws', async () => {
    const error = new Error('x')
    const stream = streamOf(() => ({
      next: () => {
        throw error
      },
    }))
    call(() => stream)
    await expect(read(stream)).rejects.toBe(error)
    expect(harness.only().status.code).toBe(SpanStatusCode.ERROR)
    expect(ended()['gen_ai.response.finish_reasons']).toEqual(['error'])
  })

  test('a stream without any event was cut', async () => {
    const stream = streamOf(async function* () {
      /* nothing comes */
    })
    call(() => stream)
    expect(await read(stream)).toEqual([])
    expect(ended()).toMatchObject({ 'error.type': 'stream_truncated', 'gen_ai.response.finish_reasons': ['error'] })
  })

  test('calls that the program makes between chunks are separate calls', async () => {
    const stream = streamOf(generate)
    call(() => stream)
    for await (const _ of stream) call(() => answer)
    expect(harness.spans()).toHaveLength(3)
    expect(harness.spans().map(({ parentSpanContext }) => parentSpanContext)).toEqual([undefined, undefined, undefined])
  })
})

describe('what a declaration or a program may do', () => {
  const getter = {
    model: 'm',
    get messages(): never {
      return boom()
    },
    get temperature(): never {
      return boom()
    },
  }
  test.each<[string, unknown[], Partial<CallDeclaration>]>([
    ['a body whose getters throw', [getter], {}],
    ['a body that is a Proxy which throws', [new Proxy({}, { get: boom, ownKeys: boom, has: boom })], {}],
    ['no arguments', [], {}],
    ['a body that is a string', ['x'], {}],
    ['a declared request that throws', [body], { request: boom }],
    ['a declared provider that throws', [body], { provider: boom }],
    ['a declared base URL that throws', [body], { baseURL: boom }],
    ['declared attributes of the answer that throw', [body], { responseAttributes: boom }],
    ['a mute that throws', [body], { mute: boom }],
    ['an unmute that throws', [body], { mute: () => boom }],
  ])('%s', (_name, args, more) => {
    harness.use({ capture: 'both' })
    expect(call(() => answer, args, more)).toBe(answer)
    expect(ended()['gen_ai.operation.name']).toBe('chat')
  })

  test.each(['mute', 'inject'] as const)('%s is in force while the method runs, and no longer', async (name) => {
    const order: string[] = []
    const self = {}
    const more: Partial<CallDeclaration> = {
      [name]: (given: unknown) => {
        order.push(given === self ? 'on' : 'on for another')
        return () => void order.push('off')
      },
    }
    const method = (fails: boolean): unknown => {
      order.push('method')
      if (fails) throw new Error('x')
      return Promise.resolve(answer).finally(() => order.push('settled'))
    }
    const replaced = instrumentCall({ ...declaration, ...more, request: () => body })(method as never, () => true)
    await Reflect.apply(replaced, self, [false])
    expect(order.splice(0)).toEqual(['on', 'method', 'off', 'settled'])
    expect(() => Reflect.apply(replaced, self, [true])).toThrow('x')
    expect(order).toEqual(['on', 'method', 'off'])
  })

  test.each<[string, Partial<CallDeclaration>, string]>([
    ['chat', {}, 'chat'],
    ['that of the format', { protocol: 'openai-embeddings' }, 'embeddings'],
    ['that of the declaration', { protocol: 'openai-embeddings', operation: 'retrieval' }, 'retrieval'],
  ])('the operation is %s', (_name, more, operation) => {
    call(() => null, [{ model: 'm', input: 'x' }], more)
    expect(ended()['gen_ai.operation.name']).toBe(operation)
  })

  test('arguments and receiver are passed on unchanged', () => {
    const self = {}
    const args = [body, { signal: undefined }, 3]
    const seen: unknown[] = []
    const method = function (this: unknown, ...given: unknown[]) {
      seen.push(this, ...given)
      expect(slotOf(context.active())?.call).toBeDefined()
      return answer
    }
    instrumentCall(declaration)(method as never, () => true).apply(self, args)
    expect(seen.every((value, i) => value === [self, ...args][i])).toBe(true)
    expect(seen).toHaveLength(4)
  })

  test('after off() only the original runs', () => {
    const method = () => (expect(slotOf(context.active())).toBeUndefined(), answer)
    expect(instrumentCall(declaration)(method as never, () => false).apply({}, [body])).toBe(answer)
    expect(harness.spans()).toHaveLength(0)
  })
})
