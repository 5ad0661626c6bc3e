import { describe, expect, it } from 'vitest'
import { setUpProcesses } from './set-up-processes.js'

const { run, receiver } = setUpProcesses()

/** Packages of the SDK that are loaded. */
const LOADED = `const loaded = () => ['sdk-trace-base', 'context-async-hooks', 'core', 'resources'].filter((name) =>
  Object.keys(require.cache).some((file) => file.includes('@opentelemetry/' + name + '/')));
  const turn = () => new Promise((resolve) => setImmediate(resolve));`
const QUIET = `{ exporter: { export: (spans, done) => done({ code: 0 }), shutdown: async () => {} } }`
const ALL = ['sdk-trace-base', 'core', 'resources']

async function said(source: string, format: 'esm' | 'cjs' = 'esm'): Promise<unknown> {
  const { stdout, stderr, code } = await run(
    `${LOADED} const say = (what) => console.log(JSON.stringify(what)); ${source}`,
    { format },
  )
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  return JSON.parse(stdout)
}

describe('the SDK of OpenTelemetry', () => {
  it.each(['esm', 'cjs'] as const)(
    'is not loaded by the set-up, but a turn of the event loop later: %s',
    async (format) => {
      const source = `setUpTracing(${QUIET}); const before = loaded(); turn().then(() => say({ before, after: loaded() }))`
      expect(await said(source, format)).toEqual({ before: [], after: ALL })
    },
  )

  it.each([
    ['a span', `api.trace.getTracer('app').startSpan('work').end()`],
    ['the status', 'handle.status'],
    ['a carrier', 'api.propagation.inject(api.context.active(), {})'],
  ])('is loaded by %s before that', async (_name, use) => {
    expect(await said(`const handle = setUpTracing(${QUIET}); ${use}; say(loaded())`)).toEqual(ALL)
  })

  it.each([
    ['a context', `api.context.with(api.context.active().setValue(Symbol(), 1), () => {})`],
    ['a bound function', `api.context.bind(api.context.active(), () => {})()`],
    ['a tracer', `api.trace.getTracer('app')`],
    ['a flush', 'handle.flush()'],
    ['a shutdown', 'handle.shutdown()'],
  ])('is not loaded by %s', async (_name, use) => {
    expect(await said(`const handle = setUpTracing(${QUIET}); ${use}; say(loaded())`)).toEqual([])
  })

  it('is not loaded for a program that has set OpenTelemetry up by then', async () => {
    const source = `setUpTracing({ exporter: 'none' }, true)
      const seen = []
      api.trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: (name) => (seen.push(name), { end() {} }) }) })
      api.trace.getTracer('app').startSpan('work').end()
      await turn()
      say([loaded(), seen])`
    expect(await said(source)).toEqual([[], ['work']])
  })

  it('is not loaded for a program that ends', async () => {
    expect(await said(`setUpTracing(${QUIET}); process.on('exit', () => say(loaded()))`, 'cjs')).toEqual([])
  })

  it('is the registered provider, and its tracers are those from before', async () => {
    const source = `setUpTracing(${QUIET})
      const early = api.trace.getTracer('app')
      await turn()
      const provider = api.trace.getTracerProvider().getDelegate()
      const { BasicTracerProvider } = require('@opentelemetry/sdk-trace-base')
      say([provider instanceof BasicTracerProvider, early === api.trace.getTracer('app'), provider.getTracer('app') === early])`
    expect(await said(source)).toEqual([true, true, true])
  })

  it('may be instrumented itself: a span that begins while it loads is not recorded, and those after it are', async () => {
    const source = `const seen = []
      setUpTracing({ exporter: { export: (spans, done) => (seen.push(...spans.map(({ name }) => name)), done({ code: 0 })), shutdown: async () => {} } })
      const { Module } = require('module')
      const { _load: load } = Module
      Module._load = function (name) {
        if (!/^@opentelemetry.(core|resources|sdk)/.test(name)) return load.apply(this, arguments)
        const span = api.trace.getTracer('app').startSpan(name)
        try { return load.apply(this, arguments) } finally { span.end() }
      }
      api.trace.getTracer('app').startSpan('first').end()
      Module._load = load
      api.trace.getTracer('app').startSpan('second').end()
      await api.trace.getTracerProvider().getDelegate().forceFlush()
      say(seen)`
    expect(await said(source)).toEqual(['first', 'second'])
  })
})

describe('a set-up after a set-up', () => {
  it('takes the place of one that had no span yet', async () => {
    const source = `const early = api.trace.getTracer('early')
      setUpTracing({ exporter: 'console' })
      const between = api.trace.getTracer('between')
      const handle = setUpTracing({ endpoint: ${JSON.stringify(receiver().url)} })
      for (const tracer of [early, between, api.trace.getTracer('late')]) tracer.startSpan('work').end()
      await handle.flush()
      say(handle.status.exported)`
    expect(await said(source)).toBe(3)
    expect(receiver().spans).toHaveLength(3)
  })

  it('exports nothing more after a shutdown, if no span came before it either', async () => {
    const source = `const handle = setUpTracing({ endpoint: ${JSON.stringify(receiver().url)} })
      await handle.shutdown()
      const span = api.trace.getTracer('app').startSpan('work')
      span.end()
      await handle.flush()
      say([handle.status.exported, api.isSpanContextValid(span.spanContext())])`
    expect(await said(source)).toEqual([0, true])
    expect(receiver().spans).toHaveLength(0)
  })
})

describe('the context manager', () => {
  const KEY = `const { EventEmitter } = require('events'); const key = api.createContextKey('k');
    setUpTracing(${QUIET}); const inside = api.context.active().setValue(key, 'in'); const now = () => api.context.active().getValue(key) ?? null;`

  it('carries a context through calls, timers and bound functions, with receiver, arguments and length', async () => {
    const source = `${KEY}
      const seen = []
      const sum = function (a, b) { return [now(), this.c, a + b] }
      seen.push(api.context.with(inside, sum, { c: 1 }, 2, 3))
      const bound = api.context.bind(inside, sum)
      seen.push(bound.call({ c: 4 }, 5, 6), bound.length)
      seen.push(await api.context.with(inside, () => new Promise((resolve) => setImmediate(() => resolve(now())))))
      seen.push(now(), api.context.bind(inside, 7))
      say(seen)`
    expect(await said(source)).toEqual([['in', 1, 5], ['in', 4, 11], 2, 'in', null, 7])
  })

  it('binds the listeners of an emitter, which can be removed', async () => {
    const source = `${KEY}
      const seen = []
      const emitter = api.context.bind(inside, new EventEmitter())
      const listener = () => seen.push(now())
      emitter.on('a', listener)
      emitter.once('a', () => seen.push(now()))
      emitter.emit('a')
      emitter.removeListener('a', listener)
      emitter.emit('a')
      say(seen)`
    expect(await said(source)).toEqual(['in', 'in'])
  })

  it('attaches a context until that is disposed, once', async () => {
    const source = `${KEY}
      const manager = api.context._getContextManager()
      const seen = [now()]
      const scope = manager.attach(inside)
      seen.push(now())
      scope.dispose()
      seen.push(now())
      const other = manager.attach(inside)
      scope.dispose()
      seen.push(now())
      other.dispose()
      say([...seen, now()])`
    expect(await said(source)).toEqual([null, 'in', null, 'in', null])
  })
})
