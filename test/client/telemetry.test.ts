/** The spans that a client makes of itself, with a real tracer provider. */
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import { startCall } from '../../src/telemetry/spans/call.js'
import { turn } from '../support/eventually.js'
import { holdTime } from '../support/held-time.js'
import { text } from './fault-pair.js'
import { applySettings, defaultSettings } from '../../src/telemetry/settings.js'
import {
  answers,
  beginStream,
  chunk,
  eventually,
  sendEvent,
  sendJson,
  startServer,
  type FaultServer,
} from './fault-server.js'

const time = holdTime()
const exporter = new InMemorySpanExporter()
let server: FaultServer
let second: FaultServer

beforeEach(async () => {
  server = await startServer(answers('Hello'))
  second = await startServer(answers('Hello from the second'))
})
afterEach(async () => {
  trace.disable()
  context.disable()
  applySettings(undefined)
  exporter.reset()
  await Promise.all([server.close(), second.close()])
})

function setUp(options: { sampled?: boolean; propagate?: boolean } = {}): void {
  const provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    ...(options.sampled === false && { sampler: new AlwaysOffSampler() }),
  })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  applySettings({ ...defaultSettings(), propagates: () => options.propagate ?? true })
}

const messages = [{ role: 'user' as const, content: 'a private prompt' }]
const clientFor = (options: ClientOptions = {}) =>
  createClient({
    retries: 0,
    providers: { first: { baseURL: server.baseURL, apiKey: 'k-secret' }, second: { baseURL: second.baseURL } },
    models: { both: ['first/gpt-4o', 'second/m'] },
    prices: { overrides: { 'first/gpt-4o': { input: 1, output: 4 }, 'second/m': { input: 2, output: 8 } } },
    timeout: { idle: 200, total: 3000 },
    ...options,
  })

const inference = (): ReadableSpan => {
  const found = exporter.getFinishedSpans().filter((span) => span.attributes['gen_ai.operation.name'] !== undefined)
  expect(found).toHaveLength(1)
  return found[0]!
}
const attempts = (): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name.startsWith('attempt '))
const traceparent = (at: FaultServer, i = 0): string => String(at.seen[i]?.headers.traceparent)
const portOf = (at: FaultServer): number => Number(new URL(at.origin).port)

test('one inference span, one attempt below it, and the request names the attempt', async () => {
  setUp()
  const result = await clientFor().chat.completions.create({ model: 'first/gpt-4o', messages, temperature: 0.5 })
  const call = inference()
  const [attempt] = attempts()
  expect(call.name).toBe('chat gpt-4o')
  expect(call.kind).toBe(SpanKind.CLIENT)
  expect(call.status.code).toBe(SpanStatusCode.UNSET)
  expect(call.attributes).toMatchObject({
    'gen_ai.provider.name': 'first',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.request.temperature': 0.5,
    'gen_ai.response.model': 'gpt-4o-2024-08-06',
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.usage.output_tokens': 100,
    'gen_ai.usage.cost': 0.0014,
    'gen_ai.usage.cost.input': expect.any(Number) as number,
    'gen_ai.usage.cost.output': expect.any(Number) as number,
    'server.address': '127.0.0.1',
    'server.port': portOf(server),
  })
  expect(attempt?.name).toBe('attempt first/gpt-4o')
  expect(attempt?.kind).toBe(SpanKind.CLIENT)
  expect(attempt?.parentSpanContext?.spanId).toBe(call.spanContext().spanId)
  expect(attempt?.attributes).toEqual({
    'tracestitch.target': 'first/gpt-4o',
    'tracestitch.attempt.number': 1,
    'tracestitch.attempt.reason': 'first in order',
    'tracestitch.attempt.outcome': 'ok',
    'server.address': '127.0.0.1',
    'server.port': portOf(server),
    'http.response.status_code': 200,
  })
  expect(traceparent(server)).toBe(`00-${call.spanContext().traceId}-${attempt?.spanContext().spanId}-01`)
  expect(result._meta.traceId).toBe(call.spanContext().traceId)
  expect(
    JSON.stringify(
      exporter.getFinishedSpans().map(({ attributes, events, status }) => ({ attributes, events, status })),
    ),
  ).not.toMatch(/secret|private/)
})

