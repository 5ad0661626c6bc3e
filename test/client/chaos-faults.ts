/** What can go wrong between a client and a provider, on real sockets. */
import { createServer, type AddressInfo } from 'node:net'
import { turn } from '../support/eventually.js'
import { beginStream, chunk, completion, never, sendEvent, sendJson, type Behaviour } from './fault-server.js'

export type Kind = 'unary' | 'stream'

export interface Fault {
  readonly name: string
  /** `refused`: nobody listens there; `unknown`: no such host. */
  readonly behave: Behaviour | 'refused' | 'unknown'
  /** Name of the error that a lone target gives. */
  readonly error: string
  readonly status?: number
  readonly retryAfterMs?: number
  readonly only?: Kind
}

const limited = { error: { message: 'slow down', type: 'requests', code: 'rate_limit_exceeded' } }

/** Before there is any content, so that another target may answer. */
export const faults: readonly Fault[] = [
  { name: 'refused', behave: 'refused', error: 'ConnectionError' },
  { name: 'no such host', behave: 'unknown', error: 'ConnectionError' },
  { name: 'reset', behave: (_, __, socket) => void socket.resetAndDestroy(), error: 'ConnectionError' },
  {
    name: '429 with retry-after',
    behave: (_, response) => sendJson(response, 429, limited, { 'retry-after': '120' }),
    error: 'ProviderError',
    status: 429,
    retryAfterMs: 120_000,
  },
  {
    name: '429 without retry-after',
    behave: (_, response) => sendJson(response, 429, limited),
    error: 'ProviderError',
    status: 429,
  },
  {
    name: '500',
    behave: (_, response) => sendJson(response, 500, { error: { message: 'oops' } }),
    error: 'ProviderError',
    status: 500,
  },
  { name: '503', behave: (_, response) => void response.writeHead(503).end(), error: 'ProviderError', status: 503 },
  {
    name: '529',
    behave: (_, response) => sendJson(response, 529, { error: { type: 'overloaded_error', message: 'Overloaded' } }),
    error: 'ProviderError',
    status: 529,
  },
  {
    name: 'HTML 502',
    behave: (_, response) =>
      void response.writeHead(502, { 'content-type': 'text/html' }).end('<title>502 Bad Gateway</title>secret prompt'),
    error: 'ProviderError',
    status: 502,
  },
  { name: 'slow headers', behave: never, error: 'TimeoutError' },
  {
    name: 'stall before the first chunk',
    behave: (_, response) => (beginStream(response), response.flushHeaders()),
    error: 'TimeoutError',
    only: 'stream',
  },
  {
    name: 'keep-alive comments and no chunk',
    behave: async (_, response) => {
      beginStream(response)
      while (!response.destroyed) {
        response.write(': still here\n\n')
        await turn()
      }
    },
    error: 'TimeoutError',
    only: 'stream',
  },
  {
    name: 'malformed event',
    behave: (_, response) => (beginStream(response), sendEvent(response, '{"id": oops'), void response.end()),
    error: 'StreamError',
    only: 'stream',
  },
  {
    name: '200 with an error inside',
    behave: (_, response) => sendJson(response, 200, { error: { message: 'upstream broke', code: 502 } }),
    error: 'ProviderError',
    status: 200,
  },
  {
    name: 'body cut in the middle',
    behave: (_, response, socket) => {
      const body = JSON.stringify(completion('hello'))
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(body.length) })
      response.write(body.slice(0, 40), () => socket.destroy())
    },
    error: 'ConnectionError',
    only: 'unary',
  },
  {
    name: 'cut before content',
    behave: (_, response, socket) => {
      beginStream(response)
      response.write(`data: ${JSON.stringify(chunk({ role: 'assistant', content: '' }))}\n\n`, () =>
        socket.resetAndDestroy(),
      )
    },
    error: 'ConnectionError',
    only: 'stream',
  },
]

/** What follows the words `one two` of a stream. */
export const laterFaults: readonly { readonly name: string; readonly then: Behaviour; readonly cause: string }[] = [
  { name: 'stall in the middle', then: never, cause: 'TimeoutError' },
  { name: 'cut in the middle', then: (_, __, socket) => void socket.resetAndDestroy(), cause: 'ConnectionError' },
  {
    name: 'malformed event in the middle',
    then: (_, response) => (sendEvent(response, '{"id": oops'), void response.end()),
    cause: 'StreamError',
  },
  {
    name: 'error in the middle',
    then: (_, response) => (
      sendEvent(response, { error: { message: 'overloaded', type: 'overloaded_error' } }),
      void response.end()
    ),
    cause: 'ProviderError',
  },
  { name: 'end without an end', then: (_, response) => void response.end(), cause: 'StreamError' },
]

/**
 * Sends `one two `, then goes wrong.
 *
 * @param read - Settles once the client has read the words: a reset may overtake them.
 */
export const wordsThen =
  (then: Behaviour, read: () => Promise<unknown>): Behaviour =>
  async (request, response, socket) => {
    beginStream(response)
    sendEvent(response, chunk({ role: 'assistant', content: 'one ' }))
    sendEvent(response, chunk({ content: 'two ' }))
    await read()
    await then(request, response, socket)
  }

/** A port of loopback where nobody listens. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
