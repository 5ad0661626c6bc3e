/** Answers that no honest provider gives. The status is 200 where a row says no other. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { createGzip, gzipSync } from 'node:zlib'

export interface Hostile {
  readonly name: string
  readonly answer: (response: ServerResponse, socket: Socket) => void | Promise<void>
  /** Names of the error classes that a plain call and a stream may end in. */
  readonly error: readonly string[]
  readonly status?: number
  /** What the message says of the body. */
  readonly says?: RegExp
  /** Means something only to calls of this kind. */
  readonly only?: 'plain' | 'stream'
}

const MB = 1024 * 1024
const JSON_TYPE = { 'content-type': 'application/json' }
const EVENTS = { 'content-type': 'text/event-stream' }
const LEVELS = 100_000

export const nested = (levels = LEVELS): string => '['.repeat(levels) + ']'.repeat(levels)

const say =
  (status: number, headers: Record<string, string>, body: string | Buffer): Hostile['answer'] =>
  (response) =>
    void response.writeHead(status, headers).end(body)

/** Until more can be written, or nobody reads any more. */
export function writable(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done)
      resolve()
    }
    stream.on('drain', done).on('close', done)
  })
}

/** Writes the piece until there were `bytes` of it, no faster than it is read, or until nobody reads any more. */
async function pour(response: ServerResponse, piece: Buffer, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes && !response.destroyed; sent += piece.length) {
    if (!response.write(piece)) await writable(response)
  }
}

const flood =
  (
    status: number,
    headers: Record<string, string>,
    head: string,
    piece: string,
    bytes: number,
    tail = '',
  ): Hostile['answer'] =>
  async (response) => {
    response.writeHead(status, headers)
    response.write(head)
    await pour(response, Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length))), bytes)
    if (!response.destroyed) response.end(tail)
  }

const bomb =
  (status: number, bytes: number): Hostile['answer'] =>
  async (response) => {
    response.writeHead(status, { ...JSON_TYPE, 'content-encoding': 'gzip' })
    const gzip = createGzip()
    gzip.pipe(response)
    response.once('close', () => gzip.destroy())
    const zeros = Buffer.alloc(65_536, '0')
    for (let sent = 0; sent < bytes && !gzip.destroyed; sent += zeros.length) {
      if (!gzip.write(zeros)) await writable(gzip)
    }
    if (!gzip.destroyed) gzip.end()
  }

/** Header lines until the client hangs up. */
const endlessHeaders: Hostile['answer'] = async (_response, socket) => {
  socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n')
  for (let i = 0; !socket.destroyed && i < 100_000; i += 1) {
    if (!socket.write(`x-more-${i}: ${'y'.repeat(500)}\r\n`)) await writable(socket)
  }
}

const NOT_JSON = ['StreamError']