test('a stream that was cut has the cost of what came on its span', async () => {
  setUp()
  let cut = (): void => {}
  server.behave = (_, response) => {
    beginStream(response)
    sendEvent(response, chunk({ content: 'some words that came' }))
    cut = () => void response.destroy()
  }
  const stream = await clientFor({
    prices: { overrides: { 'first/gpt-4o': { input: 0, output: 1_000_000 } } },
  }).chat.completions.create({ model: 'first/gpt-4o', messages, stream: true })
  cut()
  await expect(text(stream)).rejects.toMatchObject({ name: 'StreamError' })
  expect(inference().attributes).toMatchObject({ 'error.type': expect.any(String) as string, 'gen_ai.usage.cost': 5 })
})

test('a fallback is two attempts of one call, whose span names the one that answered', async () => {
  setUp()
  server.behave = (_, response) =>
    sendJson(response, 429, { error: { message: 'slow down', code: 'rate_limit_exceeded' } })
  await clientFor().chat.completions.create({ model: 'both', messages })
  const call = inference()
  expect(call.attributes).toMatchObject({
    'gen_ai.provider.name': 'second',
    'server.port': portOf(second),
    'gen_ai.usage.cost': 0.0028,
    'tracestitch.alias': 'both',
  })
  expect(call.attributes['error.type']).toBeUndefined()
  expect(
    attempts().map(({ attributes, status }) => [
      attributes['tracestitch.attempt.number'],
      attributes['http.response.status_code'],
      attributes['error.type'],
      status.code,
    ]),
  ).toEqual([
    [1, 429, 'rate_limit_exceeded', SpanStatusCode.ERROR],
    [2, 200, undefined, SpanStatusCode.UNSET],
  ])
  expect(traceparent(server).slice(36, 52)).toBe(attempts()[0]?.spanContext().spanId)
  expect(traceparent(second).slice(36, 52)).toBe(attempts()[1]?.spanContext().spanId)
})

test('a failed call has the error type, not the message', async () => {
  setUp()
  server.behave = (_, response) =>
    sendJson(response, 401, { error: { message: 'your key k-secret is wrong', code: 'invalid_api_key' } })
  const failure: unknown = await clientFor()
    .chat.completions.create({ model: 'first/gpt-4o', messages })
    .catch((error: unknown) => error)
  expect((failure as Error).message).toBe('401 your key [key] is wrong (first/gpt-4o)')
  expect(inference().attributes).toMatchObject({ 'error.type': 'invalid_api_key', 'http.response.status_code': 401 })
  expect(inference().status).toEqual({ code: SpanStatusCode.ERROR, message: 'invalid_api_key' })
})

