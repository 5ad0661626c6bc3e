import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { expect } from 'vitest'

/** The spans as an indented list, children in the order of their start in `started`. */
export function spanLines(spans: readonly ReadableSpan[], started: readonly ReadableSpan[]): string[] {
  const lines: string[] = []
  const visit = (parent: string | undefined, depth: number): void => {
    const children = spans.filter((span) => span.parentSpanContext?.spanId === parent)
    for (const span of children.toSorted((a, b) => started.indexOf(a) - started.indexOf(b))) {
      lines.push('  '.repeat(depth) + span.name)
      visit(span.spanContext().spanId, depth + 1)
    }
  }
  visit(undefined, 0)
  expect(lines).toHaveLength(spans.length)
  return lines
}
