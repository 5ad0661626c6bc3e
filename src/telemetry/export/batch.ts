/**
 * Collects ended spans and passes them to an exporter in batches. The SDK's processor is not used, because this code is
 * a guest in a program: its timers do not keep the process alive, every lost span is counted, a flush also waits for the
 * batch under way, and an exporter that throws, rejects or never answers does no harm.
 */
import { context, ROOT_CONTEXT, TraceFlags, type Context } from '@opentelemetry/api'
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { BatchLimits } from '../set-up/env.js'
import { settled } from './flush.js'
import { REQUEST_BYTES, weightOf } from '../content/weight.js'

export interface ExportCounts {
  exported: number
  /** Dropped because the queue was full. */
  queueFull: number
  /** Lost in an export that failed or timed out. */
  exportFailed: number
  /** Reason of the latest failed export: a status, an error code or the name of an error. */
  lastFailure: string | undefined
}

export interface BatchOptions extends BatchLimits {
  readonly exporter: SpanExporter
  readonly counts: ExportCounts
  /** Marks a context as one that makes no spans: `suppressTracing` of the SDK. */
  readonly suppressTracing: (context: Context) => Context
  /** Short and without secrets. */
  readonly failureReason: (error: unknown) => string
  readonly onFailure: (reason: string) => void
  /** Called when spans begin to wait, and when none waits any more. */
  readonly onWaiting: (some: boolean) => void
}

/** The result of an export that lost only some of its spans. */
export interface PartialExportResult {
  readonly rejectedSpans?: number
}

const SUCCESS = 0

/** Bytes of spans that wait. If a backend is down, captured content would fill the memory before the count limit is reached. */
const QUEUE_BYTES = 128 * 1024 * 1024

export class BatchProcessor implements SpanProcessor {
  private readonly options: BatchOptions
  private queue: ReadableSpan[] = []
  /** Approximate size of the queue. */
  private bytes = 0
  private timer: NodeJS.Timeout | undefined
  private draining: Promise<void> | undefined
  private exporting = 0
  private stopped = false

  constructor(options: BatchOptions) {
    this.options = options
  }

  /** Spans that wait or are being sent. */
  get pending(): number {
    return this.queue.length + this.exporting
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (this.stopped || (span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return
    const weight = weightOf(span)
    if (this.queue.length >= this.options.maxQueueSize || (this.bytes > 0 && this.bytes + weight > QUEUE_BYTES)) {
      this.options.counts.queueFull++
      return
    }
    this.queue.push(span)
    this.bytes += weight
    if (this.queue.length >= this.options.maxExportBatchSize || this.bytes >= REQUEST_BYTES) void this.drain()
    else this.startTimer()
  }

  /** Resolves when every span that ended before this call is exported or lost. */
  async forceFlush(): Promise<void> {
    const { exporter } = this.options
    const drained = this.drain()
    // Makes the exporter hurry. A failure shows in the export itself.
    await settled(() => exporter.forceFlush?.())
    await drained
  }

  async shutdown(): Promise<void> {
    if (this.stopped) return
    this.stopped = true
    await this.forceFlush()
    await settled(() => this.options.exporter.shutdown())
  }

  private startTimer(): void {
    if (this.timer || this.draining) return
    this.options.onWaiting(true)
    this.timer = setTimeout(() => void this.drain(), this.options.scheduledDelayMs)
    this.timer.unref()
  }

  /** One run at a time, so that a slow backend gets one request at a time. */
  private drain(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    this.draining ??= this.exportAll().finally(() => {
      this.draining = undefined
      if (this.queue.length > 0) this.startTimer()
      else this.options.onWaiting(false)
    })
    return this.draining
  }

  private async exportAll(): Promise<void> {
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0, this.options.maxExportBatchSize)
      this.exporting = batch.length
      this.bytes = this.queue.length === 0 ? 0 : this.bytes - batch.reduce((sum, span) => sum + weightOf(span), 0)
      const { counts } = this.options
      const outcome = await this.exportBatch(batch)
      this.exporting = 0
      const lost = outcome.failure === undefined ? Math.min(outcome.rejected, batch.length) : batch.length
      counts.exported += batch.length - lost
      counts.exportFailed += lost
      if (lost > 0) {
        counts.lastFailure = outcome.failure ?? 'partly rejected'
        this.options.onFailure(counts.lastFailure)
      }
    }
  }

  private exportBatch(batch: ReadableSpan[]): Promise<{ failure: string | undefined; rejected: number }> {
    const { exporter, exportTimeoutMs, failureReason, suppressTracing } = this.options
    return new Promise((resolve) => {
      const finish = (failure: string | undefined, rejected = 0): void => {
        clearTimeout(timer)
        resolve({ failure, rejected })
      }
      const timer = setTimeout(() => finish('timeout'), exportTimeoutMs)
      timer.unref()
      // Not in the context of the span that filled the batch: the request is not part of its trace.
      context.with(suppressTracing(ROOT_CONTEXT), () => {
        try {
          const returned: unknown = exporter.export(batch, (result) => {
            if (result.code === SUCCESS) finish(undefined, (result as PartialExportResult).rejectedSpans)
            else finish(failureReason(result.error))
          })
          // An `async` export fails by its promise.
          if (returned instanceof Promise) returned.catch((error: unknown) => finish(failureReason(error)))
        } catch (error) {
          finish(failureReason(error))
        }
      })
    })
  }
}
