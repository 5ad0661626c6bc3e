/** A gateway that takes no `traceparent` gets the caller's trace in headers of its own. */
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { compilePropagate, type Propagate } from '../../src/telemetry/propagation/propagation.js'
import { applySettings, defaultSettings } from '../../src/telemetry/settings.js'
import { answers, sendJson, startServer, type FaultServer } from './fault-server.js'

const exporter = new InMemorySpanExporter()
const messages = [{ role: 'user' as const, content: 'a private prompt' }]
let server: FaultServer

beforeEach(async () => {
  server = await startServer(answers('Hello'))
})
afterEach(async () => {
  trace.disable()
  context.disable()
  applySettings(undefined)
  exporter.reset()
  await server.close()
})

function setUp(propagate: Propagate, sampled = true): void {
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(exporter)],
      ...(!sampled && { sampler: new AlwaysOffSampler() }),
    }),
  )
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  applySettings({ ...defaultSettings(), propagates: compilePropagate(propagate, () => undefined) })
}

/** An address of its owner's stands for the gateway's own. */
const clientFor = (provider: string) =>
  createClient({ retries: 0, providers: { [provider]: { baseURL: server.baseURL, apiKey: 'k' } } })

const ROWS = [
  ['cloudflare', 'cf-aig-otel-trace-id', 'cf-aig-otel-parent-span-id'],
  ['portkey', 'x-portkey-trace-id', 'x-portkey-parent-span-id'],
] as const

test.each(ROWS)('%s: each attempt names its own span', async (provider, traceId, parentSpanId) => {
  setUp('gateways')
  let calls = 0
  server.behave = (request, response, socket) => {
    calls += 1
    return calls === 1 ? sendJson(response, 503, {}) : answers('Hello')(request, response, socket)
  }
  const ai = createClient({
    retries: { max: 1, baseDelay: 1 },
    providers: { [provider]: { baseURL: server.baseURL, apiKey: 'k' } },
  })
  await ai.chat.completions.create({ model: `${provider}/m`, messages })
  const attempts = exporter.getFinishedSpans().filter(({ name }) => name.startsWith('attempt '))
  expect(attempts).toHaveLength(2)
  expect(server.seen.map(({ headers }) => [headers[traceId], headers[parentSpanId]])).toEqual(
    attempts.map((span) => [span.spanContext().traceId, span.spanContext().spanId]),
  )
})

test('a provider that is no gateway gets none', async () => {
  setUp('gateways')
  await clientFor('openai').chat.completions.create({ model: 'openai/m', messages })
  expect(Object.keys(server.seen[0]?.headers ?? {}).filter((name) => /trace-id|span-id/.test(name))).toEqual([])
})

test.each<[string, Propagate, boolean]>([
  ['a rule that allows nothing', 'none', true],
  ['a span that is not recorded', 'gateways', false],
])('not with %s', async (_name, propagate, sampled) => {
  setUp(propagate, sampled)
  await clientFor('cloudflare').chat.completions.create({ model: 'cloudflare/m', messages })
  expect(server.seen[0]?.headers['cf-aig-otel-trace-id']).toBeUndefined()
})

test("the caller's own trace id stays, and no other parent beside it", async () => {
  setUp('gateways')
  await clientFor('portkey').chat.completions.create(
    { model: 'portkey/m', messages },
    { headers: { 'X-Portkey-Trace-Id': 'mine' } },
  )
  const { headers } = server.seen[0] ?? {}
  expect(headers?.['x-portkey-trace-id']).toBe('mine')
  expect(headers?.['x-portkey-parent-span-id']).toBeUndefined()
  expect(headers?.['traceparent']).toBeUndefined()
})
