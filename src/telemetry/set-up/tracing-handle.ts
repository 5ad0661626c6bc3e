/** What `setUpTracing()` returns. */
export interface TracingStatus {
  /** `own`: ours. `existing`: the program's provider. `off`: OTEL_SDK_DISABLED, or the SDK could not be loaded. */
  readonly mode: 'own' | 'existing' | 'off'
  /** `otlp`, `console`, `none`, `otlp,console`, `custom`, or `existing`. */
  readonly exporter: string
  /** Host and port of the OTLP endpoint. */
  readonly host: string | undefined
  readonly exported: number
  /** Spans that wait or are being sent. */
  readonly pending: number
  readonly dropped: { readonly queueFull: number; readonly exportFailed: number }
  /** Why the latest export failed: `HTTP 503`, `ECONNREFUSED`, `timeout`, the name of an error. */
  readonly lastFailure: string | undefined
}

export interface TracingHandle {
  /** Sends what has ended so far. Always resolves, after `timeoutMs` (default 5000) at the latest. */
  flush(timeoutMs?: number): Promise<void>
  /** Flushes, then stops exporting. The program's own provider is only flushed. Always resolves. */
  shutdown(): Promise<void>
  /** The status at the moment it is read. Reading it loads the SDK, if spans go to a provider of ours. */
  readonly status: TracingStatus
  /** Whether a provider that the program registers later takes over. */
  readonly givesWay: boolean
}

/** The status of a set-up that exports nothing itself. */
export const NOTHING_EXPORTED: TracingStatus = {
  mode: 'off',
  exporter: 'none',
  host: undefined,
  exported: 0,
  pending: 0,
  dropped: { queueFull: 0, exportFailed: 0 },
  lastFailure: undefined,
}

/** Tracing is off. */
export function offHandle(): TracingHandle {
  return {
    givesWay: false,
    flush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
    status: NOTHING_EXPORTED,
  }
}
