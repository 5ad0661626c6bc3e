import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { beforeEach, describe, expect, test } from 'vitest'
import type { CaptureMode } from '../../src/telemetry/settings.js'
import { startStep, type StepKind } from '../../src/telemetry/spans/step.js'
import { watchedCount } from '../../src/telemetry/spans/abandoned.js'
import { traced } from '../../src/telemetry/spans/traced.js'
import { spanHarness } from './span-harness.js'

const harness = spanHarness()
const boom = (): never => {
  throw new Error('boom')
}

describe('names, kinds and attributes', () => {
  test.each<[StepKind, string, SpanKind, object]>([
    [
      'agent',
      'invoke_agent x',
      SpanKind.INTERNAL,
      { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'x' },
    ],
    [
      'workflow',
      'invoke_workflow x',
      SpanKind.INTERNAL,
      { 'gen_ai.operation.name': 'invoke_workflow', 'gen_ai.agent.name': 'x' },
    ],
    ['tool', 'execute_tool x', SpanKind.INTERNAL, { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'x' }],
    [
      'retriever',
      'retrieval x',
      SpanKind.CLIENT,
      { 'gen_ai.operation.name': 'retrieval', 'gen_ai.data_source.id': 'x' },
    ],
    ['chain', 'x', SpanKind.INTERNAL, {}],
  ])('%s', (kind, name, spanKind, attributes) => {
    startStep(kind, 'x').end()
    const span = harness.only()
    expect([span.name, span.kind, span.attributes, span.status.code]).toEqual([
      name,
      spanKind,
      attributes,
      SpanStatusCode.UNSET,
    ])
  })

  test.each([
    ['v1.41', { 'gen_ai.workflow.name': 'x' }],
    ['both', { 'gen_ai.workflow.name': 'x', 'gen_ai.agent.name': 'x' }],
  ] as const)('a workflow in %s', (semconv, attributes) => {
    harness.use({ semconv })
    startStep('workflow', 'x').end()
    expect(harness.only().attributes).toEqual({ 'gen_ai.operation.name': 'invoke_workflow', ...attributes })
  })

  test('an error marks the span once', () => {
    const step = startStep('tool', 'x')
    step.end({ error: new RangeError('private') })
    step.end()
    expect(harness.only().status).toEqual({ code: SpanStatusCode.ERROR, message: 'RangeError' })
    expect(JSON.stringify(harness.only().attributes)).not.toContain('private')
  })
})

describe('arguments and results', () => {
  const run = (): Record<string, unknown> => {
    const step = startStep('tool', 'x', { attributes: { 'gen_ai.tool.call.id': 'c1' } })
    step.recordArguments({ city: 'private' })
    step.recordResult('private result')
    step.end()
    return harness.only().attributes
  }

  test.each<[CaptureMode, boolean]>([
    ['none', false],
    ['span', true],
    ['event', false],
    ['both', true],
  ])('capture %s', (capture, recorded) => {
    harness.use({ capture })
    const attributes = run()
    expect(attributes['gen_ai.tool.call.arguments']).toBe(recorded ? '{"city":"private"}' : undefined)
    expect(attributes['gen_ai.tool.call.result']).toBe(recorded ? 'private result' : undefined)
  })

  test('pass the redactor as parts', () => {
    const seen: unknown[] = []
    harness.use({
      capture: 'span',
      redact: (part) => {
        seen.push(structuredClone(part))
        return part.type === 'tool_call' ? { ...part, arguments: { city: '***' } } : null
      },
    })
    const attributes = run()
    expect(seen).toEqual([
      { type: 'tool_call', id: 'c1', name: 'x', arguments: { city: 'private' } },
      { type: 'tool_call_response', id: 'c1', response: 'private result' },
    ])
    expect(attributes['gen_ai.tool.call.arguments']).toBe('{"city":"***"}')
    expect(JSON.stringify(attributes)).not.toContain('private')
  })

  test('are hidden by a redactor that throws', () => {
    harness.use({ capture: 'span', redact: boom })
    expect(JSON.stringify(run())).not.toContain('private')
  })
})

