import { context } from '@opentelemetry/api'
import { createServer, get as namedGet, request as namedRequest, type IncomingMessage, type Server } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import diagnostics from 'node:diagnostics_channel'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startCall, type Call } from '../../src/telemetry/spans/call.js'
import { compilePropagate, type Propagate } from '../../src/telemetry/propagation/propagation.js'
import { watchWire } from '../../src/telemetry/propagation/trace-headers.js'
import { spanHarness } from './span-harness.js'

const harness = spanHarness()

interface Seen {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  /** How often the header was on the wire. */
  readonly traceparents: readonly string[]
  readonly port: number
}

let servers: Server[]
let seen: Seen[] = []
let base: string
let other: string
let undo: () => void
const originals = { request: http.request, get: http.get, secure: https.request, secureGet: https.get }

const portOf = (server: Server): number => (server.address() as { port: number }).port

beforeAll(async () => {
  servers = await Promise.all(
    [0, 1].map(
      () =>
        new Promise<Server>((done) => {
          const server = createServer((incoming, response) => {
            const names = incoming.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase())
            const values = incoming.rawHeaders.filter((_, i) => i % 2 === 1)
            seen.push({
              path: incoming.url ?? '',
              headers: incoming.headers,
              traceparents: values.filter((_, i) => names[i] === 'traceparent'),
              port: portOf(server),
            })
            incoming.resume()
            if (incoming.url === '/redirect')
              response.writeHead(307, { location: `http://localhost:${portOf(servers[1] as Server)}/after` })
            response.end('ok')
          }).listen(0, '127.0.0.1', () => done(server))
        }),
    ),
  )
  base = `http://127.0.0.1:${portOf(servers[0] as Server)}`
  other = `http://127.0.0.1:${portOf(servers[1] as Server)}`
})
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})
beforeEach(() => {
  const wire = watchWire()
  undo = () => wire.off()
})
afterEach(() => {
  undo()
  seen = []
})

const vendor = (hostname: string) => (hostname === 'vendor.test' ? { firstParty: true } : undefined)
const use = (rule: Propagate): void => harness.use({ propagates: compilePropagate(rule, vendor), identifyHost: vendor })

function call(baseURL = base): Call {
  return startCall({ operation: 'chat', provider: 'p', model: 'm', request: undefined, baseURL })
}

/** Runs `send` inside a call and returns the span that the request named as its parent, if any. */
async function parents(send: () => Promise<unknown>, baseURL?: string): Promise<readonly (string | undefined)[]> {
  const open = call(baseURL)
  await context.with(open.context, send)
  open.end()
  const own = open.span?.spanContext()
  return seen.map(({ traceparents }) => {
    expect(traceparents.length).toBeLessThanOrEqual(1)
    return traceparents[0]?.replace(`00-${own?.traceId}-${own?.spanId}-01`, 'the call')
  })
}

type Requester = typeof http.request
const finish = (request: http.ClientRequest, end = true): Promise<void> =>
  new Promise((done, fail) => {
    request.on('response', (response) => response.resume().on('end', done)).on('error', fail)
    if (end) request.end()
  })

describe('every way to send a request', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['fetch', () => fetch(`${base}/v1`)],
    [
      'fetch with a body and headers',
      () => fetch(`${base}/v1`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }),
    ],
    ['fetch with a Request', () => fetch(new Request(`${base}/v1`, { headers: [['x', 'y']] }))],
    ['http.request by URL', () => finish(http.request(`${base}/v1`))],
    [
      'http.request by options',
      () =>
        finish(http.request({ host: '127.0.0.1', port: new URL(base).port, path: '/v1', headers: { a: ['1', '2'] } })),
    ],
    [
      'http.request by URL, options and callback',
      () => new Promise((done) => http.request(new URL(base), { method: 'PUT' }, done).end()),
    ],
    [
      'http.request with an agent that keeps connections',
      () => finish(http.request(`${base}/v1`, { agent: new http.Agent({ keepAlive: true, maxSockets: 1 }) })),
    ],
    ['http.get', () => finish(http.get(`${base}/v1`), false)],
    ['named import of request', () => finish(namedRequest(`${base}/v1`))],
    ['named import of get', () => finish(namedGet(`${base}/v1`), false)],
    [
      'https.request that names http through its agent',
      () => finish((https.request as Requester)(`${base}/v1`, { protocol: 'http:', agent: new http.Agent() } as never)),
    ],
  ])('%s carries the header once', async (_name, send) => {
    use('gateways')
    expect(await parents(send)).toEqual(['the call'])
  })

  test('headers that were given as a list cannot be added to', async () => {
    use('all')
    await parents(() => finish(http.request(`${base}/v1`, { headers: ['host', 'x.test', 'a', 'b'] as never })))
    expect(seen[0]?.headers).toMatchObject({ a: 'b' })
    expect(harness.faults()).toBe(0)
  })

  test.each([['before'], ['after']])(
    'an instrumentation of undici that is told %s us: one header, its own',
    async (when) => {
      use('all')
      const theirs = `00-${'b'.repeat(32)}-${'c'.repeat(16)}-01`
      const inject = (event: unknown): void => {
        const { request } = event as { request: { addHeader(name: string, value: string): void } }
        request.addHeader('traceparent', theirs)
        request.addHeader('tracestate', 'x=1')
      }
      if (when === 'before') undo()
      diagnostics.subscribe('undici:request:create', inject)
      try {
        const wire = when === 'before' ? watchWire() : undefined
        if (wire) undo = () => wire.off()
        const outer = call()
        await context.with(outer.context, () => fetch(base))
        outer.end()
        expect(seen.map(({ traceparents }) => traceparents)).toEqual([[theirs]])
        expect(seen[0]?.headers['tracestate']).toBe('x=1')
      } finally {
        diagnostics.unsubscribe('undici:request:create', inject)
      }
    },
  )

  test('one connection, several calls, each with its own parent', async () => {
    use('gateways')
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const calls = Array.from({ length: 5 }, () => call())
    await Promise.all(
      calls.map((open) => context.with(open.context, () => finish(http.request(`${base}/v1`, { agent })))),
    )
    for (const open of calls) open.end()
    agent.destroy()
    expect(seen.map(({ traceparents }) => traceparents[0]?.split('-')[2]).sort()).toEqual(
      calls.map((open) => open.span?.spanContext().spanId).sort(),
    )
  })
})

