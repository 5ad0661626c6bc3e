/**
 * OTLP over HTTP (https://opentelemetry.io/docs/specs/otlp/#otlphttp) with the serializers of OpenTelemetry. The transport
 * is our own because the SDK's keeps a finished program alive for up to ten seconds while it retries, and does not report
 * how many spans a backend refused.
 */
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'
import { promisify } from 'node:util'
import { builtin } from '../../kernel/builtin.js'
import type { PartialExportResult } from './batch.js'
import { OtlpEndpoint, type OtlpEndpointOptions } from './otlp-endpoint.js'
import { partsOf } from '../content/weight.js'

/** The part of `@opentelemetry/otlp-transformer`'s serializers that is used. */
export interface TraceSerializer {
  serializeRequest(spans: ReadableSpan[]): Uint8Array | undefined
  deserializeResponse(data: Uint8Array): { partialSuccess?: { rejectedSpans?: unknown } }
}

export interface OtlpExporterOptions extends OtlpEndpointOptions {
  /** For one export, retries included. */
  readonly timeoutMs: number
  readonly serializer: TraceSerializer
}

const FIRST_BACKOFF_MS = 1_000
/** After a flush was requested, no retry waits this long. */
const URGENT_MS = 5_000
const compress = (data: Uint8Array): Promise<Buffer> => promisify(builtin('node:zlib').gzip)(data)

/** The failure of an export; `message` is the short reason. */
export class ExportFailure extends Error {
  override name = 'ExportFailure'
}

export class OtlpExporter implements SpanExporter {
  private readonly options: OtlpExporterOptions
  private readonly endpoint: OtlpEndpoint
  private urgentUntil = 0
  private endBackoff: (() => void) | undefined

  constructor(options: OtlpExporterOptions) {
    this.options = options
    this.endpoint = new OtlpEndpoint(options)
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
    this.endpoint.close()
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
      const answer = await this.endpoint.post(body, deadline)
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
