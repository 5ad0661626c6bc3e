/** Draws traces as text: one line a span, with what a model call used and cost. */
import * as semconv from './semconv.js'

/** A span as any source can give it; times in Unix milliseconds. */
export interface TreeSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string | undefined
  readonly name: string
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Readonly<Record<string, unknown>>
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message?: string | undefined }
  /** Service, or process, that made the span; shown when a trace has several. */
  readonly service?: string | undefined
}

export interface TreeOptions {
  /** ANSI colours. Default false. */
  readonly color?: boolean
}

interface Row {
  readonly name: string
  readonly cells: readonly string[]
  readonly failed: boolean
}

const NAME_WIDTH = 56
const CELL_WIDTH = 40
/** Columns after the name: duration, tokens, cost, model, outcome. */
const ALIGN_RIGHT = [true, true, true, false, false]

const STYLE = { bold: '\u001b[1m', dim: '\u001b[2m', red: '\u001b[31m', reset: '\u001b[0m' }

/**
 * One tree a trace, oldest first, each under a line with the trace id. A span whose parent is not among
 * `spans` is a root. The text ends in a newline; it is empty when there are no spans.
 */
export function renderTree(spans: readonly TreeSpan[], { color = false }: TreeOptions = {}): string {
  const traces = new Map<string, TreeSpan[]>()
  for (const span of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    const trace = traces.get(span.traceId)
    if (trace) trace.push(span)
    else traces.set(span.traceId, [span])
  }
  return [...traces.values()].map((trace) => renderTrace(trace, color)).join('')
}

function renderTrace(spans: readonly TreeSpan[], color: boolean): string {
  const services = new Set(spans.map((span) => span.service))
  const rows = rowsOf(spans, services.size > 1)
  const widths = ALIGN_RIGHT.map((_, column) => Math.max(...rows.map((row) => length(row.cells[column] ?? ''))))
  const nameWidth = Math.max(...rows.map((row) => length(row.name)))
  const paint = (text: string, style: string): string => (color && text !== '' ? style + text + STYLE.reset : text)
  const lines = rows.map((row) => {
    const cells = row.cells
      .map((cell, column) => ({ cell, column }))
      // A column that no line fills takes no room.
      .filter(({ column }) => widths[column] !== 0)
      .map(({ cell, column }) => {
        const gap = ' '.repeat((widths[column] ?? 0) - length(cell))
        const text = paint(cell, row.failed && column === 4 ? STYLE.red : STYLE.dim)
        return ALIGN_RIGHT[column] ? gap + text : text + gap
      })
    const name = paint(row.name, row.failed ? STYLE.red : STYLE.reset) + ' '.repeat(nameWidth - length(row.name))
    return [name, ...cells].join('  ').trimEnd()
  })
  return `${[paint(heading(spans), STYLE.bold), ...lines].join('\n')}\n`
}

function heading(spans: readonly TreeSpan[]): string {
  const start = Math.min(...spans.map((span) => span.startMs))
  const end = Math.max(...spans.map((span) => span.endMs))
  const parts = [`trace ${clean(spans[0]?.traceId ?? '')}`, duration(end - start)]
  return parts.join('  ')
}

/** Depth first, siblings in the order of their start. */
function rowsOf(spans: readonly TreeSpan[], withService: boolean): Row[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const children = new Map<string, TreeSpan[]>()
  const roots: TreeSpan[] = []
  for (const span of spans) {
    const parent = span.parentSpanId
    if (!parent || parent === span.spanId || !byId.has(parent)) {
      roots.push(span)
    } else {
      const siblings = children.get(parent)
      if (siblings) siblings.push(span)
      else children.set(parent, [span])
    }
  }
  const rows: Row[] = []
  const drawn = new Set<TreeSpan>()
  function draw(span: TreeSpan, lead: string, indent: string): void {
    if (drawn.has(span)) return
    drawn.add(span)
    rows.push(rowOf(span, lead, withService))
    const below = children.get(span.spanId) ?? []
    for (const [index, child] of below.entries()) {
      const last = index === below.length - 1
      draw(child, `${indent}${last ? '└─ ' : '├─ '}`, `${indent}${last ? '   ' : '│  '}`)
    }
  }
  for (const root of roots) draw(root, '', '')
  // Left over only when ids form a ring.
  for (const span of spans) draw(span, '', '')
  return rows
}

function rowOf(span: TreeSpan, lead: string, withService: boolean): Row {
  const service = withService && span.service ? ` [${cut(clean(span.service), 24)}]` : ''
  const name = lead + cut(clean(span.name), Math.max(16, NAME_WIDTH - length(lead) - length(service))) + service
  const model = span.attributes[semconv.RESPONSE_MODEL] ?? span.attributes[semconv.REQUEST_MODEL]
  return {
    name,
    failed: span.status.code === 'error',
    cells: [
      duration(span.endMs - span.startMs),
      tokens(span.attributes),
      cost(span.attributes[semconv.USAGE_COST]),
      typeof model === 'string' ? cut(clean(model), CELL_WIDTH) : '',
      cut(clean(outcome(span)), CELL_WIDTH),
    ],
  }
}

function outcome(span: TreeSpan): string {
  const { attributes, status } = span
  if (status.code === 'error') {
    const httpStatus = attributes[semconv.HTTP_STATUS]
    const type = attributes[semconv.ERROR_TYPE] ?? status.message
    const words = [type, httpStatus].filter((word) => word !== undefined && word !== '').map(String)
    return `✗ ${[...new Set(words)].join(' ') || 'error'}`
  }
  const reasons = attributes[semconv.RESPONSE_FINISH_REASONS]
  return Array.isArray(reasons) ? [...new Set(reasons.map(String))].join(', ') : ''
}

function tokens(attributes: TreeSpan['attributes']): string {
  const input = attributes[semconv.USAGE_INPUT_TOKENS]
  const output = attributes[semconv.USAGE_OUTPUT_TOKENS]
  const cached = attributes[semconv.USAGE_CACHE_READ]
  if (typeof input !== 'number' && typeof output !== 'number') return ''
  const read = typeof cached === 'number' && cached > 0 ? ` (${count(cached)} cached)` : ''
  const written = typeof output === 'number' ? ` → ${count(output)}` : ''
  return `${typeof input === 'number' ? count(input) : '?'}${read}${written} tokens`
}

const count = (value: number): string => value.toLocaleString('en-US')

function cost(value: unknown): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return ''
  if (value === 0) return '$0'
  return `$${value >= 1 ? value.toFixed(2) : value >= 0.0001 ? value.toFixed(4) : value.toFixed(7)}`
}

function duration(ms: number): string {
  if (!Number.isFinite(ms)) return ''
  if (ms < 0.5) return '<1ms'
  if (ms < 1_000) return `${Math.round(ms)}ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(2)}s`
  return `${Math.floor(ms / 60_000)}m ${Math.round((ms % 60_000) / 1_000)}s`
}

/** Names come from anywhere: what could steer a terminal is shown as a dot. */
const clean = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, '·')

const length = (text: string): number => [...text].length

function cut(text: string, width: number): string {
  const letters = [...text]
  return letters.length <= width ? text : `${letters.slice(0, width - 1).join('')}…`
}