describe('trace()', () => {
  test('runs inside the span and returns what the function returns', () => {
    const result = { same: true }
    let active: string | undefined
    expect(
      traced(
        'work',
        (span) => (
          (active = trace.getSpan(context.active())?.spanContext().spanId),
          expect(span.isRecording()).toBe(true),
          result
        ),
        { kind: 'agent' },
      ),
    ).toBe(result)
    expect(harness.only().name).toBe('invoke_agent work')
    expect(active).toBe(harness.only().spanContext().spanId)
  })

  test('an error is the same error, thrown or rejected', async () => {
    const error = new TypeError('x')
    expect(() =>
      traced('sync', () => {
        throw error
      }),
    ).toThrow(error)
    await expect(traced('async', () => Promise.reject(error))).rejects.toBe(error)
    expect(harness.spans().map(({ status }) => status.message)).toEqual(['TypeError', 'TypeError'])
  })

  test('the span ends when the promise settles', async () => {
    const promise = traced('async', async () => {
      await new Promise(setImmediate)
      return 1
    })
    expect(harness.spans()).toHaveLength(0)
    expect(await promise).toBe(1)
    expect(harness.spans()).toHaveLength(1)
  })

  test('a thenable that is no promise, whose then returns nothing', async () => {
    const thenable = { then: (onValue: (value: number) => void) => void setImmediate(() => onValue(7)) }
    expect(await (traced('thenable', () => thenable) as unknown as Promise<number>)).toBe(7)
    expect(harness.spans()).toHaveLength(1)
  })

  test.each<[string, () => void]>([
    ['a processor that throws', () => (harness.onStart = boom)],
    ['a hook that throws at the start', () => harness.use({ onSpanStart: boom })],
    ['a hook that throws at the end', () => harness.use({ onSpanEnd: boom })],
  ])('%s does not reach the program', (_name, prepare) => {
    prepare()
    expect(traced('work', () => 5)).toBe(5)
    expect(harness.faults()).toBeGreaterThan(0)
  })

  const log: string[] = []
  const inside = (): boolean => trace.getSpan(context.active()) !== undefined
  const makers: readonly (readonly [string, () => unknown])[] = [
    ['an async generator', () => readLater()],
    ['a promise of one', async () => readLater()],
    ['a generator', () => readNow()],
    ['a stream as the SDKs have it', () => new SdkStream(readLater)],
    ['a promise of such a stream', async () => new SdkStream(readLater)],
    ['an iterable of the program', () => ({ [Symbol.asyncIterator]: readLater })],
  ]
  async function* readLater(): AsyncGenerator<number> {
    try {
      for (const item of [1, 2]) {
        await Promise.resolve()
        log.push(`${item} ${inside() ? 'inside' : 'outside'}`)
        yield item
      }
    } finally {
      log.push('left')
    }
  }
  function* readNow(): Generator<number> {
    for (const item of [1, 2]) {
      log.push(`${item} ${inside() ? 'inside' : 'outside'}`)
      yield item
    }
  }
  class SdkStream {
    readonly controller = new AbortController()
    readonly iterator: () => AsyncGenerator<number>
    constructor(iterator: () => AsyncGenerator<number>) {
      this.iterator = iterator
    }
    [Symbol.asyncIterator](): AsyncGenerator<number> {
      return this.iterator()
    }
  }

  describe.each(makers)('%s', (_name, make) => {
    beforeEach(() => {
      log.length = 0
    })
    const read = async (limit = Infinity): Promise<unknown[]> => {
      const items: unknown[] = []
      for await (const item of (await traced('read', make)) as AsyncIterable<unknown>) {
        expect(harness.spans()).toHaveLength(0)
        if (items.push(item) >= limit) break
      }
      return items
    }

    test('lasts until it is read, and runs inside the span', async () => {
      expect(await read()).toEqual([1, 2])
      expect(log.filter((line) => line !== 'left')).toEqual(['1 inside', '2 inside'])
      expect(harness.only().status.code).toBe(SpanStatusCode.UNSET)
    })

    test('ends when the program stops reading', async () => {
      expect(await read(1)).toEqual([1])
      await Promise.resolve()
      expect(harness.only().status.code).toBe(SpanStatusCode.UNSET)
    })
  })

  test('an error of a generator is the span\u2019s', async () => {
    const error = new RangeError('x')
    const failing = traced('fails', async function* () {
      yield 1
      throw error
    })
    await failing.next()
    await expect(failing.next()).rejects.toBe(error)
    const now = traced('fails too', function* () {
      yield 1
      throw error
    })
    now.next()
    expect(() => now.next()).toThrow(error)
    expect(harness.spans().map(({ status }) => status.message)).toEqual(['RangeError', 'RangeError'])
  })

  test.each<[string, () => object]>([
    ['a page of an SDK', () => ({ data: [1], async *[Symbol.asyncIterator]() {} })],
    ['a Map', () => new Map()],
  ])('%s is whole, and the span ends with it', async (_name, make) => {
    const value = make()
    expect(traced('page', () => value)).toBe(value)
    await traced('page', async () => value)
    expect(harness.spans()).toHaveLength(2)
  })

  test('an iterator without return is not watched', async () => {
    const iterator = { next: () => Promise.resolve({ done: true as const, value: undefined }) }
    for await (const _ of traced('plain', () => ({ [Symbol.asyncIterator]: () => iterator }))) void _
    expect(harness.spans()).toHaveLength(1)
  })

  test('a stream of Node that nobody reads ends with the process', () => {
    const before = watchedCount()
    const unread = traced('unread', () => new Readable({ read: () => undefined }))
    expect(watchedCount()).toBe(before + 1)
    process.emit('beforeExit', 0)
    expect(unread.destroyed).toBe(false)
    expect(harness.spans()).toHaveLength(1)
    expect(watchedCount()).toBe(before)
  })

  test('a stream of Node ends it, and keeps its errors', async () => {
    const whole = traced('whole', () => Readable.from(['a', 'b']))
    expect(harness.spans()).toHaveLength(0)
    for await (const _ of whole) void _
    expect(harness.spans()).toHaveLength(1)
    const broken = traced('broken', () => new Readable({ read: () => undefined }))
    expect(broken.listenerCount('error')).toBe(0)
    const seen = once(broken, 'error')
    broken.destroy(new RangeError('cut'))
    await seen
    await expect.poll(() => harness.spans()).toHaveLength(2)
    expect(harness.spans()[1]?.status.message).toBe('RangeError')
  })
})

