/** A loopback server for operations that are passed on, which keeps the bytes it got, and a client of it. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import OpenAI from 'openai'
import { afterEach, beforeEach } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import { spanHarness } from '../telemetry/span-harness.js'

export interface Seen {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
}

export type Behave = (request: Seen, response: ServerResponse) => void

/** Of the running test. */
export const wire: { origin: string; seen: Seen[]; behave: Behave } = { origin: '', seen: [], behave: () => {} }

/** Call it once in a test file. */
export function usePassedServer() {
  const harness = spanHarness()
  let server: Server
  beforeEach(async () => {
    wire.seen = []
    server = createServer((request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => {
        const one = { path: request.url ?? '', headers: request.headers, bytes: Buffer.concat(pieces) }
        wire.seen.push(one)
        wire.behave(one, response)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    wire.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    spans: () => harness.spans(),
    /** The spans of calls, without those of their attempts. */
    inference: () => harness.spans().filter((span) => span.attributes['gen_ai.operation.name'] !== undefined),
  }
}

export const clientFor = (options: ClientOptions = {}) =>
  createClient({
    retries: 0,
    providers: {
      openai: { baseURL: `${wire.origin}/v1`, apiKey: 'sk-secret' },
      down: { baseURL: `${wire.origin}/down/v1`, apiKey: 'sk-secret' },
      cohere: { baseURL: wire.origin, apiKey: 'k' },
      voyage: { baseURL: `${wire.origin}/v1`, apiKey: 'k' },
      groq: { baseURL: `${wire.origin}/v1`, apiKey: 'k' },
    },
    models: { both: ['down/m', 'openai/m'] },
    prices: { overrides: { 'openai/m': { input: 1, output: 4, input_audio: 10 } } },
    ...options,
  })

export const openai = () => new OpenAI({ baseURL: `${wire.origin}/v1`, apiKey: 'sk-secret', maxRetries: 0 })

export const sendJson = (response: ServerResponse, body: unknown, status = 200) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

/** The first target fails, the second answers. */
export const answersJson = (body: unknown): void => {
  wire.behave = ({ path }, response) =>
    path.startsWith('/down')
      ? sendJson(response, { error: { message: 'busy', type: 'server_error' } }, 503)
      : sendJson(response, body)
}

export const bodyOf = (one: Seen | undefined) => JSON.parse(one?.bytes.toString() ?? '') as unknown
