/**
 * A small OTLP/HTTP trace receiver on loopback, for tests and for the demo: protobuf and JSON, plain or
 * gzip, chunked or not. It keeps the decoded spans in memory.
 */
import { createServer } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { decodeTraceRequest } from './otlp-protobuf.mjs'

const unzip = promisify(gunzip)
const STATUS = ['unset', 'ok', 'error']

/**
 * @typedef {object} ReceivedSpan
 * @property {string} traceId
 * @property {string} spanId
 * @property {string | undefined} parentSpanId
 * @property {string} name
 * @property {number} kind 1 internal, 2 server, 3 client
 * @property {number} startMs Unix milliseconds
 * @property {number} endMs
 * @property {Record<string, unknown>} attributes
 * @property {{ name: string, timeMs: number, attributes: Record<string, unknown> }[]} events
 * @property {{ code: 'unset' | 'ok' | 'error', message: string | undefined }} status
 * @property {Record<string, unknown>} resource
 * @property {string} scope
 * @property {string | undefined} service
 */

/** @param {{ port?: number, host?: string, onSpans?: (spans: ReceivedSpan[]) => void }} [options] */
export async function startOtlpReceiver({ port = 0, host = '127.0.0.1', onSpans } = {}) {
  /** @type {ReceivedSpan[]} */
  const spans = []
  /** @type {{ path: string, headers: import('node:http').IncomingHttpHeaders, spans: number, bytes: number }[]} */
  const requests = []
  /** @type {Set<() => void>} */
  const watchers = new Set()
  /** @type {((request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => boolean) | undefined} */
  let fault

  const server = createServer((request, response) => {
    if (fault?.(request, response)) return
    receive(request, response).catch((error) => {
      response.writeHead(400, { 'content-type': 'text/plain' }).end(String(error))
    })
  })

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async function receive(request, response) {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const sent = Buffer.concat(chunks)
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (request.method !== 'POST' || !path.endsWith('/v1/traces')) {
      response.writeHead(404).end()
      return
    }
    const body = request.headers['content-encoding'] === 'gzip' ? await unzip(sent) : sent
    const json = (request.headers['content-type'] ?? '').startsWith('application/json')
    const received = neutralSpans(json ? JSON.parse(body.toString('utf8')) : decodeTraceRequest(body))
    spans.push(...received)
    requests.push({ path, headers: request.headers, spans: received.length, bytes: sent.length })
    onSpans?.(received)
    for (const watcher of watchers) watcher()
    // An empty ExportTraceServiceResponse.
    response.writeHead(200, { 'content-type': json ? 'application/json' : 'application/x-protobuf' })
    response.end(json ? '{}' : '')
  }

  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve(undefined))
  })
  const address = /** @type {import('node:net').AddressInfo} */ (server.address())

  return {
    /** Base URL: what `OTEL_EXPORTER_OTLP_ENDPOINT` takes. */
    url: `http://${host}:${address.port}`,
    port: address.port,
    spans,
    requests,
    /** Answers the following requests instead of the receiver when it returns true; `undefined` ends that. */
    setFault(/** @type {typeof fault} */ next) {
      fault = next
    },
    /**
     * Resolves to the spans once `done(spans)` holds; rejects, with the names of the spans that came, after
     * `timeoutMs`.
     * @param {(spans: ReceivedSpan[]) => boolean} done
     */
    waitFor(done, timeoutMs = 5_000) {
      return /** @type {Promise<ReceivedSpan[]>} */ (
        new Promise((resolve, reject) => {
          const check = () => {
            if (!done(spans)) return
            clearTimeout(timer)
            watchers.delete(check)
            resolve(spans)
          }
          const timer = setTimeout(() => {
            watchers.delete(check)
            reject(
              new Error(
                `not received within ${timeoutMs} ms; got: ${spans.map((span) => span.name).join(', ') || 'nothing'}`,
              ),
            )
          }, timeoutMs)
          watchers.add(check)
          check()
        })
      )
    },
    clear() {
      spans.length = 0
      requests.length = 0
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/**
 * Flattens an ExportTraceServiceRequest, in the JSON mapping of OTLP, to spans.
 * @param {any} request
 * @returns {ReceivedSpan[]}
 */
export function neutralSpans(request) {
  const spans = []
  for (const { resource, scopeSpans = [] } of request.resourceSpans ?? []) {
    const resourceAttributes = attributesOf(resource?.attributes)
    const service = resourceAttributes['service.name']
    for (const { scope, spans: list = [] } of scopeSpans) {
      for (const span of list) {
        spans.push({
          traceId: span.traceId,
          spanId: span.spanId,
          parentSpanId: span.parentSpanId || undefined,
          name: span.name ?? '',
          kind: span.kind ?? 0,
          startMs: milliseconds(span.startTimeUnixNano),
          endMs: milliseconds(span.endTimeUnixNano),
          attributes: attributesOf(span.attributes),
          events: (span.events ?? []).map((/** @type {any} */ event) => ({
            name: event.name ?? '',
            timeMs: milliseconds(event.timeUnixNano),
            attributes: attributesOf(event.attributes),
          })),
          status: { code: STATUS[span.status?.code ?? 0] ?? 'unset', message: span.status?.message || undefined },
          resource: resourceAttributes,
          scope: scope?.name ?? '',
          service: typeof service === 'string' ? service : undefined,
        })
      }
    }
  }
  return /** @type {ReceivedSpan[]} */ (spans)
}

/** Nanoseconds do not fit a number, so they come as text or a bigint. @param {unknown} nanoseconds */
function milliseconds(nanoseconds) {
  const exact = BigInt(/** @type {string} */ (nanoseconds ?? 0))
  return Number(exact / 1_000_000n) + Number(exact % 1_000_000n) / 1e6
}

/** @param {any[] | undefined} list @returns {Record<string, unknown>} */
function attributesOf(list) {
  return Object.fromEntries((list ?? []).map(({ key, value }) => [key, valueOf(value)]))
}

/** @param {any} value @returns {unknown} */
function valueOf(value) {
  if (!value) return null
  if ('stringValue' in value) return value.stringValue
  if ('boolValue' in value) return value.boolValue
  if ('intValue' in value) return Number(value.intValue)
  if ('doubleValue' in value) return value.doubleValue
  if ('arrayValue' in value) return (value.arrayValue.values ?? []).map(valueOf)
  if ('kvlistValue' in value) return attributesOf(value.kvlistValue.values)
  return 'bytesValue' in value ? value.bytesValue : null
}
