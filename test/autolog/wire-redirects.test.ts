/** A redirect within one request of the program: both requests are one call. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { autolog, type Autolog } from '../../src/index.js'
import { recordSpans } from '../../src/testing/record-spans.js'
import { eventually } from '../support/eventually.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { clients } from './wire-clients.js'

const recorder = recordSpans()
let log: Autolog
let fake: FakeProvider
let server: Server
let origin: string

/** `/<status>/<rest>`: sends the client to `/<rest>` of the provider. */
function redirect(request: IncomingMessage, response: ServerResponse): void {
  request.resume()
  request.on('end', () => {
    const [, status = '', ...rest] = (request.url ?? '').split('/')
    const location = rest[0] === 'again' ? `/307/${rest.slice(1).join('/')}` : `${fake.origin}/${rest.join('/')}`
    response.writeHead(Number(status), { location, 'content-type': 'text/plain' }).end('moved')
  })
}

beforeAll(async () => {
  log = autolog({ exporter: recorder, propagate: 'all' })
  fake = await startFakeProvider()
  server = createServer(redirect)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  log.off()
  server.closeAllConnections()
  server.close()
  await fake.close()
})
afterEach(() => {
  expect(log.status.faults).toBe(0)
  recorder.clear()
})

async function spans() {
  await eventually(() => recorder.spans.length > 0 && recorder.open.length === 0, 'the end of every span')
  return recorder.spans
}
const chat = (more: object = {}): string =>
  JSON.stringify({ model: 'gpt-x', messages: [{ role: 'user', content: 'Hi' }], ...more })
const path = (run: string, behaviour = 'ok'): string => `${run}/${behaviour}/v1/chat/completions`
const counted = { 'gen_ai.request.model': 'gpt-x', 'gen_ai.usage.input_tokens': 11 }
const post = (url: string, init: RequestInit = {}) => fetch(url, { method: 'POST', body: chat(), ...init })

describe.each([307, 308])('%i', (status) => {
  test('is followed: one span, whose id the last request carries', async () => {
    const run = `once${status}`
    await (await post(`${origin}/${status}/${path(run)}`)).text()
    const [span, ...more] = await spans()
    expect(more).toEqual([])
    expect(span?.attributes).toMatchObject(counted)
    expect(span?.status.code).toBe('unset')
    const [request] = fake.requests(run)
    expect(request?.headers['traceparent']).toContain(span?.spanId)
    expect(request?.traceparents).toBe(1)
  })

  test('twice, and a stream at the end', async () => {
    const body = chat({ stream: true, stream_options: { include_usage: true } })
    await (await post(`${origin}/${status}/again/${path(`twice${status}`)}`, { body })).text()
    const [span, ...more] = await spans()
    expect(more).toEqual([])
    expect(span?.attributes).toMatchObject({ ...counted, 'gen_ai.request.stream': true })
  })

  test('an error at the end is the error of the call', async () => {
    await (await post(`${origin}/${status}/${path(`error${status}`, 'error-401')}`)).text()
    const [span, ...more] = await spans()
    expect(more).toEqual([])
    expect(span?.attributes).toMatchObject({ 'error.type': 'invalid_api_key', 'http.response.status_code': 401 })
  })
})

test.each([
  ['by fetch', () => post(`${origin}/307/${path('manual')}`, { redirect: 'manual' }).then((answer) => answer.text())],
  ['by node:http', () => clients['node:http']?.(`${origin}/307/${path('plain')}`, chat())],
  [
    'for which fetch fails',
    () => expect(post(`${origin}/307/${path('refused')}`, { redirect: 'error' })).rejects.toBeInstanceOf(Error),
  ],
])('one that is not followed is an error of the call, %s', async (_name, send) => {
  await send()
  const [span, ...more] = await spans()
  expect(more).toEqual([])
  expect(span?.status.code).toBe('error')
  expect(span?.attributes).toMatchObject({ 'gen_ai.request.model': 'gpt-x', 'http.response.status_code': 307 })
})

test('two at once are two calls', async () => {
  const url = `${origin}/307/${path('both')}`
  await Promise.all([post(url), post(url)].map(async (sent) => (await sent).text()))
  await eventually(() => recorder.spans.length === 2 && recorder.open.length === 0, 'both spans')
  expect(recorder.spans.map(({ attributes }) => attributes)).toEqual([
    expect.objectContaining(counted),
    expect.objectContaining(counted),
  ])
})
