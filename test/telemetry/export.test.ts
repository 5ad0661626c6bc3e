import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import net from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startOtlpReceiver, type OtlpReceiver } from '../../src/testing.js'
import { holdTime } from '../support/held-time.js'
import { tracingHarness } from './tracing-harness.js'

const { setUp, spans, warnings } = tracingHarness()
let receiver: OtlpReceiver

beforeAll(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(() => {
  receiver.setFault(undefined)
  receiver.clear()
})
afterAll(() => receiver.close())

describe('OTLP export', () => {
  it('uses the agent that the program has set instead of Node\u2019s', async () => {
    class ProxyAgent extends http.Agent {}
    const asked: unknown[] = []
    const agent = new ProxyAgent()
    const connect = (agent as unknown as { createConnection: (...given: unknown[]) => unknown }).createConnection
    Object.assign(agent, {
      createConnection: (options: net.NetConnectOpts, ...rest: unknown[]) => {
        asked.push((options as { host?: string }).host)
        return connect.call(agent, { ...options, host: '127.0.0.1', port: new URL(receiver.url).port }, ...rest)
      },
    })
    const before = http.globalAgent
    http.globalAgent = agent
    try {
      const handle = setUp({ endpoint: 'http://collector.invalid:4318' })
      trace.getTracer('x').startSpan('by proxy').end()
      await handle.flush()
      expect([asked, receiver.spans.map(({ name }) => name)]).toEqual([['collector.invalid'], ['by proxy']])
    } finally {
      http.globalAgent = before
      agent.destroy()
    }
  })

  it.each([
    ['http/protobuf', 'none', 'application/x-protobuf'],
    ['http/protobuf', 'gzip', 'application/x-protobuf'],
    ['http/json', 'none', 'application/json'],
    ['http/json', 'gzip', 'application/json'],
  ])('%s with compression %s arrives whole', async (protocol, compression, contentType) => {
    const handle = setUp(
      { endpoint: receiver.url, headers: { 'X-Key': 'k' }, serviceName: 'shop', resourceAttributes: { region: 'eu' } },
      {
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_COMPRESSION: compression,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-key=env,x-b=2',
      },
    )
    const tracer = trace.getTracer('scope name')
    const root = tracer.startSpan('root', { startTime: 1_700_000_000_123.5 })
    const attributes = {
      text: 'žluťoučký',
      int: -7,
      big: 12_345_678_901,
      double: 0.25,
      yes: true,
      list: ['a', 'b'],
      none: [],
    }
    const child = tracer.startSpan('child', { attributes, kind: 2 }, trace.setSpan(ROOT_CONTEXT, root))
    child.addEvent('said', { n: 1 })
    child.setStatus({ code: 2, message: 'bad' })
    child.end()
    root.end(1_700_000_000_200)
    await handle.flush()

    expect(receiver.spans.map((span) => span.name).sort()).toEqual(['child', 'root'])
    const received = receiver.spans.find((span) => span.name === 'child')
    expect(received).toMatchObject({
      traceId: root.spanContext().traceId,
      spanId: child.spanContext().spanId,
      parentSpanId: root.spanContext().spanId,
      kind: 'client',
      attributes,
      events: [{ name: 'said', attributes: { n: 1 } }],
      status: { code: 'error', message: 'bad' },
      scope: 'scope name',
      service: 'shop',
    })
    expect(received?.resource).toMatchObject({
      'service.name': 'shop',
      'process.pid': process.pid,
      region: 'eu',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.distro.name': 'tracestitch',
    })
    expect(receiver.spans.find((span) => span.name === 'root')).toMatchObject({
      parentSpanId: undefined,
      startMs: 1_700_000_000_123.5,
      endMs: 1_700_000_000_200,
      status: { code: 'unset' },
    })
    expect(receiver.requests[0]?.headers).toMatchObject({ 'content-type': contentType, 'x-key': 'k', 'x-b': '2' })
    expect(receiver.requests[0]?.headers['content-encoding']).toBe(compression === 'gzip' ? 'gzip' : undefined)
    expect(handle.status).toMatchObject({
      mode: 'own',
      exporter: 'otlp',
      host: new URL(receiver.url).host,
      exported: 2,
      pending: 0,
    })
    expect(warnings).toEqual([])
  })

  it('is sent by itself, in batches', async () => {
    setUp({ endpoint: receiver.url }, { OTEL_BSP_SCHEDULE_DELAY: '20', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '3' })
    spans(7)
    await receiver.waitFor((received) => received.length === 7, 20_000)
    expect(receiver.requests.map((request) => request.spans)).toEqual([3, 3, 1])
  })

  it('flush waits for a batch that is under way', async () => {
    const handle = setUp({ endpoint: receiver.url }, { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1' })
    spans(1)
    await handle.flush()
    expect(receiver.spans).toHaveLength(1)
  })

  it('is not part of a trace: its requests have no context and make no span', async () => {
    let suppressed: boolean | undefined
    const { request } = http
    const spy = vi.spyOn(http, 'request').mockImplementation(((...args: Parameters<typeof request>) => {
      suppressed = isTracingSuppressed(context.active()) && trace.getSpan(context.active()) === undefined
      return Reflect.apply(request, http, args) as http.ClientRequest
    }) as typeof request)
    const handle = setUp({ endpoint: receiver.url })
    const outer = trace.getTracer('test').startSpan('outer')
    await context.with(trace.setSpan(context.active(), outer), async () => {
      spans(1)
      await handle.flush()
    })
    expect(spy).toHaveBeenCalledTimes(1)
    expect(suppressed).toBe(true)
    expect(receiver.requests[0]?.headers).not.toHaveProperty('traceparent')
  })

  it('counts spans that the backend says it refused', async () => {
    receiver.setFault((request, response) => {
      request.resume()
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ partialSuccess: { rejectedSpans: '2', errorMessage: 'quota' } }))
      return true
    })
    const handle = setUp({ endpoint: receiver.url }, { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' })
    spans(5)
    await handle.flush()
    expect(handle.status).toMatchObject({
      exported: 3,
      dropped: { exportFailed: 2, queueFull: 0 },
      lastFailure: 'partly rejected',
    })
  })

  it('sends large content in several requests, and halves one that is too large', async () => {
    const sizes: number[] = []
    let most = Number.POSITIVE_INFINITY
    receiver.setFault((request, response) => {
      const bytes = Number(request.headers['content-length'])
      sizes.push(bytes)
      if (bytes <= most) return false
      request.resume()
      response.writeHead(413).end('too large')
      return true
    })
    const handle = setUp({ endpoint: receiver.url })
    spans(80, { text: 'x'.repeat(100_000) })
    await handle.flush()
    expect(handle.status).toMatchObject({ exported: 80, dropped: { exportFailed: 0, queueFull: 0 } })
    expect(Math.max(...sizes)).toBeLessThan(4 * 1024 * 1024)
    most = 500_000
    spans(10, { text: 'x'.repeat(100_000) })
    await handle.flush()
    expect(handle.status).toMatchObject({ exported: 90, dropped: { exportFailed: 0, queueFull: 0 } })
  })

  it.each([
    ['goes on and on', true],
    ['is silent after its beginning', false],
  ])('an answer that %s has taken the spans, and is cut', async (_name, drips) => {
    const closed: boolean[] = []
    receiver.setFault((request, response) => {
      request.resume()
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).write('x')
      const drip = drips ? setInterval(() => response.write('x'), 20) : undefined
      response.on('close', () => {
        clearInterval(drip)
        closed.push(true)
      })
      return true
    })
    const handle = setUp({ endpoint: receiver.url })
    spans(2)
    await handle.flush(60_000)
    expect(handle.status).toMatchObject({ exported: 2, pending: 0, dropped: { exportFailed: 0, queueFull: 0 } })
    await expect.poll(() => closed).toEqual([true])
  })

  it('counts only the span that no backend would take', async () => {
    receiver.setFault((request, response) => {
      if (Number(request.headers['content-length']) < 100_000) return false
      request.resume()
      response.writeHead(413).end('too large')
      return true
    })
    const handle = setUp({ endpoint: receiver.url })
    spans(3)
    spans(1, { text: 'x'.repeat(200_000) })
    spans(4)
    await handle.flush()
    expect(handle.status).toMatchObject({ exported: 7, dropped: { exportFailed: 1, queueFull: 0 } })
  })

  it('keeps a limited number of bytes for a backend that does not answer', async () => {
    receiver.setFault((request) => {
      request.resume()
      return true
    })
    const handle = setUp({ endpoint: receiver.url }, { OTEL_EXPORTER_OTLP_TIMEOUT: '100' })
    const text = 'x'.repeat(1_000_000)
    spans(500, { text })
    expect(handle.status.dropped.queueFull).toBeGreaterThan(300)
    receiver.setFault(undefined)
  })

  it.each([500, 200])('does not read an endless answer with status %i', async (status) => {
    const closed: boolean[] = []
    receiver.setFault((request, response) => {
      request.resume()
      response.on('close', () => closed.push(true))
      response.writeHead(status, { 'content-type': 'text/html' })
      response.write('<html>')
      return true
    })
    const handle = setUp({ endpoint: receiver.url })
    spans(1)
    await handle.flush()
    await expect.poll(() => closed).not.toEqual([])
    expect(handle.status.dropped.exportFailed).toBe(1)
  })

  it('retries after the wait that the backend asks for', async () => {
    let asked = 0
    receiver.setFault((request, response) => {
      if (asked++ > 0) return false
      request.resume()
      response.writeHead(503, { 'retry-after': '0' }).end()
      return true
    })
    const handle = setUp({ endpoint: receiver.url }, { OTEL_BSP_SCHEDULE_DELAY: '1' })
    spans(1)
    // Of this handle: spans of an earlier test may still come.
    await expect.poll(() => handle.status).toMatchObject({ exported: 1, dropped: { exportFailed: 0 } })
  })
})

type Fault = (request: IncomingMessage, response: ServerResponse) => boolean
const answer =
  (status: number, headers: Record<string, string>, body: string): Fault =>
  (request, response) => {
    request.resume()
    response.writeHead(status, headers).end(body)
    return true
  }

describe('a backend in trouble', () => {
  /** It stands still: a flush that ends has waited for no time. */
  const time = holdTime()

  it.each<[string, Fault, string]>([
    ['says 500', answer(500, {}, 'secret detail'), 'HTTP 500'],
    ['says 401', answer(401, {}, 'secret detail'), 'HTTP 401'],
    ['says 503', answer(503, { 'retry-after': '60' }, ''), 'HTTP 503'],
    ['redirects', answer(302, { location: '/login' }, ''), 'HTTP 302'],
    ['is a web site', answer(200, { 'content-type': 'text/html; charset=utf-8' }, '<html>'), 'not an OTLP endpoint'],
    ['resets the connection', (request) => (request.socket.destroy(), true), 'ECONNRESET'],
  ])('that %s: spans are counted, one warning, nothing else', async (_name, fault, reason) => {
    receiver.setFault(fault)
    const handle = setUp({ endpoint: receiver.url, headers: { authorization: 'sk-secret' } })
    for (let round = 0; round < 3; round++) {
      spans(2)
      await handle.flush()
    }
    expect(handle.status).toMatchObject({ exported: 0, pending: 0, dropped: { queueFull: 0, exportFailed: 6 } })
    expect(handle.status.lastFailure).toContain(reason)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(new URL(receiver.url).host)
    expect(warnings[0]).toContain(reason)
    expect(warnings[0]).not.toMatch(/secret/)
  })

  it('that answers 200 with nonsense has accepted the spans', async () => {
    receiver.setFault(answer(200, {}, '\u00ff\u00fe not protobuf'))
    const handle = setUp({ endpoint: receiver.url })
    spans(2)
    await handle.flush()
    expect(handle.status).toMatchObject({ exported: 2, dropped: { exportFailed: 0 } })
  })

  it('that answers 200 and megabytes is not read to the end', async () => {
    let sent = 0
    receiver.setFault((request, response) => {
      request.resume()
      const chunk = Buffer.alloc(256 * 1024)
      const more = (): void => {
        if (response.destroyed || sent > 64 * 1024 * 1024) return
        sent += chunk.length
        response.write(chunk, more)
      }
      more()
      return true
    })
    const handle = setUp({ endpoint: receiver.url })
    spans(1)
    await handle.flush()
    expect(handle.status.exported).toBe(1)
    expect(sent).toBeLessThan(32 * 1024 * 1024)
  })

  it('that is not there does not delay a flush', async () => {
    const closed = await new Promise<number>((resolve) => {
      const server = net.createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as net.AddressInfo
        server.close(() => resolve(port))
      })
    })
    const handle = setUp({ endpoint: `http://127.0.0.1:${closed}` })
    spans(3)
    await handle.flush()
    expect(handle.status).toMatchObject({ pending: 0, dropped: { exportFailed: 3 }, lastFailure: 'ECONNREFUSED' })
  })

  it('that never answers delays a flush and an export no longer than their timeouts', async () => {
    receiver.setFault(() => true)
    const handle = setUp({ endpoint: receiver.url }, { OTEL_EXPORTER_OTLP_TIMEOUT: '400' })
    spans(3)
    const first = handle.flush(100)
    await time.advance(100)
    await first
    expect(handle.status).toMatchObject({ pending: 3, dropped: { exportFailed: 0 } })
    const second = handle.flush()
    await time.advance(400)
    await second
    expect(handle.status).toMatchObject({ pending: 0, dropped: { exportFailed: 3 }, lastFailure: 'timeout' })
  })

  it('that is slow fills the queue, and dropped spans are counted', async () => {
    let asked = 0
    receiver.setFault(() => asked++ === 0)
    const handle = setUp(
      { endpoint: receiver.url },
      { OTEL_BSP_MAX_QUEUE_SIZE: '10', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '5', OTEL_EXPORTER_OTLP_TIMEOUT: '300' },
    )
    spans(100)
    // Five are on their way, ten wait.
    expect(handle.status).toMatchObject({ pending: 15, dropped: { queueFull: 85 } })
    const flushed = handle.flush()
    await time.advance(300)
    await flushed
    expect(handle.status).toMatchObject({ exported: 10, pending: 0, dropped: { queueFull: 85, exportFailed: 5 } })
  })
})
