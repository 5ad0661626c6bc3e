/** A span that another tool has made of the call: it stays the only one, keeps what is on it, and always ends. */
import { context, ROOT_CONTEXT, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startCall, type CallStart } from '../../src/telemetry/spans/call.js'
import { spanHarness } from './span-harness.js'

const harness = spanHarness()
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] }))
afterEach(() => {
  // What a test leaves open is seen to.
  vi.advanceTimersByTime(60_000)
  vi.useRealTimers()
})

const GENAI: Attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' }

const foreign = (attributes: Attributes = GENAI): Span =>
  trace.getTracer('other-tool').startSpan('theirs', { attributes }, ROOT_CONTEXT)

const chat = (more: Partial<CallStart> = {}) =>
  startCall({
    operation: 'chat',
    provider: 'openai',
    model: 'm',
    request: undefined,
    baseURL: 'https://gw.example/v1',
    layer: 'sdk',
    ...more,
  })

const below = (span: Span, more?: Partial<CallStart>) => chat({ parent: trace.setSpan(ROOT_CONTEXT, span), ...more })

const answered = (call: ReturnType<typeof chat>): void => {
  call.response({ other: { id: 'answer-1', model: 'm-2026', usage: { prompt_tokens: 10, completion_tokens: 5 } } })
  call.end()
}

describe('a span of the same call', () => {
  test.each<[string, Attributes, Partial<CallStart>]>([
    ['the conventions', GENAI, {}],
    ['the conventions, with another word for a chat', { ...GENAI, 'gen_ai.operation.name': 'text_completion' }, {}],
    ['the conventions, embeddings', { ...GENAI, 'gen_ai.operation.name': 'embeddings' }, { operation: 'embeddings' }],
    ['the conventions, without a model', { 'gen_ai.operation.name': 'chat' }, {}],
    ['OpenInference', { 'openinference.span.kind': 'LLM', 'llm.model_name': 'm' }, {}],
    [
      'OpenInference, embeddings',
      { 'openinference.span.kind': 'EMBEDDING', 'embedding.model_name': 'm' },
      { operation: 'embeddings' },
    ],
    ['Traceloop', { 'llm.request.type': 'completion', 'gen_ai.request.model': 'm' }, {}],
    ['Langfuse', { 'langfuse.observation.type': 'generation', 'langfuse.observation.model.name': 'm' }, {}],
  ])('%s', (_, attributes, more) => {
    const span = foreign(attributes)
    const call = below(span, more)
    expect(call.completes).toBe('other-tool')
    answered(call)
    span.end()
    expect(harness.only()).toMatchObject({
      name: 'theirs',
      attributes: { ...attributes, 'gen_ai.usage.input_tokens': 10, 'server.address': 'gw.example' },
      status: { code: SpanStatusCode.UNSET },
    })
  })

  test.each<[string, Attributes, Partial<CallStart>]>([
    ['another model', { ...GENAI, 'gen_ai.request.model': 'another' }, {}],
    ['another operation', { ...GENAI, 'gen_ai.operation.name': 'embeddings' }, {}],
    ['an agent', { ...GENAI, 'gen_ai.operation.name': 'invoke_agent' }, {}],
    ['a tool of OpenInference', { 'openinference.span.kind': 'TOOL' }, {}],
    ['a request of the program', { 'http.request.method': 'POST' }, {}],
  ])('is none: %s', (_, attributes, more) => {
    const span = foreign(attributes)
    const call = below(span, more)
    expect(call.completes).toBeUndefined()
    answered(call)
    span.end()
    expect(harness.spans().map(({ name }) => name)).toEqual(['chat m', 'theirs'])
  })

  test('keeps its own attributes', () => {
    const span = foreign({ ...GENAI, 'gen_ai.response.id': 'theirs', 'gen_ai.usage.input_tokens': 1 })
    const call = below(span)
    answered(call)
    span.end()
    expect(harness.only().attributes).toMatchObject({
      'gen_ai.response.id': 'theirs',
      'gen_ai.usage.input_tokens': 1,
      'gen_ai.usage.output_tokens': 5,
    })
  })

  test('is the parent of what is below the call', () => {
    const span = foreign()
    const call = below(span)
    expect(trace.getSpan(call.context)).toBe(span)
    expect(call.span?.spanContext()).toBe(span.spanContext())
    call.end()
    span.end()
  })

  test('on another tracer provider is not completed', () => {
    const memory = new InMemorySpanExporter()
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'elsewhere' }),
      spanProcessors: [new SimpleSpanProcessor(memory)],
    })
    const span = provider.getTracer('other-tool').startSpan('theirs', { attributes: GENAI }, ROOT_CONTEXT)
    answered(below(span))
    span.end()
    expect(harness.only().name).toBe('chat m')
    expect(memory.getFinishedSpans()[0]?.attributes).toEqual(GENAI)
  })

  test('a span around the SDK’s, as OpenInference makes it', () => {
    const span = foreign()
    const around = {
      span,
      isRecording: () => span.isRecording(),
      spanContext: () => span.spanContext(),
      setAttributes: (attributes: Attributes) => span.setAttributes(attributes),
      setStatus: (status: Parameters<Span['setStatus']>[0]) => span.setStatus(status),
    } as unknown as Span
    answered(below(around))
    span.end()
    expect(harness.only().attributes).toMatchObject({ ...GENAI, 'gen_ai.usage.output_tokens': 5 })
  })

  test.each([['data'], ['attributes']])('Sentry’s, which say what they have in `%s`', (field) => {
    const written: Attributes = {}
    const span = {
      getSpanJSON: () => ({ [field]: { ...GENAI, 'sentry.origin': 'auto.ai.openai', ...written } }),
      isRecording: () => true,
      spanContext: () => ({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }),
      setAttributes: (attributes: Attributes) => Object.assign(written, attributes),
      end: () => undefined,
    } as unknown as Span
    const call = below(span)
    expect(call.completes).toBe('Sentry (auto.ai.openai)')
    answered(call)
    expect(written).toMatchObject({ 'gen_ai.usage.input_tokens': 10 })
    expect(harness.spans()).toEqual([])
  })
})

