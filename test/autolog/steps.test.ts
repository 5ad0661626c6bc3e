/** A method that is a step gives what it gave before, whatever that is, and its span says how it went. */
import { context, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import type { StepDeclaration } from '../../src/autolog/contract.js'
import { createPatcher } from '../../src/autolog/patch/patch.js'
import { startStep } from '../../src/telemetry/spans/step.js'
import { spanHarness } from '../telemetry/span-harness.js'

const harness = spanHarness()
const tool: StepDeclaration = { kind: 'tool', name: ([first]) => String(first) }

function session() {
  return createPatcher({ integration: 'x', format: 'esm', options: {}, call: () => (original) => original })
}

/** Runs `original` as a step. */
function run<T>(original: (...args: never[]) => T, more: Partial<StepDeclaration> = {}, args: unknown[] = ['add']): T {
  const { patcher } = session()
  return patcher.asStep(original as (...given: unknown[]) => T, { ...tool, ...more })(...args)
}

const boom = (): never => {
  throw new RangeError('boom')
}

describe('what a method may return', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 5],
    ['a frozen object', Object.freeze({})],
    ['a Proxy that throws', new Proxy({}, { get: boom, has: boom, getPrototypeOf: boom })],
  ])('%s', (_name, value) => {
    expect(run(() => value) === value).toBe(true)
    expect(harness.only()).toMatchObject({ name: 'execute_tool add', kind: SpanKind.INTERNAL })
  })

  const error = new RangeError('x')

  test('an error that is thrown, the same', () => {
    expect(() =>
      run(() => {
        throw error
      }),
    ).toThrow(error)
    expect(harness.only().status).toMatchObject({ code: SpanStatusCode.ERROR, message: 'RangeError' })
  })

  test('a rejection, with the same error', async () => {
    await expect(run(() => Promise.reject(error))).rejects.toBe(error)
    expect(harness.only().attributes).toMatchObject({ 'error.type': 'RangeError' })
  })

  test('a promise of another class, with its properties', async () => {
    class Special extends Promise<number> {}
    const result = run(() => Object.assign(Special.resolve(3), { id: 7 }))
    expect(result).toBeInstanceOf(Special)
    expect(result.id).toBe(7)
    expect(harness.spans()).toHaveLength(0)
    await expect(result).resolves.toBe(3)
    harness.only()
  })

  test('a promise whose class has a `then` of its own: the very same object', async () => {
    let asked = 0
    class Lazy extends Promise<number> {
      override then(...handlers: Parameters<Promise<number>['then']>): never {
        asked++
        return super.then(...handlers) as never
      }
      status(): string {
        return 'open'
      }
    }
    const lazy = new Lazy((done) => done(4))
    const result = run(() => lazy)
    expect(result).toBe(lazy)
    expect(asked).toBe(0)
    expect(await result).toBe(4)
    harness.only()
  })

  test('a thenable that works when it is awaited', async () => {
    let worked = 0
    const thenable = {
      // eslint-disable-next-line unicorn/no-thenable
      then(done: (value: number) => unknown) {
        worked++
        return Promise.resolve(done(9))
      },
    }
    const result = run(() => thenable)
    expect(result).toBe(thenable)
    expect(worked).toBe(0)
    expect(await result).toBe(9)
    harness.only()
  })

  test('a rejection that nobody handles stays unhandled', async () => {
    const unhandled: unknown[] = []
    const listener = (error: unknown): void => void unhandled.push(error)
    const others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', listener)
    const error = new Error('nobody')
    void run(() => Promise.reject(error))
    // Node tells it once all microtasks are done.
    await new Promise(setImmediate)
    process.removeListener('unhandledRejection', listener)
    for (const other of others) process.on('unhandledRejection', other)
    expect(unhandled).toEqual([error])
  })
})

describe('generators', () => {
  const numbers = async function* () {
    yield trace.getActiveSpan()
    yield 2
  }

  test('run in the span, which lasts until they end', async () => {
    const generator = run(numbers)
    expect(Object.prototype.toString.call(generator)).toBe('[object AsyncGenerator]')
    const active = (await generator.next()).value as Span
    expect(harness.spans()).toHaveLength(0)
    await generator.next()
    expect((await generator.next()).done).toBe(true)
    expect(harness.only().spanContext()).toEqual(active.spanContext())
  })

  test('end their span when the program stops reading', async () => {
    for await (const _ of run(numbers)) break
    expect(harness.only().status.code).toBe(SpanStatusCode.UNSET)
  })

  test('end their span when they fail', async () => {
    const failing = run(async function* () {
      yield 1
      throw new RangeError('late')
    })
    await failing.next()
    await expect(failing.next()).rejects.toThrow('late')
    expect(harness.only().attributes['error.type']).toBe('RangeError')
  })

  test('that a promise resolves to', async () => {
    const generator = await run(async () => numbers())
    for await (const _ of generator) expect(harness.spans()).toHaveLength(0)
    harness.only()
  })
})