/** Bodies that are no answer in any format, streamed or not. */
export const hostile: readonly Hostile[] = [
  {
    name: 'JSON of 50 MB that is no answer',
    answer: flood(200, JSON_TYPE, '{"padding":"', 'x', 50 * MB, '"}'),
    error: NOT_JSON,
  },
  {
    name: 'JSON of 100 MB',
    answer: flood(200, JSON_TYPE, '{"padding":"', 'x', 100 * MB, '"}'),
    error: NOT_JSON,
    says: /larger than \d+ bytes/,
  },
  {
    name: 'an error page of 50 MB',
    answer: flood(500, { 'content-type': 'text/html' }, '<html>', 'x', 50 * MB),
    error: ['ProviderError'],
    status: 500,
    says: /^500 text\/html/,
  },
  {
    name: 'an error that breaks off',
    answer: (response, socket) => {
      response.writeHead(503, JSON_TYPE).write('{"error":{', () => socket.destroy())
    },
    error: ['ProviderError'],
    status: 503,
    says: /^503 /,
  },
  { name: 'arrays nested 100,000 deep', answer: say(200, JSON_TYPE, nested()), error: NOT_JSON },
  {
    name: 'objects nested 100,000 deep',
    answer: say(200, JSON_TYPE, '{"a":'.repeat(LEVELS) + '1' + '}'.repeat(LEVELS)),
    error: NOT_JSON,
  },
  {
    name: 'an error nested 100,000 deep',
    answer: say(400, JSON_TYPE, `{"error":{"message":${nested()}}}`),
    error: ['ProviderError'],
    status: 400,
    says: /^400 /,
  },
  ...['null', 'true', '7', '"answer"', '[]', '[null]', '{}'].map((body): Hostile => ({
    name: `the JSON ${body}`,
    answer: say(200, JSON_TYPE, body),
    error: NOT_JSON,
  })),
  ...['null', '[]', '{"error":7}', '{"error":[]}', '{"error":{"message":{"a":1}}}', '{"message":false}'].map(
    (body): Hostile => ({
      name: `422 with ${body}`,
      answer: say(422, JSON_TYPE, body),
      error: ['ProviderError'],
      status: 422,
      says: /^422 /,
    }),
  ),
  {
    name: 'truncated JSON',
    answer: say(200, JSON_TYPE, '{"id":"1","choices":[{"mess'),
    error: NOT_JSON,
    says: /expected JSON from .*, got application\/json, 27 characters/,
  },
  {
    name: 'JSON followed by more',
    answer: say(200, JSON_TYPE, '{"id":"1"} {"id":"2"}'),
    error: NOT_JSON,
    says: /expected JSON/,
  },
  {
    name: 'an HTML page',
    answer: say(200, { 'content-type': 'text/html; charset=utf-8' }, '<html>a private page</html>'),
    error: NOT_JSON,
    says: /text\/html/,
  },
  {
    name: 'an HTML error page',
    answer: say(502, { 'content-type': 'text/html' }, '<html>a private page</html>'),
    error: ['ProviderError'],
    status: 502,
    says: /^502 text\/html, 27 characters \(odd\/m\)$/,
  },
  {
    name: 'an HTML error page with a title',
    answer: say(
      502,
      { 'content-type': 'text/html' },
      `<html><head><title>\n 502 Bad\n Gateway ${'x'.repeat(300)}</title></head><body>a private page</body></html>`,
    ),
    error: ['ProviderError'],
    status: 502,
    says: /^502 text\/html, \d+ characters, titled "502 Bad Gateway x{60,70}" \(odd\/m\)$/,
  },
  { name: 'an empty body', answer: say(200, JSON_TYPE, ''), error: NOT_JSON, says: /an empty body/ },
  { name: 'an empty body without a type', answer: say(200, {}, ''), error: NOT_JSON },
  { name: '204', answer: (response) => void response.writeHead(204).end(), error: NOT_JSON, status: 204 },
  {
    name: 'a picture',
    answer: say(200, { 'content-type': 'image/png' }, Buffer.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 255])),
    error: NOT_JSON,
  },
  {
    name: 'bytes that are no UTF-8',
    answer: say(200, JSON_TYPE, Buffer.from([0x7b, 0xff, 0xfe, 0xc3, 0x28, 0x7d])),
    error: NOT_JSON,
    says: /expected JSON/,
  },
  { name: 'a gzip bomb', answer: bomb(200, 300 * MB), error: NOT_JSON, says: /larger than \d+ bytes/ },
  { name: 'a gzip bomb as error', answer: bomb(500, 300 * MB), error: ['ProviderError'], status: 500, says: /^500 / },
  {
    name: 'gzip that is none',
    answer: say(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }, 'plain text'),
    error: ['ConnectionError', 'StreamError'],
  },
  {
    name: 'gzip cut short',
    answer: say(
      200,
      { ...JSON_TYPE, 'content-encoding': 'gzip' },
      gzipSync('{"padding":"' + 'x'.repeat(10_000) + '"}').subarray(0, 20),
    ),
    error: ['ConnectionError', 'StreamError'],
  },
  { name: 'endless headers', answer: endlessHeaders, error: ['ConnectionError'] },
  {
    name: 'a status line that is none',
    answer: (_response, socket) => void socket.end('HTTP/9.9 banana\r\n\r\n'),
    error: ['ConnectionError'],
  },
  {
    name: 'comments without end',
    answer: flood(200, EVENTS, '', ': still here\n\n', 100 * MB),
    error: NOT_JSON,
    only: 'stream',
  },
  {
    name: 'an event of 20 MB without a line end',
    answer: flood(200, EVENTS, 'data: ', 'x', 20 * MB),
    error: NOT_JSON,
    only: 'stream',
  },
  {
    name: 'an event of 100 MB without a line end',
    answer: flood(200, EVENTS, 'data: ', 'x', 100 * MB),
    error: NOT_JSON,
    only: 'stream',
  },
  {
    name: 'an event of 100 MB in short lines',
    answer: flood(200, EVENTS, '', `data: ${'x'.repeat(60)}\n`, 100 * MB),
    error: NOT_JSON,
    only: 'stream',
  },
  {
    name: 'an event nested 100,000 deep',
    answer: say(200, EVENTS, `data: {"choices":${nested()}}\n\n`),
    error: NOT_JSON,
    only: 'stream',
  },
  {
    name: 'events that are no UTF-8',
    answer: say(200, EVENTS, Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0x7b, 0xff, 0xfe, 10, 10])),
    error: NOT_JSON,
    only: 'stream',
  },
  ...['null', '7', '[]', '"answer"', '{}'].map((body): Hostile => ({
    name: `the event ${body}`,
    answer: say(200, EVENTS, `data: ${body}\n\n`),
    error: NOT_JSON,
    only: 'stream',
  })),
]
