import { trace } from '@opentelemetry/api'
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'
import { tracingHarness } from './tracing-harness.js'

const { setUp, spans, warnings } = tracingHarness()

describe('an exporter of the user', () => {
  const exporterOf = (step: SpanExporter['export']): SpanExporter => ({
    export: step,
    shutdown: () => Promise.resolve(),
  })

  it('gets the spans', async () => {
    const got: ReadableSpan[] = []
    const handle = setUp({ exporter: exporterOf((batch, done) => (got.push(...batch), done({ code: 0 }))) })
    spans(2)
    await handle.flush()
    expect(got.map((span) => span.name)).toEqual(['span 0', 'span 1'])
    expect(handle.status).toMatchObject({ exporter: 'custom', exported: 2 })
  })

  it.each<[string, SpanExporter['export'], string]>([
    [
      'throws',
      () => {
        throw new RangeError('sk-secret')
      },
      'RangeError',
    ],
    [
      'throws nothing at all',
      () => {
        throw undefined
      },
      '_OTHER',
    ],
    [
      'rejects',
      (async () => {
        throw new TypeError('sk-secret')
      }) as unknown as SpanExporter['export'],
      'TypeError',
    ],
    ['reports a failure', (_spans, done) => done({ code: 1, error: new SyntaxError('sk-secret') }), 'SyntaxError'],
    ['reports a failure without an error', (_spans, done) => done({ code: 1 }), '_OTHER'],
    ['never calls back', () => {}, 'timeout'],
  ])('that %s does no harm', async (_name, step, reason) => {
    const handle = setUp({ exporter: exporterOf(step) }, { OTEL_BSP_EXPORT_TIMEOUT: '50' })
    spans(2)
    await handle.flush()
    spans(1)
    await handle.flush()
    expect(handle.status).toMatchObject({ exported: 0, pending: 0, dropped: { exportFailed: 3 }, lastFailure: reason })
    expect(warnings).toEqual([expect.stringContaining(`the given exporter failed (${reason})`)])
    expect(warnings.join()).not.toContain('secret')
  })

  it('that calls back twice counts once', async () => {
    const handle = setUp({ exporter: exporterOf((_spans, done) => (done({ code: 0 }), done({ code: 1 }))) })
    spans(2)
    await handle.flush()
    expect(handle.status).toMatchObject({ exported: 2, dropped: { exportFailed: 0 } })
  })

  it('whose flush and shutdown throw or hang does no harm', async () => {
    const exporter: SpanExporter = {
      export: (_spans, done) => done({ code: 0 }),
      forceFlush: () => {
        throw new Error('no')
      },
      shutdown: () => Promise.reject(new Error('no')),
    }
    const handle = setUp({ exporter })
    spans(1)
    await handle.flush()
    await handle.shutdown()
    expect(handle.status.exported).toBe(1)
  })

  it('may be a span processor, whose faults are counted', async () => {
    const seen: string[] = []
    const processor: SpanProcessor = {
      onStart: () => {
        throw new Error('no')
      },
      onEnd: (span) => {
        seen.push(span.name)
        if (span.name === 'span 1') throw new RangeError('no')
      },
      forceFlush: () => Promise.reject(new Error('no')),
      shutdown: () => Promise.resolve(),
    }
    const handle = setUp({ exporter: processor })
    spans(3)
    await handle.flush()
    expect(seen).toEqual(['span 0', 'span 1', 'span 2'])
    expect(handle.status).toMatchObject({ exported: 2, dropped: { exportFailed: 1 }, lastFailure: 'RangeError' })
  })

  it('is replaced by the next one', async () => {
    const first: string[] = []
    const second: string[] = []
    const into = (list: string[]) =>
      exporterOf(
        (batch, done) => (
          list.push(...batch.map((span) => String(span.resource.attributes['service.name']))),
          done({ code: 0 })
        ),
      )
    const one = setUp({ exporter: into(first), serviceName: 'one' })
    // Tracers that a library has taken long ago go on working.
    const kept = trace.getTracer('kept')
    spans(1)
    await one.shutdown()
    spans(1)
    const two = setUp({ exporter: into(second), serviceName: 'two' })
    spans(2)
    await two.flush()
    expect(first).toEqual(['one'])
    expect(second).toEqual(['two', 'two'])
    kept.startSpan('late').end()
    await two.flush()
    expect(second).toHaveLength(3)
  })
})
