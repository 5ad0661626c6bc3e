/** What programs do to a server that is open to them: none of it ends the process, or reaches a provider. */
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { serve, type Gateway, type GatewayOptions } from '../../src/gateway.js'
import { clientBehind } from '../endpoint/upstream.js'
import { eventually } from '../support/eventually.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { rawRequest } from './raw-request.js'

let fake: FakeProvider
const open: Gateway[] = []

beforeAll(async () => void (fake = await startFakeProvider()))
afterEach(() => Promise.all(open.splice(0).map((gateway) => gateway.close())))
afterAll(() => fake.close())

async function served(options: GatewayOptions = {}, behaviour = 'plain') {
  const behind = clientBehind(fake, 'openai-chat', behaviour)
  const gateway = await serve(behind.ai, { port: 0, shutdownTimeout: 100, ...options })
  open.push(gateway)
  return { ...behind, url: gateway.url, port: Number(new URL(gateway.url).port) }
}

/** Writes `text`, and gives all that comes until the server ends the connection. */
async function said(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  socket.on('data', (bytes) => (heard += String(bytes)))
  // A server may close while a client still writes.
  socket.on('error', () => undefined)
  socket.write(text)
  await once(socket, 'close')
  return heard
}

const post = (body: string, headers = '') =>
  `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
const chat = (url: string, body: string, path = '/v1/chat/completions') =>
  fetch(`${url}${path}`, { method: 'POST', body })
const question = JSON.stringify({ model: 'smart', messages: [{ role: 'user', content: 'hi' }] })

describe('bodies', () => {
  test.each([
    ['', 400],
    ['{', 400],
    ['[]', 400],
    ['null', 400],
    ['"text"', 400],
    ['{"model":1,"messages":[]}', 404],
    ['\u0000\u0001\u0002', 400],
    [`{"model":"${'x'.repeat(5_000)}","messages":[{"role":"user","content":"hi"}]}`, 404],
    [`${'['.repeat(100_000)}`, 400],
  ])('%# is refused in the shape of the path', async (body, status) => {
    const { url, asked } = await served()
    const openai = await chat(url, body)
    const anthropic = await chat(url, body, '/v1/messages')
    const gemini = await chat(url, body, '/v1beta/models/none:generateContent')
    expect(await openai.json()).toMatchObject({ error: { message: expect.any(String) as string } })
    expect(await anthropic.json()).toMatchObject({ type: 'error', error: { type: expect.any(String) as string } })
    expect(await gemini.json()).toMatchObject({ error: { code: gemini.status, status: expect.any(String) as string } })
    expect([openai.status, asked()]).toEqual([status, []])
  })

  test.each([
    ['a length that is said', false],
    ['chunks', true],
  ])('over the limit, with %s, are refused with 413 before they are read', async (_, chunked) => {
    const { url, port, asked } = await served({ bodyLimit: 1_000 })
    const long = JSON.stringify({ model: 'smart', messages: [{ role: 'user', content: 'x'.repeat(50_000) }] })
    const head = 'POST /v1/messages HTTP/1.1\r\nhost: localhost\r\n'
    const heard = chunked
      ? await said(port, `${head}transfer-encoding: chunked\r\n\r\n${long.length.toString(16)}\r\n${long}\r\n`)
      : await said(port, `${head}content-length: ${long.length}\r\n\r\n${long.slice(0, 10)}`)
    expect(heard).toMatch(/^HTTP\/1\.1 413 /)
    expect(heard).toContain('"type":"error"')
    const { status } = await chat(url, long)
    expect([status, asked()]).toEqual([413, []])
  })
})

describe('heads', () => {
  test.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['a header with a line break', post(question, 'x-a: b\rc: d\r\n'), 400],
    ['two lengths', post(question, 'content-length: 3\r\n'), 400],
    ['length and chunks', post(question, 'transfer-encoding: chunked\r\n'), 400],
    ['long headers', post(question, `x-long: ${'y'.repeat(40_000)}\r\n`), 431],
  ])('with %s get %i', async (_, text, status) => {
    const { port, asked } = await served()
    const heard = await said(port, text)
    expect(heard).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(heard).toContain('"error"')
    expect(asked()).toEqual([])
  })

  test('that come too slowly are ended with 408', async () => {
    const { port } = await served({ headersTimeout: 200, requestTimeout: 400 })
    const heard = await said(port, 'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nx-slow: ')
    expect(heard).toMatch(/^HTTP\/1\.1 408 /)
  })

  test('a body that comes too slowly is ended too', async () => {
    const { port, ai, asked } = await served({ headersTimeout: 200, requestTimeout: 400 })
    await said(port, 'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{')
    expect([asked(), ai.health().targets[0]?.inFlight]).toEqual([[], 0])
  })
})

describe('paths', () => {
  test.each([
    '/v1/../../etc/passwd',
    '/v1/models/..%2f..%2fetc%2fpasswd',
    '/v1/chat/completions/../../../x',
    '/%2e%2e/x',
    '//evil.example/v1/models',
    '/v1/models/%00',
    '/v1/models/%E0%A4%A',
    'http://evil.example/v1/models/none',
  ])('%s leads nowhere', async (path) => {
    const { port, asked } = await served()
    const heard = await said(port, `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
    expect(heard).toMatch(/^HTTP\/1\.1 40[034] /)
    expect(asked()).toEqual([])
  })
})

