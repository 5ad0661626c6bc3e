/** Keeps the spans of this process in memory. */
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { recordedSpanOf, type RecordedSpan } from './recorded-span.js'
import { queriesOn, type SpanQueries } from './span-list.js'

/** What `recordSpans()` returns: a span processor with queries. */
export interface SpanRecorder extends SpanProcessor, SpanQueries {
  /** Names of the spans that have started and not ended. Empty when a program leaks none. */
  readonly open: readonly string[]
  /** Forgets every span, including open ones. */
  clear(): void
}

/**
 * Records the spans of this process, for tests of a program that is traced.
 *
 * ```ts
 * const recorder = recordSpans()
 * const log = autolog({ exporter: recorder })
 * await answerQuestion('…')
 * expect(recorder.find('execute_tool search').status.code).toBe('unset')
 * log.off()
 * ```
 *
 * It is a span processor rather than an exporter: a span is recorded as soon as it ends, without a flush. If the program
 * has its own tracer provider, put it into `spanProcessors`.
 */
export function recordSpans(): SpanRecorder {
  const spans: RecordedSpan[] = []
  const open = new Map<string, string>()
  const idOf = (span: Pick<ReadableSpan, 'spanContext'>): string => {
    const { traceId, spanId } = span.spanContext()
    return `${traceId}-${spanId}`
  }
  return {
    ...queriesOn(spans),
    get open() {
      return [...open.values()]
    },
    clear() {
      spans.length = 0
      open.clear()
    },
    onStart(span) {
      open.set(idOf(span), span.name)
    },
    onEnd(span) {
      open.delete(idOf(span))
      spans.push(recordedSpanOf(span))
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }
}
