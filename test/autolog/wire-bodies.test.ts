/** Bodies as they are on the wire: compressed, in forms, in pieces, left alone. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { autolog, type Autolog } from '../../src/index.js'
import { recordSpans } from '../../src/testing/record-spans.js'
import { eventually } from '../support/eventually.js'
import { clients } from './wire-clients.js'

const recorder = recordSpans()
let log: Autolog
let server: Server
let origin: string

const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
const choice = { index: 0, finish_reason: 'stop' }
const whole = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ ...choice, message: { role: 'assistant', content: 'Hi' } }],
  usage,
})
const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' }
const events = [
  { ...chunk, choices: [{ ...choice, delta: { content: 'Hi' } }] },
  { ...chunk, choices: [], usage },
]
const stream = [...events.map((event) => JSON.stringify(event)), '[DONE]'].map((data) => `data: ${data}\n\n`).join('')

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      const [, encoding = '', kind] = (request.url ?? '').split('/')
      const body = kind === 'stream' ? stream : kind === 'text' ? JSON.stringify({ text: 'Hi' }) : whole
      response.setHeader('content-type', kind === 'stream' ? 'text/event-stream' : 'application/json')
      if (encoding !== 'plain') response.setHeader('content-encoding', encoding)
      if (kind === 'cut') {
        response.setHeader('content-type', 'text/event-stream')
        response.write(stream.slice(0, stream.indexOf('\n\n') + 2), () => response.socket?.destroy())
        return
      }
      if (kind === 'endless') {
        response.flushHeaders()
        response.write(' '.repeat(10))
        return
      }
      response.end(encoding === 'gzip' ? gzipSync(body) : encoding === 'br' ? brotliCompressSync(body) : body)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  log = autolog({ exporter: recorder, endpoints: [{ url: origin, provider: 'openai' }] })
})
afterAll(() => {
  log.off()
  server.closeAllConnections()
  server.close()
})
afterEach(() => {
  expect(log.status.faults).toBe(0)
  recorder.clear()
})

async function onlySpan() {
  await eventually(() => recorder.open.length === 0, 'the end of every span')
  expect(recorder.spans).toHaveLength(1)
  return recorder.spans[0] as NonNullable<(typeof recorder.spans)[0]>
}
const asked = JSON.stringify({ model: 'gpt-x', messages: [] })
const at = (encoding: string, kind: string, path = 'chat/completions'): string =>
  `${origin}/${encoding}/${kind}/v1/${path}`

const counted = { 'gen_ai.usage.input_tokens': 11, 'gen_ai.usage.output_tokens': 7 }

test.each(
  ['gzip', 'br'].flatMap((encoding) =>
    ['whole', 'stream'].flatMap((kind) => ['fetch', 'node:http'].map((client) => ({ encoding, kind, client }))),
  ),
)('$encoding, $kind, by $client', async ({ encoding, kind, client }) => {
  await clients[client]?.(at(encoding, kind), asked)
  expect((await onlySpan()).attributes).toMatchObject(counted)
})

// The server here speaks HTTP/1 only. node-fetch destroys the answer itself when the socket closes, so that it looks like a
// program that leaves.
const seesBreak = Object.keys(clients).filter((client) => client !== 'node:http2' && client !== 'node-fetch')
test.each(seesBreak)('a connection that breaks within the answer, by %s', async (client) => {
  await expect(clients[client]?.(at('plain', 'cut'), asked)).rejects.toBeInstanceOf(Error)
  const { status, attributes } = await onlySpan()
  expect([status.code, typeof attributes['error.type']]).toEqual(['error', 'string'])
  expect(attributes['gen_ai.response.id']).toBe('c')
})

test('a form with a file says its model', async () => {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(300_000)]), 'a.wav')
  form.append('model', 'whisper-x')
  await (await fetch(at('plain', 'text', 'audio/transcriptions'), { method: 'POST', body: form })).text()
  const { name, attributes } = await onlySpan()
  expect(name).toBe('generate_content whisper-x')
  expect(attributes['gen_ai.output.type']).toBe('text')
})

test('a request that is a stream is not read before it is sent', async () => {
  const pulled: number[] = []
  const pieces = [asked.slice(0, 7), asked.slice(7)]
  const body = new ReadableStream({
    pull(controller) {
      const piece = pieces.shift()
      pulled.push(pieces.length)
      if (piece === undefined) controller.close()
      else controller.enqueue(new TextEncoder().encode(piece))
    },
  })
  const init = { method: 'POST', body, duplex: 'half' } as RequestInit
  expect(await (await fetch(at('plain', 'whole'), init)).text()).toBe(whole)
  const { name, attributes } = await onlySpan()
  expect(name).toBe('chat gpt-x')
  expect(attributes).toMatchObject(counted)
})

test('a body that is cancelled ends the span without an error', async () => {
  const answer = await fetch(at('plain', 'endless'), { method: 'POST', body: asked })
  await answer.body?.cancel()
  const { status, attributes } = await onlySpan()
  expect([status.code, attributes['error.type']]).toEqual(['unset', undefined])
})

test('a body that nobody reads, and one that is no JSON', async () => {
  await fetch(at('plain', 'whole'), { method: 'POST', body: asked })
  expect((await onlySpan()).attributes).toMatchObject(counted)
  recorder.clear()
  await (await fetch(at('plain', 'whole'), { method: 'POST', body: 'not json' })).text()
  expect((await onlySpan()).attributes).toMatchObject({ ...counted, 'tracestitch.unread': 'request' })
})
