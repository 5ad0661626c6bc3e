import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { recordSpans, renderTree } from '../../src/testing.js'
import { tracingHarness } from '../telemetry/tracing-harness.js'

const { setUp, spans: makeSpans } = tracingHarness()

describe('the recorder', () => {
  it('has a span the moment it ends', () => {
    const recorder = recordSpans()
    setUp({ exporter: recorder, serviceName: 'shop' })
    const span = trace.getTracer('test').startSpan('work')
    expect(recorder.open).toEqual(['work'])
    expect(recorder.spans).toEqual([])
    span.end()
    expect(recorder.open).toEqual([])
    expect(recorder.find('work')).toMatchObject({ service: 'shop', scope: 'test', parentSpanId: undefined })
    expect(renderTree(recorder.spans)).toContain('work')
  })

  it('finds spans by name, by expression and by test', () => {
    const recorder = recordSpans()
    setUp({ exporter: recorder })
    makeSpans(3)
    expect(recorder.find('span 1').name).toBe('span 1')
    expect(recorder.findAll(/^span [12]$/g).map(({ name }) => name)).toEqual(['span 1', 'span 2'])
    expect(recorder.find((span) => span.name.endsWith('2')).name).toBe('span 2')
    expect(() => recorder.find('span')).toThrow('no span matches span; there is: span 0, span 1, span 2')
    expect(() => recorder.find(/span/)).toThrow('3 spans match /span/')
    recorder.clear()
    expect(recorder.spans).toEqual([])
    expect(() => recorder.find('span 1')).toThrow('there is no span')
  })

  it('knows parents and children', () => {
    const recorder = recordSpans()
    setUp({ exporter: recorder })
    const tracer = trace.getTracer('test')
    const root = tracer.startSpan('root')
    const below = trace.setSpan(ROOT_CONTEXT, root)
    const late = tracer.startSpan('late', { startTime: Date.now() + 50 }, below)
    const early = tracer.startSpan('early', {}, below)
    for (const span of [late, early, root]) span.end()
    const recorded = recorder.find('root')
    expect(recorder.childrenOf(recorded).map(({ name }) => name)).toEqual(['early', 'late'])
    expect(recorder.parentOf(recorder.find('late'))).toBe(recorded)
    expect(recorder.parentOf(recorded)).toBeUndefined()
  })
})
