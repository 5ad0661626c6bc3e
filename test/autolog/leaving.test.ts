/** A program that leaves an answer of `node:http` early closes it; a server that does so breaks it. Node gives both one error. */
import { createServer, request, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tapNodeStream } from '../../src/autolog/streams/body-tap.js'

let url: string
const server = createServer((asked, answer) => {
  answer.write('one ')
  if (asked.url === '/whole') answer.end('two')
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
  read: (answer: IncomingMessage) => unknown,
): Promise<{ told: string; socket: Socket }> {
  const answer = await new Promise<IncomingMessage>((done, fail) => {
    request(`${url}/${path}`, { agent: false }, done).on('error', fail).end()
  })
  const { socket } = answer
  const told = await new Promise<string>((done) => {
    tapNodeStream(answer, {
      push() {},
      end: () => done('end'),
      fail: () => done('fail'),
      cancel: () => done('cancel'),
    })
    answer.on('error', () => {})
    void Promise.resolve(read(answer)).catch(() => {})
  })
  return { told, socket }
}

async function readAll(answer: IncomingMessage): Promise<void> {
  for await (const _ of answer);
}

test.each([
  ['read to its end', 'whole', readAll, 'end'],
  ['broken off by the server', 'broken', readAll, 'fail'],
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
] as const)('an answer %s', async (_name, path, read, expected) => {
  const { told, socket } = await toldOf(path, read)
  expect(told).toBe(expected)
  if (!socket.closed) await new Promise((done) => socket.once('close', done))
  expect(Object.hasOwn(socket, 'end')).toBe(false)
})
