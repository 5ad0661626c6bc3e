/** Makes one span processor from the options and the environment. */
import { readFileSync } from 'node:fs'
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { shared } from '../kernel/state.js'
import { errorTypeOf } from './error-type.js'
import { BatchProcessor, type ExportCounts } from './batch.js'
import { ConsoleTreeProcessor } from './console-exporter.js'
import { tracesUrl, type NamedExporter, type TelemetryEnvironment } from './env.js'
import type { TracingSdk } from './load-sdk.js'
import { settled } from './flush.js'
import { ExportFailure, OtlpExporter } from './otlp-exporter.js'
import { guard } from '../kernel/guard.js'
import type { CheckedOptions } from './setup-options.js'
import { warnOnce } from './warn.js'

export interface Pipeline {
  readonly processor: SpanProcessor
  /** `otlp`, `console`, `none`, `otlp,console`, or `custom` for an exporter of the user. */
  readonly name: string
  /** Host and port of the OTLP endpoint. */
  readonly host: string | undefined
  readonly counts: ExportCounts
  readonly pending: () => number
}

const DEFAULT_ENDPOINT = 'http://localhost:4318'

/** The names of the exporters. Empty: none is named, and there is no terminal to print to. */
function namesOf(options: CheckedOptions, environment: TelemetryEnvironment): readonly NamedExporter[] {
  if (typeof options.exporter === 'string') return [options.exporter]
  if (options.endpoint) return ['otlp']
  if (environment.exporters) return environment.exporters
  if (environment.endpoint) return ['otlp']
  return process.stderr.isTTY ? ['console'] : []
}

/** What happens to spans: they are exported, the exporter is `none`, or no exporter is named. */
export function destination(
  options: CheckedOptions,
  environment: TelemetryEnvironment,
): 'exported' | 'unwanted' | 'unnamed' {
  if (typeof options.exporter === 'object') return 'exported'
  const names = namesOf(options, environment)
  if (names.length === 0) return 'unnamed'
  return names.every((name) => name === 'none') ? 'unwanted' : 'exported'
}

export function warnUnnamed(): void {
  warnOnce(
    'traces are not exported: set OTEL_EXPORTER_OTLP_ENDPOINT (such as http://localhost:4318), ' +
      "or pass autolog({ endpoint }) or autolog({ exporter: 'console' })",
  )
}

/** Warns once a span has ended here. Until then, the program may still set up OpenTelemetry. */
const unnamed: SpanProcessor = {
  onStart: () => undefined,
  onEnd: warnUnnamed,
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
}

/** @param onWaiting - Called when spans begin to wait, and when none waits any more. */
export function buildPipeline(
  options: CheckedOptions,
  environment: TelemetryEnvironment,
  sdk: TracingSdk,
  onWaiting: (some: boolean) => void,
): Pipeline {
  const counts: ExportCounts = { exported: 0, queueFull: 0, exportFailed: 0, lastFailure: undefined }
  const batch = (exporter: SpanExporter, target: string): BatchProcessor =>
    new BatchProcessor({
      ...environment.batch,
      exporter,
      counts,
      suppressTracing: sdk.core.suppressTracing,
      failureReason,
      onFailure: (reason) => guard('export warning', () => warnOfFailure(target, reason)),
      onWaiting,
    })

  if (typeof options.exporter === 'object') {
    if ('export' in options.exporter) {
      const processor = batch(options.exporter, 'the given exporter')
      return { processor, name: 'custom', host: undefined, counts, pending: () => processor.pending }
    }
    const processor = guarded(options.exporter, counts)
    return { processor, name: 'custom', host: undefined, counts, pending: () => 0 }
  }

  const chosen = namesOf(options, environment)
  const names = chosen.filter((name) => name !== 'none')
  let host: string | undefined
  const processors = names.map((name) => {
    if (name === 'console') return new ConsoleTreeProcessor()
    const url = options.endpoint ?? environment.endpoint ?? tracesUrl(DEFAULT_ENDPOINT)
    if (!url) throw new Error('unreachable: the default endpoint is a URL')
    host = url.host
    return batch(otlpExporter(url, options, environment, sdk), host)
  })
  return {
    processor: chosen.length === 0 ? unnamed : combined(processors),
    name: names.join(',') || 'none',
    host,
    counts,
    pending: () => processors.reduce((sum, processor) => sum + processor.pending, 0),
  }
}

function otlpExporter(
  url: URL,
  options: CheckedOptions,
  environment: TelemetryEnvironment,
  sdk: TracingSdk,
): OtlpExporter {
  const { protocol, timeoutMs, compression, tls } = environment
  const files: { ca?: Buffer; cert?: Buffer; key?: Buffer } = {}
  for (const [name, path] of Object.entries(tls) as [keyof typeof tls, string][]) {
    try {
      files[name] = readFileSync(path)
    } catch {
      // Without the file, the connection itself may fail, and reports it.
      const variable = { ca: 'CERTIFICATE', cert: 'CLIENT_CERTIFICATE', key: 'CLIENT_KEY' }[name]
      warnOnce(`OTEL_EXPORTER_OTLP_${variable} is ignored: set the path of a PEM file that can be read`)
    }
  }
  return new OtlpExporter({
    url,
    headers: { ...environment.headers, ...options.headers },
    protocol,
    timeoutMs,
    compression,
    tls: files,
    serializer: sdk.serializer(protocol),
  })
}

function failureReason(error: unknown): string {
  // Only the messages of our own exporter are known to quote nothing.
  if (error instanceof ExportFailure) return error.message
  return guard('export failure', () => errorTypeOf(error)) ?? 'error'
}

/** Once per process: a backend that is down is down for every batch. */
function warnOfFailure(target: string, reason: string): void {
  const state = shared('telemetry.exportFailure', () => ({ warned: false }))
  if (state.warned) return
  state.warned = true
  warnOnce(`exporting traces to ${target} failed (${reason}); lost spans are counted and the program is not affected`)
}

/** Contains the errors of the user's processor. */
function guarded(inner: SpanProcessor, counts: ExportCounts): SpanProcessor {
  return {
    onStart: (span, parentContext) => guard('exporter.onStart', () => inner.onStart(span, parentContext)),
    onEnding: (span) => guard('exporter.onEnding', () => inner.onEnding?.(span)),
    onEnd(span: ReadableSpan) {
      try {
        inner.onEnd(span)
        counts.exported++
      } catch (error) {
        counts.exportFailed++
        counts.lastFailure = failureReason(error)
      }
    },
    forceFlush: () => settled(() => inner.forceFlush()),
    shutdown: () => settled(() => inner.shutdown()),
  }
}

function combined(processors: readonly SpanProcessor[]): SpanProcessor {
  const [only] = processors
  if (processors.length === 1 && only) return only
  const all = async (step: (processor: SpanProcessor) => Promise<void>): Promise<void> => {
    await Promise.allSettled(processors.map(step))
  }
  return {
    onStart: (span, parentContext) => processors.forEach((processor) => processor.onStart(span, parentContext)),
    onEnd: (span) => processors.forEach((processor) => processor.onEnd(span)),
    forceFlush: () => all((processor) => processor.forceFlush()),
    shutdown: () => all((processor) => processor.shutdown()),
  }
}
