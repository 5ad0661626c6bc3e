/** Spans as trees, and what the calls of a tree used in all. */
import * as semconv from '../semconv.js'

/** A span from any source. Times are in milliseconds since 1970. */
export interface TreeSpan {
  /** Id of the trace: 32 hexadecimal digits. */
  readonly traceId: string
  /** Id of the span: 16 hexadecimal digits. */
  readonly spanId: string
  /** Id of the span above it; absent for a root. */
  readonly parentSpanId?: string | undefined
  /** Its name, such as `chat gpt-5`. */
  readonly name: string
  /** When it started, in Unix milliseconds. */
  readonly startMs: number
  /** When it ended, in Unix milliseconds. */
  readonly endMs: number
  /** Its attributes. */
  readonly attributes: Readonly<Record<string, unknown>>
  /** Its status. */
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message?: string | undefined }
  /** Service, or process, that made the span; shown when a trace has several. */
  readonly service?: string | undefined
}

export interface SpanNode {
  readonly span: TreeSpan
  readonly children: readonly SpanNode[]
}

/** One node for each root. Siblings are in the order of `spans`. Every span is placed once, also when ids form a ring. */
export function treeOf(spans: readonly TreeSpan[]): SpanNode[] {
  const ids = new Set(spans.map((span) => span.spanId))
  const children = new Map<string, TreeSpan[]>()
  const roots: TreeSpan[] = []
  for (const span of spans) {
    const parent = span.parentSpanId
    if (!parent || parent === span.spanId || !ids.has(parent)) {
      roots.push(span)
    } else {
      const siblings = children.get(parent)
      if (siblings) siblings.push(span)
      else children.set(parent, [span])
    }
  }
  const placed = new Set<TreeSpan>()
  const nodeOf = (span: TreeSpan): SpanNode => {
    placed.add(span)
    const below = (children.get(span.spanId) ?? []).filter((child) => !placed.has(child))
    return { span, children: below.map(nodeOf) }
  }
  const nodes = roots.map(nodeOf)
  for (const span of spans) if (!placed.has(span)) nodes.push(nodeOf(span))
  return nodes
}

/** What calls used. */
export interface UsageTotal {
  calls: number
  input: number
  output: number
  usd: number | undefined
  /** Whether every call has a cost. */
  complete: boolean
}

/** Counts the outermost spans with a usage: a gateway's span below such a span is of the same call. */
export function totalOf(nodes: readonly SpanNode[]): UsageTotal {
  const total: UsageTotal = { calls: 0, input: 0, output: 0, usd: undefined, complete: true }
  for (const { span, children } of nodes) {
    const input = numberOf(span.attributes[semconv.USAGE_INPUT_TOKENS])
    const output = numberOf(span.attributes[semconv.USAGE_OUTPUT_TOKENS])
    const below = totalOf(children)
    const used = input !== undefined || output !== undefined
    const usd = numberOf(span.attributes[semconv.USAGE_COST]) ?? below.usd
    total.calls += used ? 1 : below.calls
    total.input += used ? (input ?? 0) : below.input
    total.output += used ? (output ?? 0) : below.output
    if (usd !== undefined) total.usd = (total.usd ?? 0) + usd
    if (used ? usd === undefined : !below.complete) total.complete = false
  }
  return total
}

export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined
