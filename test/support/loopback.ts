/** A loopback server that answers every request with what the test says, and keeps what it was sent. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FRAMING_MEDIA_TYPES, encodeFrame, type Framing } from '../../src/kernel/frames.js'
import type { JsonObject, WireEvent } from '../../src/kernel/protocol.js'

export interface LoopbackAnswer {
  readonly status?: number
  readonly json?: unknown
  readonly events?: readonly WireEvent[]
  readonly framing?: Framing
}

export interface Loopback {
  readonly origin: string
  answer: LoopbackAnswer
  readonly requests: { path: string; body: JsonObject }[]
  close(): Promise<void>
}

export async function startLoopback(): Promise<Loopback> {
  const loopback = { answer: {} as LoopbackAnswer, requests: [] as Loopback['requests'] }
  const server = createServer((request, response) => {
    const bytes: Buffer[] = []
    request.on('data', (chunk: Buffer) => bytes.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(bytes).toString()) as JsonObject
      loopback.requests.push({ path: request.url ?? '', body })
      const { status = 200, json, events, framing = 'sse' } = loopback.answer
      response.writeHead(status, { 'content-type': events ? FRAMING_MEDIA_TYPES[framing] : 'application/json' })
      if (events) for (const event of events) response.write(encodeFrame(event, framing))
      response.end(events ? undefined : JSON.stringify(json))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(loopback, {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve, reject) => {
        server.closeAllConnections()
        server.close((error) => (error ? reject(error) : resolve()))
      }),
  })
}
