/** Hooks become spans that know their parent, that all end, and below which everything hangs that begins meanwhile. */
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import { groupOf, withGroup, type RunGroup } from '../../src/autolog/calls/bridge.js'
import { SpanBridge } from '../../src/autolog/contract.js'
import { createPatcher } from '../../src/autolog/patch/patch.js'
import { startStep } from '../../src/telemetry/spans/step.js'
import { spanHarness } from '../telemetry/span-harness.js'

const harness = spanHarness()
const session = () =>
  createPatcher({
    integration: 'x',
    format: 'esm',
    options: {},
    call: () => (original) => original,
    report: () => undefined,
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

  test('the end of a run ends the open runs below it, the innermost first', () => {
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

  test('runs that nobody ends are limited: the oldest is ended first', () => {
    const bridge = new SpanBridge('t')
    const ended: number[] = []
    for (let i = 0; i < 10_005; i++) {
      bridge.start({ id: String(i), facts: undefined, finish: () => ended.push(i) }, undefined, ROOT_CONTEXT)
    }
    expect(bridge.size).toBe(10_000)
    expect(ended).toEqual([0, 1, 2, 3, 4])
  })

  test('runs that nobody ends are ended when the process runs out of work, the innermost first', () => {
    const bridge = new SpanBridge('t')
    const left: string[] = []
    begin(bridge, 'root')
    begin(bridge, 'child', 'root')
    const run = { facts: undefined, finish: () => undefined, abandoned: () => left.push('told') }
    bridge.start({ id: 'other', ...run }, undefined, ROOT_CONTEXT)
    process.emit('beforeExit', 0)
    expect([lines(), left, bridge.size]).toEqual([['child < root', 'root'], ['told'], 0])
    begin(bridge, 'late')
    process.emit('beforeExit', 0)
    expect(lines()).toEqual(['child < root', 'root', 'late'])
  })

  test('a fault of one run affects only that run', () => {
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

/** Runs without spans, and how each ended. */
function plain() {
  const bridge = new SpanBridge('t')
  const ended: unknown[] = []
  const start = (id: string, parentId?: string): void => {
    const finish = ({ error }: { readonly error?: unknown }): void => void ended.push([id, error])
    bridge.start({ id, facts: undefined, finish, abandoned: () => ended.push(`${id} left`) }, parentId, ROOT_CONTEXT)
  }
  return { bridge, ended, start }
}

describe('being within a run', () => {
  test('a run is within itself and those above it, and within no other', () => {
    const { bridge, start } = plain()
    for (const [id, parent] of [['root'], ['child', 'root'], ['other']] as const) start(id, parent)
    const within = bridge.get('child')?.context ?? ROOT_CONTEXT
    expect(['child', 'root', 'other', 'nobody'].map((id) => bridge.isWithin(id, within))).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(bridge.isWithin('root', ROOT_CONTEXT)).toBe(false)
    expect([bridge.get('nobody'), bridge.get(undefined), bridge.contextOf(undefined)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('the program is within the run once its context is active', () => {
    const { bridge, start } = plain()
    start('run')
    const own = bridge.get('run')?.context ?? ROOT_CONTEXT
    expect(bridge.parentContext('run')).toBe(own)
    expect(bridge.parentContext('nobody')).toBe(context.active())
    const deeper = own.setValue(Symbol('of the program'), 1)
    context.with(deeper, () => {
      expect(bridge.contextOf('run')).toBeUndefined()
      expect(bridge.parentContext('run')).toBe(deeper)
    })
  })
})

describe('how runs end', () => {
  test('the reported one with its outcome, those below it as abandoned', () => {
    const { bridge, ended, start } = plain()
    for (const [id, parent] of [['root'], ['child', 'root'], ['other']] as const) start(id, parent)
    const error = new Error('x')
    bridge.endWithin('root', { error })
    expect(ended).toEqual(['child left', ['root', error]])
    bridge.end('root', {})
    bridge.end('other', {})
    expect(ended.slice(2)).toEqual([['other', undefined]])
  })

  test('a piece for a run without a handler, or for an unknown run, is ignored', () => {
    const { bridge, start } = plain()
    start('run')
    bridge.chunk('run')
    bridge.chunk('nobody')
    expect(harness.faults()).toBe(0)
  })

  test.each([[undefined], [new Error('x')]])(
    'what a stream kept alive ends with it, the innermost first: %s',
    (error) => {
      const { bridge, ended, start } = plain()
      const group: RunGroup = { runs: new Set() }
      start('outside')
      context.with(withGroup(context.active(), group), () => {
        expect(groupOf(context.active())).toBe(group)
        start('one')
        start('two')
        start('below two', 'two')
      })
      start('far below', 'below two')
      bridge.end('one', {})
      expect(group.runs).toEqual(new Set(['two']))
      ended.length = 0
      bridge.abandon(group, error)
      const names = ['far below', 'below two', 'two']
      expect(ended).toEqual(names.map((name) => (error ? [name, error] : `${name} left`)))
      expect([group.runs.size, bridge.size]).toEqual([0, 1])
      bridge.abandon(group, error)
      expect(bridge.size).toBe(1)
    },
  )
})

describe('a framework that knows its current run', () => {
  const current = new AsyncLocalStorage<string>()

  test('is the parent of every span that begins there, until off()', async () => {
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

  test('does not replace an active context that is deeper', () => {
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
