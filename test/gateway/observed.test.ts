/** What a gateway records: one tree of spans, figures for Prometheus, a line for each request. */
import { context, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { serve, type Gateway, type GatewayOptions, type LogEntry } from '../../src/gateway.js'
import { clientBehind } from '../endpoint/upstream.js'
import { eventually } from '../support/eventually.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
const question = { model: 'smart', messages: [{ role: 'user', content: 'a secret word' }] }

let fake: FakeProvider
const exporter = new InMemorySpanExporter()
const open: Gateway[] = []

beforeAll(async () => {
  fake = await startFakeProvider()
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((gateway) => gateway.close()))
  exporter.reset()
})
afterAll(async () => {
  trace.disable()
  context.disable()
  await fake.close()
})

async function served(options: GatewayOptions = {}, behaviour = 'plain') {
  const behind = clientBehind(fake, 'openai-chat', behaviour)
  const gateway = await serve(behind.ai, { port: 0, shutdownTimeout: 100, ...options })
  open.push(gateway)
  return { ...behind, url: gateway.url }
}

const ask = (url: string, body: object = question, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body: JSON.stringify(body) })

const spans = () => exporter.getFinishedSpans()
const serverSpan = async () => {
  const found = () => spans().find(({ kind }) => kind === SpanKind.SERVER)
  await eventually(() => found() !== undefined, 'the server span ends')
  return found() as NonNullable<ReturnType<typeof found>>
}

describe('spans', () => {
  test.each([false, true])('are one tree from the caller to the provider (stream: %s)', async (stream) => {
    const { url, asked } = await served()
    const headers = { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'vendor=1,other=2' }
    const answer = await ask(url, { ...question, stream }, headers)
    await answer.text()
    const server = await serverSpan()
    expect(server.parentSpanContext?.spanId).toBe(PARENT)
    expect(server.name).toBe('POST /v1/chat/completions')
    expect(server.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/v1/chat/completions',
      'http.response.status_code': 200,
      'url.path': '/v1/chat/completions',
      'url.scheme': 'http',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(url).port),
    })
    const below = (id: string) => spans().find(({ parentSpanContext }) => parentSpanContext?.spanId === id)
    const call = below(server.spanContext().spanId)
    const attempt = below(call?.spanContext().spanId ?? '')
    expect(new Set(spans().map((span) => span.spanContext().traceId))).toEqual(new Set([TRACE]))
    expect(asked()[0]?.headers).toMatchObject({
      traceparent: `00-${TRACE}-${attempt?.spanContext().spanId}-01`,
      tracestate: 'vendor=1,other=2',
    })
    expect(answer.headers.get('x-tracestitch-trace-id')).toBe(TRACE)
  })

  test.each([
    ['/v1/models/up%2Fm-1', 'GET /v1/models/{model}', 200],
    ['/nothing/here', 'GET', 404],
  ])('of %s have the name %s', async (path, name, status) => {
    const { url } = await served()
    const answer = await fetch(`${url}${path}`)
    const server = await serverSpan()
    expect([server.name, server.attributes['http.response.status_code'], server.status.code]).toEqual([name, status, 0])
    expect(answer.headers.get('x-tracestitch-trace-id')).toBe(server.spanContext().traceId)
  })

  test('of a failure are errors', async () => {
    const { url } = await served({}, 'reset')
    expect((await ask(url)).status).toBe(502)
    const server = await serverSpan()
    expect([server.status.code, server.attributes['error.type']]).toEqual([2, '502'])
  })

  test('are not made of probes, and hold no key', async () => {
    const { url } = await served({ masterKey: 'sk-master' })
    for (const path of ['/health', '/ready', '/metrics']) await fetch(`${url}${path}`)
    expect(spans()).toEqual([])
    await fetch(`${url}/v1/models?key=sk-master`)
    const { attributes } = await serverSpan()
    expect(JSON.stringify(attributes)).not.toContain('sk-master')
  })
})

describe('figures', () => {
  test('are those of requests, calls and targets', async () => {
    const { url } = await served()
    await (await ask(url)).text()
    await (await ask(url, { ...question, stream: true, stream_options: { include_usage: true } })).text()
    await fetch(`${url}/v1/none`)
    const read = async () => (await fetch(`${url}/metrics`)).text()
    let text = ''
    const ended = async () => ((text = await read()), text.includes('http_server_active_requests 0'))
    while (!(await ended())) expect(text).toContain('http_server_active_requests')
    expect(text).toContain(
      'http_server_request_duration_seconds_count{http_request_method="POST",http_route="/v1/chat/completions",http_response_status_code="200"} 2\n',
    )
    expect(text).toContain('http_request_method="GET",http_route="",http_response_status_code="404",le="+Inf"} 1\n')
    expect(text).toContain('tracestitch_calls_total{model="up/m-1"} 2\n')
    expect(text).toContain('tracestitch_tokens_total{model="up/m-1",type="input"} 22\n')
    expect(text).toContain('tracestitch_tokens_total{model="up/m-1",type="output"} 14\n')
    expect(text).toContain('tracestitch_unpriced_calls_total{model="up/m-1"} 2\n')
    expect(text).toContain('tracestitch_attempts_total{target="up/m-1",outcome="answered"} 2\n')
    expect(text).toContain('tracestitch_target_in_cooldown{target="up/m-1"} 0\n')
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(
        /^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*\})? [\d.e+-]+)$/,
      )
    }
  })

  test('need the master key where there are keys', async () => {
    const { url } = await served({ masterKey: 'sk-master' })
    expect((await fetch(`${url}/metrics`)).status).toBe(401)
    expect((await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer sk-master' } })).status).toBe(200)
  })
})

test('the log has a line for each request, without keys or prompts', async () => {
  const entries: LogEntry[] = []
  const { url } = await served({ masterKey: 'sk-master', log: (entry) => entries.push(entry) })
  await (await ask(url, question, { authorization: 'Bearer sk-master' })).text()
  await fetch(`${url}/v1/models?key=sk-master`)
  await ask(url, question, { authorization: 'Bearer sk-wrong' })
  await fetch(`${url}/health`)
  await eventually(() => entries.length === 3, 'three lines')
  expect(entries.map(({ method, path, status, left }) => [method, path, status, left])).toEqual([
    ['POST', '/v1/chat/completions', 200, false],
    ['GET', '/v1/models', 200, false],
    ['POST', '/v1/chat/completions', 401, false],
  ])
  expect(entries[0]).toMatchObject({ provider: 'up', model: 'm-1', trace: expect.stringMatching(/^\w{32}$/) as string })
  expect(JSON.stringify(entries)).not.toMatch(/sk-|secret word/)
})
