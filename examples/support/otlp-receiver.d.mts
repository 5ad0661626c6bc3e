import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'

/** A span as it arrived; the first fields are those that the tree renderer reads. */
export interface ReceivedSpan {
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  name: string
  /** 1 internal, 2 server, 3 client. */
  kind: number
  /** Unix milliseconds. */
  startMs: number
  endMs: number
  attributes: Record<string, unknown>
  events: { name: string; timeMs: number; attributes: Record<string, unknown> }[]
  status: { code: 'unset' | 'ok' | 'error'; message: string | undefined }
  resource: Record<string, unknown>
  /** Name of the instrumentation scope. */
  scope: string
  service: string | undefined
}

export interface ReceivedRequest {
  path: string
  headers: IncomingHttpHeaders
  spans: number
  /** As sent, so compressed when it was. */
  bytes: number
}

export interface OtlpReceiver {
  /** Base URL: what `OTEL_EXPORTER_OTLP_ENDPOINT` takes. */
  readonly url: string
  readonly port: number
  readonly spans: ReceivedSpan[]
  readonly requests: ReceivedRequest[]
  /** Answers the following requests instead of the receiver when it returns true; `undefined` ends that. */
  setFault(fault: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined): void
  /** Resolves once `done(spans)` holds; rejects after `timeoutMs` (default 5000). */
  waitFor(done: (spans: ReceivedSpan[]) => boolean, timeoutMs?: number): Promise<ReceivedSpan[]>
  clear(): void
  close(): Promise<void>
}

export declare function startOtlpReceiver(options?: {
  port?: number
  host?: string
  onSpans?: (spans: ReceivedSpan[]) => void
}): Promise<OtlpReceiver>

export declare function neutralSpans(request: unknown): ReceivedSpan[]
