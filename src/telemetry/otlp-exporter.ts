/**
 * OTLP over HTTP (https://opentelemetry.io/docs/specs/otlp/#otlphttp) with the serializers of OpenTelemetry. The transport
 * is our own because the SDK's keeps a finished program alive for up to ten seconds while it retries, and does not report
 * how many spans a backend refused.
 */
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'
import type http from 'node:http'
import type https from 'node:https'
import { promisify } from 'node:util'
import { builtin } from '../kernel/builtin.js'
import { VERSION } from '../kernel/version.js'
import type { PartialExportResult } from './batch.js'
import type { OtlpProtocol } from './env.js'
import { partsOf } from './weight.js'

/** The part of `@opentelemetry/otlp-transformer`'s serializers that is used. */
export interface TraceSerializer {
  serializeRequest(spans: ReadableSpan[]): Uint8Array | undefined
  deserializeResponse(data: Uint8Array): { partialSuccess?: { rejectedSpans?: unknown } }
}

export interface OtlpExporterOptions {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly protocol: OtlpProtocol
  /** For one export, retries included. */
  readonly timeoutMs: number
  readonly compression: 'gzip' | 'none'
  readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer }
  readonly serializer: TraceSerializer
}

type Answer =
  | { readonly ok: true; readonly body: Buffer }
  | {
      readonly ok: false
      readonly reason: string
      readonly retry: boolean
      readonly afterMs?: number
      readonly tooLarge?: boolean
    }

/** Statuses that the OTLP specification calls retryable. */
const RETRYABLE_STATUS = new Set([429, 502, 503, 504])
const RETRYABLE_CODE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENETUNREACH',
  'EHOSTUNREACH',
])
const FIRST_BACKOFF_MS = 1_000
/** After a flush was requested, no retry waits this long. */
const URGENT_MS = 5_000
/** Enough for any answer of the protocol. */
const MAX_ANSWER_BYTES = 64 * 1024
const compress = (data: Uint8Array): Promise<Buffer> => promisify(builtin('node:zlib').gzip)(data)

/** The failure of an export; `message` is the short reason. */
export class ExportFailure extends Error {
  override name = 'ExportFailure'
}

export class OtlpExporter implements SpanExporter {
  private readonly options: OtlpExporterOptions
  /** `undefined` for the agent of the whole process. */
  private readonly agent: http.Agent | undefined
  private urgentUntil = 0
  private endBackoff: (() => void) | undefined

  constructor(options: OtlpExporterOptions) {
    this.options = options
    this.agent = agentFor(builtin(options.url.protocol === 'https:' ? 'node:https' : 'node:http'), options.tls)
  }

  export(spans: ReadableSpan[], done: (result: { code: number; error?: Error } & PartialExportResult) => void): void {
    this.sendParts(partsOf(spans), performance.now() + this.options.timeoutMs).then(
      (rejectedSpans) => done({ code: 0, rejectedSpans }),
      (error: Error) => done({ code: 1, error }),
    )
  }

  /** A flush waits: from here on a failed request is not retried after a pause. */
  forceFlush(): Promise<void> {
    this.urgentUntil = performance.now() + URGENT_MS
    this.endBackoff?.()
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    this.agent?.destroy()
    return Promise.resolve()
  }

  /** Sends one after the other. Resolves to the number of spans that were refused or lost; rejects when all are. */
  private async sendParts(parts: readonly ReadableSpan[][], deadline: number): Promise<number> {
    let lost = 0
    let sent = 0
    let failure: unknown
    for (const part of parts) {
      try {
        lost += await this.send(part, deadline)
        sent += 1
      } catch (error) {
        failure = error
        lost += part.length
      }
    }
    if (sent === 0 && failure !== undefined) throw failure
    return lost
  }