test('headers of a request do not become headers of an answer', async () => {
  const { url } = await served()
  const body = JSON.stringify({ model: 'up/m\r\nx-evil: 1', messages: [{ role: 'user', content: 'hi' }] })
  const answer = await chat(url, body)
  expect([answer.headers.get('x-evil'), answer.headers.get('x-tracestitch-model')]).not.toContain('1')
})

test('a body cannot send the call elsewhere', async () => {
  const { url, asked } = await served()
  const body = {
    ...(JSON.parse(question) as object),
    base_url: 'http://evil.example',
    headers: { host: 'evil.example' },
  }
  const { status } = await chat(url, JSON.stringify(body))
  expect(status).toBe(200)
  expect(asked()[0]?.headers['host']).toMatch(/^127\.0\.0\.1:/)
})

test('a client that leaves before the answer ends the call', async () => {
  const { url, ai, asked } = await served({}, 'slow')
  const leave = new AbortController()
  const answer = fetch(`${url}/v1/chat/completions`, { method: 'POST', body: question, signal: leave.signal })
  await eventually(() => asked().length === 1, 'the provider is asked')
  leave.abort()
  await expect(answer).rejects.toThrow('aborted')
  await eventually(() => ai.health().targets[0]?.inFlight === 0, 'the call ends')
})

test('a client that leaves a stream ends the call', async () => {
  const { url, ai } = await served({}, 'stall')
  const body = JSON.stringify({ ...(JSON.parse(question) as object), stream: true })
  const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body })
  const reader = answer.body?.getReader()
  await reader?.read()
  expect(ai.health().targets[0]?.inFlight).toBe(1)
  await reader?.cancel()
  await eventually(() => ai.health().targets[0]?.inFlight === 0, 'the call ends')
})

test('a thousand idle connections do not keep a call waiting', async () => {
  const { url, port } = await served()
  const sockets: Socket[] = Array.from({ length: 1_000 }, () => connect(port, '127.0.0.1'))
  try {
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    expect((await chat(url, question)).status).toBe(200)
  } finally {
    for (const socket of sockets) socket.destroy()
  }
})

test('connections are kept for the next request', async () => {
  const { port } = await served()
  const heard = await said(port, post(question).replace('connection: close\r\n', '') + post(question))
  expect(heard.match(/HTTP\/1\.1 200 /g)).toHaveLength(2)
})

test('other methods are told which there are', async () => {
  const { url } = await served()
  const { status, body } = await rawRequest(url, {}, { method: 'DELETE' })
  expect([status, body]).toEqual([405, expect.stringContaining('POST')])
})
