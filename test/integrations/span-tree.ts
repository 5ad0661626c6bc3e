import { expect } from 'vitest'
import type { ChildSpan } from '../contracts/integration.js'

const KINDS = ['', ' [server]', ' [client]']
const lineOf = (span: ChildSpan): string => `${span.name}${KINDS[span.kind] ?? ''}${span.status === 2 ? ' !' : ''}`

/** The spans of a trace as an indented list, the test's own left out. */
function treeOf(spans: readonly ChildSpan[]): string[] {
  const shown = spans.filter((span) => span.scope !== 'test' || !span.name.startsWith('row '))
  const below = (parent: string | undefined): string[] =>
    shown
      .filter(
        (span) =>
          (shown.some((other) => other.spanId === span.parentSpanId) ? span.parentSpanId : undefined) === parent,
      )
      .map((span) => [lineOf(span), ...below(span.spanId).map((line) => `  ${line}`)])
      .sort((a, b) => a.join('\n').localeCompare(b.join('\n')))
      .flat()
  return below(undefined)
}

/** Holds the spans of a row against the tree and the attributes that it expects. */
export function expectTree(
  spans: readonly ChildSpan[],
  tree: readonly string[],
  steps: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): void {
  expect(treeOf(spans)).toEqual(tree)
  for (const [line, attributes] of Object.entries(steps)) {
    const found = spans.filter((span) => lineOf(span) === line)
    expect(found.length > 0 ? line : `no span ${line}`).toBe(line)
    for (const span of found) expect(span.attributes).toMatchObject(attributes)
  }
}
