/** The endpoint in traces: the caller's trace goes through it, and a call is one inference span. */
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { clientBehind } from './upstream.js'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
const traceparent = `00-${TRACE}-${PARENT}-01`
const messages = [{ role: 'user' as const, content: 'hi' }]

let fake: FakeProvider
const exporter = new InMemorySpanExporter()

beforeAll(async () => {
  fake = await startFakeProvider()
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterEach(() => exporter.reset())
afterAll(async () => {
  trace.disable()
  context.disable()
  await fake.close()
})

function post(fetch: typeof globalThis.fetch, body: object, headers: Record<string, string> = {}) {
  return fetch('http://tracestitch/v1/chat/completions', { method: 'POST', headers, body: JSON.stringify(body) })
}

test.each([false, true])('traceparent names the parent, and goes on to the provider (stream: %s)', async (stream) => {
  const { ai, asked } = clientBehind(fake, 'openai-chat')
  const response = await post(ai.fetch, { model: 'smart', messages, stream }, { traceparent })
  await response.text()
  const spans = exporter.getFinishedSpans()
  const call = spans.find(({ parentSpanContext }) => parentSpanContext?.spanId === PARENT)
  expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([TRACE]))
  expect(call?.attributes['gen_ai.request.model']).toBe('m-1')
  expect(response.headers.get('x-tracestitch-trace-id')).toBe(TRACE)
  const attempt = spans.find(({ parentSpanContext }) => parentSpanContext?.spanId === call?.spanContext().spanId)
  expect(asked()[0]?.headers['traceparent']).toBe(`00-${TRACE}-${attempt?.spanContext().spanId}-01`)
})

test('the span that is active in this process is nearer than the header', async () => {
  const { ai } = clientBehind(fake, 'openai-chat')
  const agent = trace.getTracer('test').startSpan('agent')
  await context.with(trace.setSpan(context.active(), agent), () =>
    post(ai.fetch, { model: 'smart', messages }, { traceparent }),
  )
  agent.end()
  const [, call] = exporter.getFinishedSpans()
  expect(call?.spanContext().traceId).toBe(agent.spanContext().traceId)
})

test.each(['', 'nonsense', `00-${'0'.repeat(32)}-${PARENT}-01`])(
  'traceparent %j begins a new trace',
  async (header) => {
    const { ai } = clientBehind(fake, 'openai-chat')
    const response = await post(ai.fetch, { model: 'smart', messages }, { traceparent: header })
    expect(response.status).toBe(200)
    expect(exporter.getFinishedSpans().some(({ parentSpanContext }) => parentSpanContext === undefined)).toBe(true)
  },
)

test('a reader who leaves a stream ends the call', async () => {
  const { ai } = clientBehind(fake, 'openai-chat', 'drip')
  const client = new OpenAI({ baseURL: 'http://tracestitch/v1', apiKey: 'x', fetch: ai.fetch })
  for await (const _ of await client.chat.completions.create({ model: 'smart', messages, stream: true })) break
  const call = exporter.getFinishedSpans().find(({ parentSpanContext }) => parentSpanContext === undefined)
  expect(call?.status.code).toBe(0)
  expect(ai.health().targets[0]?.inFlight).toBe(0)
})
