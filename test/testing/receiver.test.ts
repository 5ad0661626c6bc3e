import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { recordSpans, startOtlpReceiver, type OtlpReceiver } from '../../src/testing.js'

let receiver: OtlpReceiver
beforeAll(async () => void (receiver = await startOtlpReceiver()))
afterEach(() => receiver.clear())
afterAll(() => receiver.close())

const post = (body: BodyInit, headers: Record<string, string>, path = '/v1/traces'): Promise<Response> =>
  fetch(receiver.url + path, { method: 'POST', body, headers })

/** The same two spans as the SDK's own objects and as a recorder keeps them. */
function someSpans() {
  const recorder = recordSpans()
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop', 'process.pid': 7 }),
    spanProcessors: [recorder, new SimpleSpanProcessor(exporter)],
  })
  const tracer = provider.getTracer('some-library')
  const root = tracer.startSpan('root', { kind: SpanKind.SERVER })
  const child = tracer.startSpan('child', { kind: SpanKind.CLIENT }, trace.setSpan(ROOT_CONTEXT, root))
  child.setAttributes({ text: 'ä€😀', whole: -3, fraction: 0.25, yes: true, list: ['a', 'b'], empty: '' })
  child.addEvent('first chunk', { bytes: 12 })
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'timeout' })
  child.end()
  root.end()
  return { recorder, spans: exporter.getFinishedSpans() }
}

describe('the receiver', () => {
  it.each([
    ['protobuf', ProtobufTraceSerializer, 'application/x-protobuf'],
    ['JSON', JsonTraceSerializer, 'application/json; charset=utf-8'],
  ])('reads %s as the recorder sees the spans, plain and gzip', async (_name, serializer, type) => {
    const { recorder, spans } = someSpans()
    const body = serializer.serializeRequest([...spans]) as Uint8Array<ArrayBuffer>
    for (const [sent, headers] of [
      [body, {}],
      [gzipSync(body), { 'content-encoding': 'gzip' }],
    ] as const) {
      receiver.clear()
      const response = await post(sent, { 'content-type': type, ...headers })
      expect(response.status).toBe(200)
      expect(receiver.spans).toEqual(recorder.spans)
      expect(receiver.requests).toMatchObject([{ path: '/v1/traces', spans: 2, bytes: sent.length }])
    }
    expect(receiver.find('child')).toMatchObject({
      kind: 'client',
      service: 'shop',
      scope: 'some-library',
      status: { code: 'error', message: 'timeout' },
      attributes: { text: 'ä€😀', whole: -3, fraction: 0.25, yes: true, list: ['a', 'b'], empty: '' },
      events: [{ name: 'first chunk', attributes: { bytes: 12 } }],
    })
  })

  it.each([
    ['cut protobuf', new Uint8Array([10, 200, 1, 4]), 'application/x-protobuf'],
    ['no protobuf', new Uint8Array([255, 255, 255]), 'application/x-protobuf'],
    ['no JSON', '{"resourceSpans":', 'application/json'],
  ])('says 400 to %s and goes on', async (_name, body, type) => {
    expect((await post(body, { 'content-type': type })).status).toBe(400)
    expect((await post('broken', { 'content-type': type, 'content-encoding': 'gzip' })).status).toBe(400)
    expect(receiver.spans).toEqual([])
    expect((await post('{}', { 'content-type': 'application/json' })).status).toBe(200)
  })

  it.each([{}, { resourceSpans: null }, { resourceSpans: [null, { scopeSpans: [{ spans: [{}, 3] }] }] }])(
    'takes what %j leaves out as not there',
    async (request) => {
      expect((await post(JSON.stringify(request), { 'content-type': 'application/json' })).status).toBe(200)
      for (const span of receiver.spans) expect(span).toMatchObject({ name: '', kind: 'unspecified', startMs: 0 })
    },
  )

  it('answers other paths with 404', async () => {
    expect((await post('{}', {}, '/v1/logs')).status).toBe(404)
    expect((await fetch(`${receiver.url}/v1/traces`)).status).toBe(404)
  })

  it('says what came when it has waited in vain', async () => {
    const { spans } = someSpans()
    await expect(receiver.waitFor(() => false, 10)).rejects.toThrow('not received within 10 ms; there is no span')
    await post(ProtobufTraceSerializer.serializeRequest([...spans]) as Uint8Array<ArrayBuffer>, {})
    await expect(receiver.waitFor((received) => received.length > 5, 10)).rejects.toThrow('there is: child, root')
  })

  it('gives the fault of a question to who asked', async () => {
    const { spans } = someSpans()
    const waiting = receiver.waitFor(([span]) => {
      if (span) throw new RangeError('mine')
      return false
    })
    const body = ProtobufTraceSerializer.serializeRequest([...spans]) as Uint8Array<ArrayBuffer>
    const [response] = await Promise.all([post(body, {}), expect(waiting).rejects.toThrow('mine')])
    expect(response.status).toBe(200)
  })

  it('frees its port, and says so when one is taken', async () => {
    const one = await startOtlpReceiver()
    await expect(startOtlpReceiver({ port: one.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await one.close()
    const again = await startOtlpReceiver({ port: one.port })
    await again.close()
  })
})