describe('several calls below one span', () => {
  test('a call that failed and is tried again completes it', () => {
    const span = foreign()
    const first = below(span)
    first.end({ error: new Error('busy') })
    answered(below(span))
    span.end()
    expect(harness.only().attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 10 })
  })

  test('a second call that is answered, or open at the same time, has a span of its own', () => {
    const span = foreign()
    const first = below(span)
    answered(below(span))
    answered(first)
    answered(below(span))
    span.end()
    expect(harness.spans().map(({ name }) => name)).toEqual(['chat m', 'chat m', 'theirs'])
  })
})

describe('its end', () => {
  test('is set by its tool: a failure only marks the span', () => {
    const span = foreign()
    const call = below(span)
    call.end({ error: Object.assign(new Error('no'), { status: 400, code: 'bad_input' }) })
    expect(harness.spans()).toEqual([])
    span.end()
    expect(harness.only()).toMatchObject({
      attributes: { 'error.type': 'bad_input' },
      status: { code: SpanStatusCode.ERROR },
    })
  })

  test('a status that its tool has set stays', () => {
    const span = foreign()
    const call = below(span)
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'theirs' })
    call.end({ error: new Error('ours') })
    span.end()
    expect(harness.only().status.message).toBe('theirs')
  })

  test('comes at the end of the call if the tool never ends it', () => {
    const span = foreign()
    const call = below(span)
    call.end({ error: new Error('no') })
    const over = Date.now()
    vi.advanceTimersByTime(60_000)
    expect(span.isRecording()).toBe(false)
    const [seconds, nanos] = harness.only().endTime
    expect(seconds * 1000 + nanos / 1e6).toBeCloseTo(over, 0)
  })

  test('does not come while the call is retried', () => {
    const span = foreign()
    below(span).end({ error: new Error('no') })
    const second = below(span)
    vi.advanceTimersByTime(60_000)
    expect(span.isRecording()).toBe(true)
    second.end()
    span.end()
  })
})

test('a program that wants spans of its own kind gets them', () => {
  harness.use({ completesForeign: false })
  const span = foreign()
  const call = context.with(trace.setSpan(ROOT_CONTEXT, span), chat)
  answered(call)
  span.end()
  expect(harness.spans().map(({ name }) => name)).toEqual(['chat m', 'theirs'])
})

test('a span of ours is never treated as a foreign one', () => {
  const outer = chat()
  const inner = context.with(outer.context, () => chat())
  expect(inner.completes).toBeUndefined()
  inner.end()
  outer.end()
  expect(harness.spans()).toHaveLength(2)
})