describe('requests without headers of ours', () => {
  const send = (): Promise<unknown> => Promise.all([fetch(`${base}/v1`), finish(http.request(`${base}/v1`))])

  test('outside a call', async () => {
    use('all')
    await send()
    expect(seen.flatMap(({ traceparents }) => traceparents)).toEqual([])
  })

  test('after the call has ended, in its context', async () => {
    use('all')
    const open = call()
    open.end()
    await context.with(open.context, send)
    expect(seen.flatMap(({ traceparents }) => traceparents)).toEqual([])
  })

  test.each<[string, () => Promise<unknown>]>([
    ['fetch', () => fetch(`${base}/v1`, { headers: { TraceParent: 'own' } })],
    ['http', () => finish(http.request(`${base}/v1`, { headers: { TraceParent: 'own' } }))],
    [
      'http, as a list',
      () => finish(http.request(`${base}/v1`, { headers: ['host', 'x.test', 'TraceParent', 'own'] as never })),
    ],
  ])("with the program's own header: %s", async (_name, own) => {
    use('all')
    expect(await parents(own)).toEqual(['own'])
  })

  test.each<[string, Propagate]>([
    ['none', 'none'],
    ['other hosts', ['gw.test']],
    ['a function that says no', () => false],
    [
      'a function that throws',
      () => {
        throw new Error('no')
      },
    ],
    ['a function that promises', (() => Promise.resolve(true)) as never],
  ])('by the rule: %s', async (_name, rule) => {
    use(rule)
    expect(await parents(send)).toEqual([undefined, undefined])
  })

  test('to the host that is connected to, whatever the host header says', async () => {
    use((url) => new URL(url).hostname === 'gw.test')
    expect(await parents(() => finish(http.request(`${base}/v1`, { headers: { host: 'gw.test' } })))).toEqual([
      undefined,
    ])
  })
})

describe("a gateway's own headers", () => {
  const names = { traceId: 'x-gw-trace-id', parentSpanId: 'x-gw-parent-id' }
  // The loopback server stands for the gateway.
  const gateway = () => ({ firstParty: true, traceHeaders: names })
  const linked = () => seen.map(({ headers }) => [headers['x-gw-trace-id'], headers['x-gw-parent-id']])
  const useGateway = (rule: Propagate): void =>
    harness.use({ propagates: compilePropagate(rule, gateway), identifyHost: gateway })

  test.each<[string, (headers?: Record<string, string>) => Promise<unknown>]>([
    ['fetch', (headers = {}) => fetch(`${base}/v1`, { headers })],
    ['http', (headers = {}) => finish(http.request(`${base}/v1`, { headers }))],
  ])('link to the call, once: %s', async (_name, send) => {
    useGateway('gateways')
    const open = call()
    await context.with(open.context, () => send())
    const own = open.span?.spanContext()
    expect(linked()).toEqual([[own?.traceId, own?.spanId]])
    expect(seen[0]?.traceparents).toEqual([])

    useGateway('all')
    await context.with(open.context, () => send({ 'X-GW-Trace-Id': 'mine' }))
    expect(linked()[1]).toEqual(['mine', undefined])
    expect(seen[1]?.traceparents).toEqual([])

    useGateway('none')
    await context.with(open.context, () => send())
    expect(linked()[2]).toEqual([undefined, undefined])
    open.end()
  })
})

describe('other hosts in a call', () => {
  test('each hop of a redirect is judged by its own URL', async () => {
    use((url) => url.startsWith(base))
    await parents(() => fetch(`${base}/redirect`))
    expect(seen.map(({ path, traceparents }) => [path, traceparents.length])).toEqual([
      ['/redirect', 1],
      ['/after', 0],
    ])
  })

  test('loopback gets headers of every call, other hosts only of their own', async () => {
    use('gateways')
    expect(await parents(() => fetch(`${other}/v1`), 'https://gateway.test/v1')).toEqual(['the call'])
  })
})

describe('undoing', () => {
  test('the functions are the originals again, named imports too', () => {
    undo()
    expect([http.request, http.get, https.request, https.get]).toEqual([
      originals.request,
      originals.get,
      originals.secure,
      originals.secureGet,
    ])
    expect([namedRequest, namedGet]).toEqual([originals.request, originals.get])
  })

  test('a wrapper around ours stays, and ours then only calls the original', async () => {
    use('all')
    const ours = http.request
    const theirs = function (...args: Parameters<Requester>) {
      return ours(...args)
    } as Requester
    http.request = theirs
    undo()
    expect(http.request).toBe(theirs)
    expect(await parents(() => finish(http.request(`${base}/v1`)))).toEqual([undefined])
    http.request = originals.request
  })
})
