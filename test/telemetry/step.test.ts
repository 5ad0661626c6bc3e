import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import type { CaptureMode } from '../../src/telemetry/settings.js'
import { startStep, traced, type StepKind } from '../../src/telemetry/step.js'
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

  test('pass the redactor as the parts that they are', () => {
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
      await new Promise((resolve) => setTimeout(resolve, 10))
      return 1
    })
    expect(harness.spans()).toHaveLength(0)
    expect(await promise).toBe(1)
    expect(harness.spans()).toHaveLength(1)
  })

  test('a thenable that is no promise, whose then returns nothing', async () => {
    const thenable = { then: (onValue: (value: number) => void) => void setTimeout(() => onValue(7), 1) }
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
})