  /** Resolves to the number of spans the backend refused. */
  private async send(spans: ReadableSpan[], deadline: number): Promise<number> {
    const { serializer, compression } = this.options
    const serialized = serializer.serializeRequest(spans)
    if (!serialized) throw new ExportFailure('nothing to send')
    const body = compression === 'gzip' ? await compress(serialized) : serialized
    for (let backoff = FIRST_BACKOFF_MS; ; backoff *= 1.5) {
      const answer = await this.post(body, deadline)
      if (answer.ok) return this.rejectedOf(answer.body)
      if (answer.tooLarge && spans.length > 1) {
        const half = Math.ceil(spans.length / 2)
        return this.sendParts([spans.slice(0, half), spans.slice(half)], deadline)
      }
      // Random, so that many processes do not retry at once.
      const pause = answer.afterMs ?? backoff * (0.8 + Math.random() * 0.4)
      const now = performance.now()
      if (!answer.retry || now < this.urgentUntil || now + pause >= deadline) throw new ExportFailure(answer.reason)
      await this.pause(pause)
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      timer.unref()
      this.endBackoff = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  private post(body: Uint8Array, deadline: number, fresh = false): Promise<Answer> {
    const { url, headers, protocol, compression, tls } = this.options
    return new Promise((resolve) => {
      const request = builtin(url.protocol === 'https:' ? 'node:https' : 'node:http').request(url, {
        method: 'POST',
        ...(this.agent ? { agent: this.agent } : tls),
        headers: {
          'user-agent': `tracestitch/${VERSION}`,
          ...headers,
          'content-type': protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
          'content-length': body.byteLength,
          ...(compression === 'gzip' && { 'content-encoding': 'gzip' }),
        },
      })
      const finish = (answer: Answer): void => {
        clearTimeout(timer)
        resolve(answer)
      }
      const timer = setTimeout(
        () => {
          finish({ ok: false, reason: 'timeout', retry: false })
          request.destroy()
        },
        Math.max(0, deadline - performance.now()),
      )
      timer.unref()
      request.on('socket', (socket) => socket.unref())
      request.on('response', (response) => readAnswer(response, finish))
      request.on('error', (error: NodeJS.ErrnoException) => {
        // A kept-alive connection may have been closed by the server; this says nothing about its health.
        if (request.reusedSocket && error.code === 'ECONNRESET' && !fresh) {
          void this.post(body, deadline, true).then(finish)
        } else {
          finish({ ok: false, reason: error.code ?? error.name, retry: RETRYABLE_CODE.has(error.code ?? '') })
        }
      })
      request.end(body)
    })
  }

  private rejectedOf(body: Buffer): number {
    if (body.length === 0) return 0
    try {
      const rejected = Number(this.options.serializer.deserializeResponse(body).partialSuccess?.rejectedSpans ?? 0)
      return Number.isFinite(rejected) ? rejected : 0
    } catch {
      // The status says that the spans were accepted; backends answer with different texts.
      return 0
    }
  }
}

/**
 * Exports use the program's proxy too: that of `NODE_USE_ENV_PROXY`, which is in the options of Node's own agent
 * (https://nodejs.org/api/http.html#built-in-proxy-support), or an agent that replaces it.
 */
function agentFor({ Agent, globalAgent }: typeof http | typeof https, tls: OtlpExporterOptions['tls']) {
  if (globalAgent.constructor !== Agent) return undefined
  const { proxyEnv } = (globalAgent as { readonly options?: { readonly proxyEnv?: unknown } }).options ?? {}
  return new Agent({ keepAlive: true, ...tls, ...(proxyEnv !== undefined && { proxyEnv }) })
}

function readAnswer(response: http.IncomingMessage, finish: (answer: Answer) => void): void {
  const { statusCode = 0, headers } = response
  if (statusCode < 200 || statusCode > 299) {
    // The body is not needed, and may have no end.
    response.destroy()
    const afterMs = retryAfter(headers['retry-after'])
    finish({
      ok: false,
      reason: `HTTP ${statusCode}`,
      retry: RETRYABLE_STATUS.has(statusCode),
      tooLarge: statusCode === 413,
      ...(afterMs !== undefined && { afterMs }),
    })
    return
  }
  if (/^text\/html/i.test(headers['content-type'] ?? '')) {
    // A web page with status 200: the endpoint is some other server.
    response.destroy()
    finish({ ok: false, reason: 'not an OTLP endpoint (it answers with a web page)', retry: false })
    return
  }
  const chunks: Buffer[] = []
  let size = 0
  const accepted = (): void => finish({ ok: true, body: Buffer.concat(chunks) })
  response.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= MAX_ANSWER_BYTES) {
      chunks.push(chunk)
    } else {
      chunks.length = 0
      accepted()
      response.destroy()
    }
  })
  response.on('end', accepted)
  // The status says that the spans were accepted.
  response.on('error', accepted)
}

/** Milliseconds of a `Retry-After` header: seconds or a date. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const seconds = Number(header)
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}
