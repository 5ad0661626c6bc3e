/** Makes one span processor from the options and the environment. */
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { shared } from '../../kernel/state.js'
import { errorTypeOf } from '../spans/error-type.js'
import { BatchProcessor, type ExportCounts } from './batch.js'
import { ConsoleTreeProcessor } from './console-exporter.js'
import { warnUnnamed, type Destination, type OtlpTarget } from '../set-up/destination.js'
import type { TelemetryEnvironment } from '../set-up/env.js'
import type { TracingSdk } from '../set-up/load-sdk.js'
import { settled } from './flush.js'
import { ExportFailure, OtlpExporter } from './otlp-exporter.js'
import { guard } from '../../kernel/guard.js'
import type { CheckedOptions } from '../set-up/setup-options.js'
import { warnOnce } from '../warn.js'

/** What a set-up of our own exports, and where to. */
export interface ExportPlan {
  readonly options: CheckedOptions
  readonly environment: TelemetryEnvironment
  readonly destination: Destination
}

export interface Pipeline {
  readonly processor: SpanProcessor
  readonly counts: ExportCounts
  readonly pending: () => number
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
  { options, environment, destination }: ExportPlan,
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
      return { processor, counts, pending: () => processor.pending }
    }
    return { processor: guarded(options.exporter, counts), counts, pending: () => 0 }
  }

  const processors = destination.targets.map((target) => {
    if (target === 'console') return new ConsoleTreeProcessor()
    return batch(otlpExporter(target, options, environment, sdk), target.url.host)
  })
  return {
    processor: destination.kind === 'unnamed' ? unnamed : combined(processors),
    counts,
    pending: () => processors.reduce((sum, processor) => sum + processor.pending, 0),
  }
}

function otlpExporter(
  { url, tls }: OtlpTarget,
  options: CheckedOptions,
  environment: TelemetryEnvironment,
  sdk: TracingSdk,
): OtlpExporter {
  const { protocol, timeoutMs, compression } = environment
  return new OtlpExporter({
    url,
    headers: { ...environment.headers, ...options.headers },
    protocol,
    timeoutMs,
    compression,
    tls,
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
