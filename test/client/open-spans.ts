/** Counts spans that were started and have not ended, with a real tracer provider. */
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base'

export interface SpanCount {
  open: number
  ended: number
  /** The last one that ended of those without a parent. */
  last: ReadableSpan | undefined
}

export function countSpans(): SpanCount {
  const count: SpanCount = { open: 0, ended: 0, last: undefined }
  const spanProcessors = [
    {
      onStart: () => void (count.open += 1),
      onEnd(span: ReadableSpan) {
        count.open -= 1
        count.ended += 1
        if (!span.parentSpanContext) count.last = span
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    },
  ]
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }))
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  return count
}

export function stopCounting(): void {
  trace.disable()
  context.disable()
}
