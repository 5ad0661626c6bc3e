import { describe, expect, it } from 'vitest'
import { setUpProcesses } from './set-up-processes.js'

const { run, receiver } = setUpProcesses()

describe('an OpenTelemetry set-up that comes later', () => {
  const later = `
    const { NodeTracerProvider, SimpleSpanProcessor, InMemorySpanExporter } = require('@opentelemetry/sdk-trace-node')
    const refused = []
    api.diag.setLogger({ error: (text) => refused.push(text), warn() {}, info() {}, debug() {}, verbose() {} })
    const early = api.trace.getTracer('early')
    const handle = setUpTracing(OPTIONS)
    early.startSpan('before').end()
    const exporter = new InMemorySpanExporter()
    const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
    REGISTER
    api.trace.getTracer('late').startActiveSpan('late', (span) => {
      early.startSpan('below').end()
      span.end()
    })
    const spans = exporter.getFinishedSpans()
    const parents = spans.map((span) => span.parentSpanContext?.spanId === spans.find(({ name }) => name === 'late').spanContext().spanId)
    Promise.resolve(handle.flush()).then(() =>
      console.log(JSON.stringify({ names: spans.map(({ name }) => name), parents, refused, status: handle.status.mode, again: setUpTracing({}).status.mode })))`
  const won = { names: ['below', 'late'], parents: [true, false], refused: [], status: 'existing', again: 'existing' }

  it.each<[string, string, object?]>([
    ['register()', 'provider.register()'],
    // Nothing of ours was in the way, nor is there to carry its context.
    ['the provider alone', 'api.trace.setGlobalTracerProvider(provider)', { parents: [false, false] }],
    [
      'each by itself, with a context manager of its own',
      `const { AsyncHooksContextManager } = require('@opentelemetry/context-async-hooks')
       const manager = new AsyncHooksContextManager().enable()
       if (!api.trace.setGlobalTracerProvider(provider) || !api.context.setGlobalContextManager(manager)) refused.push('refused')
       if (api.context._getContextManager() !== manager) refused.push('not in place')`,
    ],
  ])('wins, without a word: %s', async (_name, register, differs = {}) => {
    for (const format of ['esm', 'cjs'] as const) {
      const source = later.replace('OPTIONS', `{ exporter: 'none' }`).replace('REGISTER', register)
      const { stdout, stderr } = await run(source, { format })
      expect(JSON.parse(stdout)).toEqual({ ...won, ...differs })
      expect(stderr).toBe('')
    }
  })

  it('wins over an exporter, with a warning', async () => {
    const source = later
      .replace('OPTIONS', `{ endpoint: ${JSON.stringify(receiver().url)} }`)
      .replace('REGISTER', 'provider.register()')
    const { stdout, stderr } = await run(source)
    expect(JSON.parse(stdout)).toEqual(won)
    expect(stderr).toMatch(/after autolog\(\).*ignored: endpoint/)
    // What had ended before went where it was to go.
    expect(receiver().spans.map(({ name }) => name)).toEqual(['before'])
  })

  it('counts once: a second one is refused by the API', async () => {
    const second = `provider.register(); const taken = api.trace.setGlobalTracerProvider(new NodeTracerProvider())
      if (taken) refused.push('taken'); refused.splice(0, 1)`
    const { stdout } = await run(later.replace('OPTIONS', `{ exporter: 'none' }`).replace('REGISTER', second))
    expect(JSON.parse(stdout)).toEqual(won)
  })
})
