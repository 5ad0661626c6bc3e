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

/** The one span of this name. */
export function onlySpan(spans: readonly ReadableSpan[], name: string): ReadableSpan {
  const found = spans.filter((span) => span.name === name)
  const names = spans.map((span) => span.name).join(', ')
  expect(found, `spans named ${name} among ${names}`).toHaveLength(1)
  return found[0] as ReadableSpan
}
