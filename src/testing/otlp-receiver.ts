/** An OTLP/HTTP trace receiver on this machine that keeps the spans it gets. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { spansOfRequest } from './otlp-json.js'
import { decodeTraceRequest } from './otlp-protobuf.js'
import type { RecordedSpan } from './recorded-span.js'
import { listSpans, queriesOn, type SpanQueries } from './span-list.js'

/** Far more than one batch of spans needs. */
const MAX_BODY_BYTES = 64 * 1024 * 1024
const WAIT_MS = 5_000

/** Options of `startOtlpReceiver()`. */
export interface OtlpReceiverOptions {
  /** Default 0: any free port. */
  readonly port?: number
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** Called with the spans of each request, after they were added to `spans`. */
  readonly onSpans?: (spans: readonly RecordedSpan[]) => void
}

/** One export request, as it came. */
export interface ReceivedRequest {
  /** Path of the request, such as `/v1/traces`. */
  readonly path: string
  /** Its headers, names in lower case. */
  readonly headers: IncomingHttpHeaders
  /** Number of spans in it. */
  readonly spans: number
  /** Bytes of the body as it was sent, compressed or not. */
  readonly bytes: number
}

/** Answers a request in the receiver's place when it returns true. */
export type ReceiverFault = (request: IncomingMessage, response: ServerResponse) => boolean

/** A server on this machine that takes traces as OTLP over HTTP, for tests. */
export interface OtlpReceiver extends SpanQueries {
  /** Base URL: what `autolog({ endpoint })` and `OTEL_EXPORTER_OTLP_ENDPOINT` take. */
  readonly url: string
  /** Port that it listens at, on 127.0.0.1. */
  readonly port: number
  /** What it was sent, oldest first. */
  readonly requests: readonly ReceivedRequest[]
  /** Makes the following requests fail, hang or get nonsense; `undefined` ends that. */
  setFault(fault: ReceiverFault | undefined): void
  /**
   * Resolves to the spans once `done(spans)` holds.
   *
   * @param timeoutMs - Default 5000.
   * @throws {Error} `done` did not hold in time; the message lists the names of what came.
   */
  waitFor(done: (spans: readonly RecordedSpan[]) => boolean, timeoutMs?: number): Promise<readonly RecordedSpan[]>
  /** Forgets spans and requests. */
  clear(): void
  /** Ends every connection and frees the port. */
  close(): Promise<void>
}

/**
 * Starts an OTLP/HTTP receiver for traces: protobuf and JSON, plain or gzip. Several processes may export
 * to it, so it shows a trace that crosses them.
 *
 * ```ts
 * const receiver = await startOtlpReceiver()
 * spawn('node', ['program.js'], { env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } })
 * await receiver.waitFor((spans) => spans.some((span) => span.name === 'invoke_agent planner'))
 * console.log(renderTree(receiver.spans))
 * await receiver.close()
 * ```
 *
 * @throws {Error} The port is taken.
 */
export async function startOtlpReceiver(options: OtlpReceiverOptions = {}): Promise<OtlpReceiver> {
  const { port = 0, host = '127.0.0.1', onSpans } = options
  const spans: RecordedSpan[] = []
  const requests: ReceivedRequest[] = []
  const watchers = new Set<() => void>()
  let fault: ReceiverFault | undefined

  const server = createServer((request, response) => {
    if (fault?.(request, response)) return
    receive(request, response).catch((error: unknown) => {
      if (response.destroyed) return
      response.writeHead(400, { 'content-type': 'text/plain' }).end(String(error))
    })
  })

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await bodyOf(request)
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (request.method !== 'POST' || !path.endsWith('/v1/traces')) {
      response.writeHead(404).end()
      return
    }
    const zipped = request.headers['content-encoding'] === 'gzip'
    const body = zipped ? await promisify(gunzip)(sent, { maxOutputLength: MAX_BODY_BYTES }) : sent
    const isJson = (request.headers['content-type'] ?? '').startsWith('application/json')
    const received = spansOfRequest(isJson ? JSON.parse(body.toString('utf8')) : decodeTraceRequest(body))
    for (const span of received) spans.push(span)
    requests.push({ path, headers: request.headers, spans: received.length, bytes: sent.length })
    onSpans?.(received)
    for (const watcher of watchers) watcher()
    // An empty ExportTraceServiceResponse.
    response.writeHead(200, { 'content-type': isJson ? 'application/json' : 'application/x-protobuf' })
    response.end(isJson ? '{}' : '')
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo

  return {
    ...queriesOn(spans),
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    requests,
    setFault(next) {
      fault = next
    },
    waitFor: (done, timeoutMs = WAIT_MS) =>
      new Promise((resolve, reject) => {
        const settle = (error?: unknown): void => {
          clearTimeout(timer)
          watchers.delete(check)
          if (error === undefined) resolve(spans)
          else reject(error as Error)
        }
        const check = (): void => {
          try {
            if (done(spans)) settle()
          } catch (error) {
            // An error of `done` belongs to its caller, not to the process that sent the spans.
            settle(error)
          }
        }
        const timer = setTimeout(
          () => settle(new Error(`not received within ${timeoutMs} ms; ${listSpans(spans)}`)),
          timeoutMs,
        )
        watchers.add(check)
        check()
      }),
    clear() {
      spans.length = 0
      requests.length = 0
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > MAX_BODY_BYTES) throw new Error('the request is too large')
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
