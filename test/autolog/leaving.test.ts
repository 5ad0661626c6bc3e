/** A program that leaves an answer of `node:http` early closes it; a server that does so breaks it. Node gives both one error. */
import { createServer, request, type ClientRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tapNodeStream } from '../../src/autolog/streams/body-tap.js'

let url: string
const server = createServer((asked, answer) => {
  answer.write('one ')
  if (asked.url === '/whole') answer.end('two')
  if (asked.url === '/reset') setImmediate(() => answer.socket?.resetAndDestroy())
  if (asked.url === '/broken') setImmediate(() => answer.destroy())
})

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** What the tap was told of an answer, the pieces aside, and the socket that it came by. */
async function toldOf(
  path: string,
  read: (answer: IncomingMessage, sent: ClientRequest) => unknown,
  listens: boolean,
): Promise<{ told: string; socket: Socket; sent: ClientRequest }> {
  const sent = request(`${url}/${path}`, { agent: false })
  const answer = await new Promise<IncomingMessage>((done, fail) => {
    sent.on('response', done).on('error', fail).end()
  })
  const { socket } = answer
  const told = await new Promise<string>((done) => {
    tapNodeStream(answer, {
      push() {},
      end: () => done('end'),
      fail: () => done('fail'),
      cancel: () => done('cancel'),
    })
    if (listens) answer.on('error', () => {})
    void Promise.resolve(read(answer, sent)).catch(() => {})
  })
  return { told, socket, sent }
}

async function readAll(answer: IncomingMessage): Promise<void> {
  for await (const _ of answer);
}

const CASES = [
  ['read to its end', 'whole', readAll, 'end'],
  ['broken off by the server', 'broken', readAll, 'fail'],
  [
    'that a client aborts because the server resets it',
    'reset',
    (answer: IncomingMessage, sent: ClientRequest) => sent.on('error', () => sent.destroy()) && answer.resume(),
    'fail',
  ],
  ['piped on, and broken off', 'broken', (answer: IncomingMessage) => answer.pipe(new PassThrough()).resume(), 'fail'],
  [
    'left by a loop',
    'open',
    async (answer: IncomingMessage) => {
      for await (const _ of answer) break
    },
    'cancel',
  ],
  ['destroyed', 'open', (answer: IncomingMessage) => answer.once('data', () => answer.destroy()), 'cancel'],
  [
    'whose socket is ended',
    'open',
    (answer: IncomingMessage) => answer.once('data', () => answer.socket.end()),
    'cancel',
  ],
  [
    'whose request is destroyed',
    'open',
    (answer: IncomingMessage, sent: ClientRequest) => answer.once('data', () => sent.destroy()),
    'cancel',
  ],
] as const

describe.each([
  { name: 'whose errors somebody listens to', listens: true },
  // As a pipe does, which node-fetch makes of it.
  { name: 'whose errors nobody listens to', listens: false },
])('an answer $name', ({ listens }) => {
  test.each(CASES)('%s', async (_name, path, read, expected) => {
    const { told, socket, sent } = await toldOf(path, read, listens)
    expect(told).toBe(expected)
    if (!socket.closed) await new Promise((done) => socket.once('close', done))
    expect(Object.hasOwn(socket, 'end')).toBe(false)
    expect(Object.hasOwn(sent, 'destroy')).toBe(false)
  })
})
