/** Hooks become spans that know their parent, that all end, and below which everything hangs that begins meanwhile. */
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import { SpanBridge } from '../../src/autolog/contract.js'
import { createPatcher } from '../../src/autolog/patch.js'
import { startStep } from '../../src/telemetry/step.js'
import { spanHarness } from '../telemetry/span-harness.js'

const harness = spanHarness()
const session = () =>
  createPatcher({
    integration: 'x',
    format: 'esm',
    options: {},
    call: () => (original) => original,
    unread: () => undefined,
  })

function begin(bridge: SpanBridge, id: string, parentId?: string): void {
  const step = startStep('chain', id, { parent: bridge.parentContext(parentId) })
  bridge.start({ id, facts: undefined, finish: ({ error }) => step.end({ error }) }, parentId, step.context)
}

/** `name < parent` of each span that has ended, oldest first. */
const lines = (): string[] =>
  harness.spans().map((span) => {
    const parent = harness.spans().find((other) => other.spanContext().spanId === span.parentSpanContext?.spanId)
    return parent ? `${span.name} < ${parent.name}` : span.name
  })

describe('runs by id', () => {
  test('a child finds its parent, whatever context is active', () => {
    const bridge = new SpanBridge('t')
    begin(bridge, 'root')
    context.with(ROOT_CONTEXT, () => begin(bridge, 'child', 'root'))
    bridge.end('child', { error: new RangeError('x') })
    bridge.end('root', {})
    expect(lines()).toEqual(['child < root', 'root'])
    expect(harness.spans()[0]?.attributes['error.type']).toBe('RangeError')
    expect(bridge.size).toBe(0)
  })

  test('the end of a run may end what is open below it, the innermost first', () => {
    const bridge = new SpanBridge('t')
    begin(bridge, 'root')
    begin(bridge, 'child', 'root')
    begin(bridge, 'grandchild', 'child')
    begin(bridge, 'other')
    bridge.endWithin('root', {})
    expect(lines()).toEqual(['grandchild < child', 'child < root', 'root'])
    bridge.end('other', {})
  })

  test('an id that is used twice ends the first run', () => {
    const bridge = new SpanBridge('t')
    begin(bridge, 'a')
    begin(bridge, 'a')
    bridge.end('a', {})
    bridge.end('a', {})
    expect(lines()).toEqual(['a', 'a'])
  })

  test('what nobody ends is bounded: the oldest goes first', () => {
    const bridge = new SpanBridge('t')
    const ended: number[] = []
    for (let i = 0; i < 10_005; i++) {
      bridge.start({ id: String(i), facts: undefined, finish: () => ended.push(i) }, undefined, ROOT_CONTEXT)
    }
    expect(bridge.size).toBe(10_000)
    expect(ended).toEqual([0, 1, 2, 3, 4])
  })

  test('a fault of one run costs that run only', () => {
    const bridge = new SpanBridge('t')
    const finish = (): never => {
      throw new Error('x')
    }
    bridge.start({ id: 'a', facts: undefined, finish, chunk: finish }, undefined, ROOT_CONTEXT)
    bridge.chunk('a')
    bridge.end('a', {})
    expect(harness.faults()).toBe(2)
  })
})

describe('a framework that knows its current run', () => {
  const current = new AsyncLocalStorage<string>()

  test('gives it to every span that begins there, until off()', async () => {
    const bridge = new SpanBridge('t')
    const patches = session()
    const holder = (context as unknown as { _getContextManager(): object })._getContextManager()
    patches.patcher.locate(bridge, () => current.getStore())
    begin(bridge, 'run')
    await current.run('run', async () => {
      await trace.getTracer('user').startActiveSpan('mine', async (span) => {
        await Promise.resolve()
        startStep('chain', 'below mine').end()
        span.end()
      })
    })
    expect(trace.getActiveSpan()).toBeUndefined()
    patches.off()
    expect(Object.hasOwn(holder, 'active')).toBe(false)
    current.run('run', () => startStep('chain', 'after off').end())
    bridge.end('run', {})
    expect(lines()).toEqual(['below mine < mine', 'mine < run', 'after off', 'run'])
  })

  test('and a context that lies deeper stays the active one', () => {
    const bridge = new SpanBridge('t')
    const patches = session()
    patches.patcher.locate(bridge, () => current.getStore())
    begin(bridge, 'outer')
    begin(bridge, 'inner', 'outer')
    current.run('outer', () =>
      context.with(bridge.contextOf('inner') ?? ROOT_CONTEXT, () => startStep('chain', 'deep').end()),
    )
    bridge.endWithin('outer', {})
    patches.off()
    expect(lines()).toEqual(['deep < inner', 'inner < outer', 'outer'])
  })
})
