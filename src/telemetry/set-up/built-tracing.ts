/** What a set-up of our own needs once there are spans: the tracer provider of the SDK, the exporters, the watch for the process's end. */
import type { Context } from '@opentelemetry/api'
import type { BasicTracerProvider, ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { shared } from '../../kernel/state.js'
import { ExitWatch } from '../export/exit.js'
import { FLUSH_TIMEOUT_MS, atMost, settled } from '../export/flush.js'
import { loadSdk } from './load-sdk.js'
import { resourceOf } from './own-resource.js'
import { buildPipeline, type ExportPlan, type Pipeline } from '../export/pipeline.js'

/** The one processor of our providers: a later set-up can export the spans of an earlier one elsewhere. */
class SwitchProcessor implements SpanProcessor {
  current: SpanProcessor | undefined
  onStart(span: Span, parentContext: Context): void {
    this.current?.onStart(span, parentContext)
  }
  onEnding(span: Span): void {
    this.current?.onEnding?.(span)
  }
  onEnd(span: ReadableSpan): void {
    this.current?.onEnd(span)
  }
  async forceFlush(): Promise<void> {
    await this.current?.forceFlush()
  }
  async shutdown(): Promise<void> {
    await this.current?.shutdown()
  }
}

export interface BuiltTracing {
  readonly provider: BasicTracerProvider
  readonly pipeline: Pipeline
  /** Sends what has ended, and exports no more. Takes at most five seconds. Never rejects. */
  end(): Promise<void>
}

/**
 * Exports by `plan` from here on.
 *
 * @param flush - Called when the process ends with spans that wait.
 * @throws when a package of the SDK cannot be loaded.
 */
export function buildTracing(plan: ExportPlan, flush: (timeoutMs?: number) => Promise<void>): BuiltTracing {
  const sdk = loadSdk()
  const switcher = shared('telemetry.processor', () => new SwitchProcessor())
  const pipeline = buildPipeline(plan, sdk, (some) => exit.waiting(some))
  const { processor, counts, pending } = pipeline
  const provider = new sdk.trace.BasicTracerProvider({
    resource: resourceOf(plan.options, plan.environment, sdk),
    spanProcessors: [switcher],
  })
  const exit = new ExitWatch({ flush, pending, done: () => counts.exported + counts.exportFailed })
  switcher.current = processor
  return {
    provider,
    pipeline,
    async end() {
      exit.off()
      if (switcher.current === processor) switcher.current = undefined
      await atMost(FLUSH_TIMEOUT_MS, () => settled(() => processor.shutdown()))
    },
  }
}