test('documents are limited in total, and pass the redactor', () => {
  harness.use({ capture: 'span', redact: (part) => (JSON.stringify(part).includes('private') ? null : part) })
  const step = startStep('retriever', 'search')
  step.recordQuery('what?')
  step.recordDocuments([
    { id: 1, score: 0.5, content: 'private' },
    ...Array.from({ length: 60 }, (_, id) => ({ id, content: 'word '.repeat(20_000) })),
  ])
  step.end()
  const { attributes } = harness.only()
  expect(attributes['gen_ai.retrieval.query.text']).toBe('what?')
  const text = String(attributes['gen_ai.retrieval.documents'])
  expect(text.length).toBeLessThanOrEqual(128 * 1024)
  const documents = JSON.parse(text) as { id: number; content?: string }[]
  expect(documents[0]).toEqual({ id: 1, score: 0.5 })
  expect(documents).toHaveLength(61)
})

test('metadata of documents passes the redactor, and a memory has its own names', () => {
  harness.use({
    capture: 'span',
    redact: (part) =>
      part.type === 'generic' ? { ...part, value: { ...(part['value'] as object), email: '***' } } : part,
  })
  const step = startStep('memory', 'search_memory', { attributes: { 'gen_ai.memory.store.id': 'u1' } })
  step.recordQuery('what?')
  step.recordDocuments([{ id: 'm', distance: 0.5, content: 'likes tea', metadata: { email: 'a@b.c' } }, { id: 'n' }])
  step.recordParameter('db.query.parameter.filter', { email: 'a@b.c', kind: 'x' })
  step.end()
  const { name, kind, attributes } = harness.only()
  expect(name).toBe('search_memory')
  expect(kind).toBe(SpanKind.CLIENT)
  expect(attributes).toMatchObject({
    'gen_ai.operation.name': 'search_memory',
    'gen_ai.memory.store.id': 'u1',
    'gen_ai.memory.query.text': 'what?',
    'gen_ai.memory.records': '[{"id":"m","distance":0.5,"content":"likes tea","metadata":{"email":"***"}},{"id":"n"}]',
    'db.query.parameter.filter': '{"email":"***","kind":"x"}',
  })
})

test('a retriever without a name is named by its operation alone', () => {
  startStep('retriever', '').end()
  const { name, attributes } = harness.only()
  expect(name).toBe('retrieval')
  expect(attributes).not.toHaveProperty('gen_ai.data_source.id')
})
