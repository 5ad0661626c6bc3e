/** Spans in the order in which they came, with queries for tests. */
import type { RecordedSpan } from './recorded-span.js'

/** A whole name, an expression that the name matches, or a test of the span. */
export type SpanMatch = string | RegExp | ((span: RecordedSpan) => boolean)

/** Ways to find spans among those that were recorded. */
export interface SpanQueries {
  /** Ended spans, oldest first. Live: later spans are added to the same array. */
  readonly spans: readonly RecordedSpan[]
  /**
   * The one span that matches, such as `find('execute_tool search')` or `find(/^chat /)`.
   *
   * @throws {Error} No span matches, or several do; the message lists the names of what is there.
   */
  find(match: SpanMatch): RecordedSpan
  /** Every span that matches. */
  findAll(match: SpanMatch): readonly RecordedSpan[]
  /** The spans whose parent is `span`, by the start of each. */
  childrenOf(span: Pick<RecordedSpan, 'traceId' | 'spanId'>): readonly RecordedSpan[]
  /** The span's parent, or `undefined` when it has none or it is not among `spans`. */
  parentOf(span: Pick<RecordedSpan, 'traceId' | 'parentSpanId'>): RecordedSpan | undefined
}

export function queriesOn(spans: readonly RecordedSpan[]): SpanQueries {
  const findAll = (match: SpanMatch): readonly RecordedSpan[] => spans.filter((span) => matches(span, match))
  return {
    spans,
    findAll,
    find(match) {
      const found = findAll(match)
      const [span] = found
      if (span && found.length === 1) return span
      const what = typeof match === 'function' ? 'the test' : String(match)
      throw new Error(
        `${found.length === 0 ? 'no span matches' : `${found.length} spans match`} ${what}; ${listSpans(spans)}`,
      )
    },
    childrenOf: ({ traceId, spanId }) =>
      spans
        .filter((span) => span.traceId === traceId && span.parentSpanId === spanId)
        .sort((a, b) => a.startMs - b.startMs),
    parentOf: ({ traceId, parentSpanId }) =>
      spans.find((span) => span.traceId === traceId && span.spanId === parentSpanId),
  }
}

/** For messages of errors. */
export function listSpans(spans: readonly RecordedSpan[]): string {
  return spans.length === 0 ? 'there is no span' : `there is: ${spans.map(({ name }) => name).join(', ')}`
}

function matches(span: RecordedSpan, match: SpanMatch): boolean {
  if (typeof match === 'string') return span.name === match
  // `search`, because `test` would move the position of a global expression.
  return match instanceof RegExp ? span.name.search(match) >= 0 : match(span)
}