describe('streams', () => {
  const open = () => clientFor().chat.completions.create({ model: 'first/gpt-4o', messages, stream: true })
  const endless = (): void => {
    server.behave = async (_, response, socket) => {
      beginStream(response)
      while (!socket.destroyed) {
        sendEvent(response, chunk({ content: 'word ' }))
        await turn()
      }
    }
  }

  test('the spans end with the stream and carry usage and the time of the first chunk', async () => {
    setUp()
    const stream = await open()
    for await (const _ of stream) {
      // Only the end matters here.
    }
    expect(inference().attributes).toMatchObject({
      'gen_ai.request.stream': true,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.output_tokens': 100,
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
    })
    expect(attempts()).toHaveLength(1)
  })

  const endings: readonly (readonly [string, () => Promise<void>, string | undefined])[] = [
    [
      'break',
      async () => {
        endless()
        for await (const _ of await open()) break
      },
      undefined,
    ],
    [
      'a cut',
      async () => {
        let cut = (): void => {}
        server.behave = (_, response, socket) => {
          beginStream(response)
          sendEvent(response, chunk({ content: 'x' }))
          cut = () => void socket.resetAndDestroy()
        }
        await expect(
          (async () => {
            for await (const _ of await open()) cut()
          })(),
        ).rejects.toThrow('broke off')
      },
      'ECONNRESET|UND_ERR_SOCKET|StreamError',
    ],
    [
      'a stall',
      async () => {
        server.behave = (_, response) => (beginStream(response), sendEvent(response, chunk({ content: 'x' })))
        await expect(time.passing(text(await open()))).rejects.toThrow('timeout.idle')
      },
      'StreamError',
    ],
    [
      'nobody reading before the limit',
      async () => {
        endless()
        const stream = await clientFor({ timeout: 80 }).chat.completions.create({
          model: 'first/gpt-4o',
          messages,
          stream: true,
        })
        const iterator = stream[Symbol.asyncIterator]()
        await iterator.next()
        await time.pass(80)
        await expect(
          (async () => {
            for (let i = 0; i < 1000; i += 1) await iterator.next()
          })(),
        ).rejects.toThrow('timeout.total')
      },
      'StreamError',
    ],
  ]
  test.each(endings)('after %s every span has ended', async (_how, run, type) => {
    setUp()
    await run()
    await eventually(() => exporter.getFinishedSpans().length === 2, 'both spans have ended')
    const found = inference().attributes['error.type']
    if (type === undefined) expect(found).toBeUndefined()
    else expect(String(found)).toMatch(new RegExp(`^(${type})$`))
  })
})

test('a target that propagation leaves out gets no trace headers', async () => {
  setUp({ propagate: false })
  await clientFor().chat.completions.create({ model: 'first/gpt-4o', messages })
  expect(server.seen[0]?.headers.traceparent).toBeUndefined()
})

test('a trace that is not sampled is continued as such', async () => {
  setUp({ sampled: false })
  await clientFor().chat.completions.create({ model: 'first/gpt-4o', messages })
  expect(exporter.getFinishedSpans()).toHaveLength(0)
  expect(traceparent(server)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
})

test('without a tracer provider there is no header and no trace id', async () => {
  const result = await clientFor().chat.completions.create({ model: 'first/gpt-4o', messages })
  expect(server.seen[0]?.headers.traceparent).toBeUndefined()
  expect(result._meta.traceId).toBeNull()
})

test('metadata of the call is on its span, and only there', async () => {
  setUp()
  await clientFor().chat.completions.create(
    { model: 'first/gpt-4o', messages },
    { metadata: { user: 'u1', session: 's1', tags: ['a'] } },
  )
  expect(inference().attributes).toMatchObject({
    'user.id': 'u1',
    'session.id': 's1',
    'gen_ai.conversation.id': 's1',
    'tracestitch.tags': ['a'],
  })
  expect(server.seen[0]?.body.metadata).toBeUndefined()
})

test('inside an open call of another layer there is no second inference span', async () => {
  setUp()
  const outer = startCall({
    operation: 'chat',
    provider: 'framework',
    model: 'smart',
    request: undefined,
    baseURL: undefined,
  })
  await context.with(outer.context, () => clientFor().chat.completions.create({ model: 'first/gpt-4o', messages }))
  outer.end()
  expect(inference().name).toBe('chat smart')
  expect(inference().attributes).toMatchObject({
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.response.model': 'gpt-4o-2024-08-06',
  })
  expect(attempts()).toHaveLength(1)
})

test('50 calls at once keep their own parents', async () => {
  setUp()
  const ai = clientFor()
  const tracer = trace.getTracer('test')
  await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      tracer.startActiveSpan(`parent ${i}`, async (span) => {
        await ai.chat.completions.create({ model: 'first/gpt-4o', messages, seed: i })
        span.end()
      }),
    ),
  )
  const spans = exporter.getFinishedSpans()
  const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]))
  const calls = spans.filter((span) => span.name === 'chat gpt-4o')
  expect(calls).toHaveLength(50)
  for (const call of calls) {
    expect(byId.get(call.parentSpanContext?.spanId ?? '')?.name).toBe(
      `parent ${String(call.attributes['gen_ai.request.seed'])}`,
    )
  }
})