describe('what is read', () => {
  test('name, attributes, input and output; a reader that throws loses only its own fact', async () => {
    harness.use({ capture: 'span' })
    await run(
      async () => ({ sum: 3 }),
      {
        attributes: () => ({ a: 1 }),
        input: ([, given]) => given,
        output: (result) => result,
        outcomeAttributes: boom,
      },
      ['add', { x: 1 }],
    )
    expect(harness.only().attributes).toMatchObject({
      'gen_ai.tool.name': 'add',
      a: 1,
      'gen_ai.tool.call.arguments': '{"x":1}',
      'gen_ai.tool.call.result': '{"sum":3}',
    })
  })

  test('no content unless it is captured', async () => {
    await run(async () => 'secret', { input: () => 'secret', output: (result) => result })
    expect(JSON.stringify(harness.only().attributes)).not.toContain('secret')
  })

  test('a result that says it failed', async () => {
    await run(async () => ({ isError: true }), { errorType: ({ result }) => (result ? 'tool_error' : undefined) })
    expect(harness.only()).toMatchObject({ attributes: { 'error.type': 'tool_error' }, status: { code: 2 } })
  })
})

describe('trace context in messages', () => {
  const sender: StepDeclaration = {
    kind: 'chain',
    name: 'send',
    span: 'client',
    inject: ([message], carried) => [{ ...(message as object), ...carried }],
  }
  const receiver: StepDeclaration = {
    kind: 'chain',
    name: 'receive',
    span: 'server',
    extract: ([message]) => message,
  }

  function exchange(): Record<string, unknown> {
    const { patcher } = session()
    const original = Object.freeze({ id: 1 })
    let carried: Record<string, unknown> = {}
    const receive = patcher.asStep((_message: object) => undefined, receiver)
    patcher.asStep((message: object) => {
      carried = message as Record<string, unknown>
      context.with(trace.deleteSpan(context.active()), () => receive(message))
    }, sender)(original)
    return carried
  }

  test('joins the spans of both sides', () => {
    harness.use({ propagates: () => true, joinsCallers: true })
    const carried = exchange()
    const [received, sent] = harness.spans()
    expect([sent?.kind, received?.kind]).toEqual([SpanKind.CLIENT, SpanKind.SERVER])
    expect(received?.parentSpanContext?.spanId).toBe(sent?.spanContext().spanId)
    expect(carried['traceparent']).toContain(sent?.spanContext().traceId)
  })

  test('is neither sent nor used when propagation is off', () => {
    harness.use({ propagates: () => false, joinsCallers: false })
    expect(exchange()).toEqual({ id: 1 })
    expect(harness.spans()[0]?.parentSpanContext).toBeUndefined()
  })

  test.each([
    ['no hex', 'zz'],
    ['zeros', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
    ['version ff', `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`],
    ['a number', 7],
  ])('that is nonsense starts a trace: %s', (_name, traceparent) => {
    harness.use({ joinsCallers: true })
    session().patcher.asStep((_message: object) => undefined, receiver)({ traceparent } as object)
    expect(harness.only().parentSpanContext).toBeUndefined()
  })

  test('links the span that was active here', () => {
    harness.use({ joinsCallers: true })
    const here = startStep('chain', 'http')
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    context.with(here.context, () =>
      session().patcher.asStep((_message: object) => undefined, receiver)({ traceparent }),
    )
    const span = harness.only()
    expect(span.spanContext().traceId).toBe('a'.repeat(32))
    expect(span.links.map((link) => link.context.spanId)).toEqual([here.span.spanContext().spanId])
  })
})

describe('a step that is the open tool in a layer below', () => {
  const below: StepDeclaration = {
    kind: 'chain',
    name: 'call',
    attributes: () => ({ below: true }),
    joins: () => 'add',
  }

  test('completes the span of that tool', async () => {
    await run(async () => run(async () => 1, below))
    expect(harness.only()).toMatchObject({ name: 'execute_tool add', attributes: { below: true } })
  })

  test('is a span of its own in another tool', async () => {
    await run(async () => run(async () => 1, below), {}, ['other'])
    expect(harness.spans().map((span) => span.name)).toEqual(['call', 'execute_tool other'])
  })
})

describe('the patch', () => {
  test('off() restores the method, and earlier references only call the original', () => {
    const holder = { add: (): number => 1 }
    const { add } = holder
    const { patcher, off } = session()
    expect(patcher.step(holder, 'add', tool)).toBe(true)
    const handed = patcher.asStep(() => 2, tool)
    expect(holder.add).not.toBe(add)
    off()
    expect(holder.add).toBe(add)
    expect(handed()).toBe(2)
    expect(harness.spans()).toHaveLength(0)
  })

  test('a declaration that depends on the call, and may be none', () => {
    const { patcher } = session()
    const fn = patcher.asStep(
      (_name: string) => 1,
      ([name]) => (name === 'add' ? tool : undefined),
    )
    fn('other')
    fn('add')
    harness.only()
  })

  test('an exemplar that cannot be made is reported, and does no harm', () => {
    const patches = session()
    class Hidden {
      work(): number {
        return 1
      }
    }
    const made = patches.patcher.exemplar(() => new Hidden())
    expect(patches.patcher.step(Object.getPrototypeOf(made), 'work', { ...tool, name: 'work' })).toBe(true)
    new Hidden().work()
    harness.only()
    expect(patches.patcher.exemplar(boom)).toBeUndefined()
    expect(patches.patcher.exemplar(() => 'text')).toBeUndefined()
    expect(patches.faults).toEqual(['exemplar() failed: boom', 'exemplar() returned no object'])
    patches.off()
  })
})
