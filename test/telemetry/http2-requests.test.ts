/** Trace context on requests over HTTP/2, with a server of Node. */
import { context } from '@opentelemetry/api'
import http2, {
  connect as namedConnect,
  type ClientHttp2Session,
  type Http2Server,
  type ServerHttp2Stream,
} from 'node:http2'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startCall, type Call } from '../../src/telemetry/spans/call.js'
import { compilePropagate, type Propagate } from '../../src/telemetry/propagation/propagation.js'
import { watchWire } from '../../src/telemetry/propagation/trace-headers.js'
import { spanHarness } from './span-harness.js'

const harness = spanHarness()
const original = http2.connect
let server: Http2Server
let base: string
let seen: (readonly string[])[] = []
const sessions: ClientHttp2Session[] = []
let undo: () => void

beforeAll(async () => {
  server = http2.createServer()
  server.on('stream', (stream: ServerHttp2Stream, _headers: object, _flags: number, rawHeaders: string[]) => {
    seen.push(rawHeaders)
    stream.respond({ ':status': 200 })
    stream.end('ok')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  base = `http://127.0.0.1:${(server.address() as { port: number }).port}`
})
afterAll(() => server.close())
beforeEach(() => {
  const wire = watchWire()
  undo = () => wire.off()
})
afterEach(() => {
  undo()
  for (const session of sessions.splice(0)) session.destroy()
  seen = []
})

const use = (rule: Propagate): void => harness.use({ propagates: compilePropagate(rule, () => undefined) })
const call = (baseURL: string | undefined = base, injects = false): Call =>
  startCall({ operation: 'chat', provider: 'p', model: 'm', request: undefined, baseURL, injects })

function open(connect = http2.connect): ClientHttp2Session {
  const session = connect(base)
  sessions.push(session)
  return session
}

function ask(session: ClientHttp2Session, headers?: object): Promise<void> {
  const stream = session.request(headers as never)
  stream.end()
  stream.resume()
  return new Promise((done, fail) => stream.on('end', done).on('error', fail))
}

const valuesOf = (raw: readonly string[] | undefined, name: string): string[] =>
  (raw ?? []).filter((_, i) => raw?.[i - 1] === name && i % 2 === 1)
const traceparents = (): string[][] => seen.map((raw) => valuesOf(raw, 'traceparent'))

describe('a request over HTTP/2', () => {
  test.each<[string, object | undefined]>([
    ['with headers', { ':method': 'POST', ':path': '/v1/x?y=1', 'x-own': 'a' }],
    ['without headers', undefined],
    ['with headers that nothing may change', Object.freeze({ ':path': '/frozen' })],
    ['with headers of no prototype', Object.assign(Object.create(null) as object, { ':path': '/bare' })],
  ])('of an open call carries its span once: %s', async (_, headers) => {
    use('gateways')
    const session = open()
    const before = headers && { ...headers }
    const one = call()
    await context.with(one.context, () => ask(session, headers))
    one.end()
    const span = harness.only().spanContext()
    expect(traceparents()).toEqual([[`00-${span.traceId}-${span.spanId}-01`]])
    expect(headers && { ...headers }).toEqual(before)
    if (before && 'x-own' in before) expect(valuesOf(seen[0], 'x-own')).toEqual(['a'])
  })

  test('gives the call its host, if the SDK does not', async () => {
    use('none')
    const one = call('')
    await context.with(one.context, () => ask(open(), { ':path': '/' }))
    one.end()
    expect(harness.only().attributes).toMatchObject({
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(base).port),
    })
  })

  test.each<[string, (one: Call) => Promise<void>]>([
    ['outside a call', () => ask(open(), { ':path': '/' })],
    ['of a call that is over', (one) => (one.end(), context.with(one.context, () => ask(open(), { ':path': '/' })))],
  ])('%s carries nothing', async (_, send) => {
    use('all')
    const one = call()
    await send(one)
    one.end()
    expect(traceparents()).toEqual([[]])
  })

  test('gets no headers if propagate does not allow it, or the SDK adds them itself', async () => {
    use('none')
    await context.with(call().context, () => ask(open(), { ':path': '/' }))
    use('all')
    await context.with(call(base, true).context, () => ask(open(), { ':path': '/' }))
    expect(traceparents()).toEqual([[], []])
  })

  test('keeps a header that it has, in any case', async () => {
    use('all')
    const own = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    await context.with(call().context, () => ask(open(), { ':path': '/', TraceParent: own }))
    expect(traceparents()).toEqual([[own]])
  })

  test('keeps sensitive headers marked', async () => {
    use('all')
    const headers = { ':path': '/', authorization: 'secret', [http2.sensitiveHeaders]: ['authorization'] }
    const session = open()
    const sent: unknown[] = []
    await context.with(call().context, async () => {
      const stream = session.request(headers)
      sent.push(stream.sentHeaders?.[http2.sensitiveHeaders as never])
      stream.resume().end()
      await new Promise((done) => stream.on('end', done))
    })
    expect(sent).toEqual([['authorization']])
  })
})

describe('the module', () => {
  test('is watched under the name that it is imported by', async () => {
    use('all')
    await context.with(call().context, () => ask(open(namedConnect), { ':path': '/' }))
    expect(traceparents()[0]).toHaveLength(1)
  })

  test('is restored after the watch, for open sessions too', async () => {
    use('all')
    const session = open()
    undo()
    expect(http2.connect).toBe(original)
    await context.with(call().context, () => ask(session, { ':path': '/' }))
    expect(traceparents()).toEqual([[]])
  })
})
