/** Draws traces as text: one line for each span, with what a model call used and cost. */
import { cellsOf, clean, cost, count, duration } from './span-cells.js'
import { totalOf, treeOf, type SpanNode, type TreeSpan } from './span-tree.js'

/** Options of `renderTree()`. */
export interface TreeOptions {
  /** ANSI colours. Default false. */
  readonly color?: boolean
  /** Columns that a line should not exceed, at least 72. Default 120. Long names and remarks are cut to fit. */
  readonly width?: number
}

interface Row {
  /** The branches before the name. */
  readonly lead: string
  readonly name: string
  readonly cells: readonly string[]
  readonly failed: boolean
}

/** Columns after the name. If lines are too long, those with a finite `min` are cut, the last one first. */
const COLUMNS = [
  { name: 'service', alignRight: false, max: 24, min: 8 },
  { name: 'duration', alignRight: true, max: Infinity, min: Infinity },
  { name: 'tokens', alignRight: true, max: Infinity, min: Infinity },
  { name: 'cost', alignRight: true, max: Infinity, min: Infinity },
  { name: 'remarks', alignRight: false, max: 60, min: 16 },
] as const
const REMARKS = COLUMNS.length - 1
const NAME_MAX = 56
const NAME_MIN = 16
/** Letters of a name that are always shown, however deep the span is. */
const NAME_LETTERS = 12
const GAP = '  '

const STYLE = { bold: '\u001b[1m', dim: '\u001b[2m', red: '\u001b[31m', reset: '\u001b[0m' }

/**
 * Draws one tree for each trace, oldest first, each under a line with the trace id and the totals of the trace. A span whose parent
 * is not among `spans` is a root. The text ends in a newline. It is empty when there are no spans.
 */
export function renderTree(spans: readonly TreeSpan[], { color = false, width = 120 }: TreeOptions = {}): string {
  const traces = new Map<string, TreeSpan[]>()
  for (const span of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    const trace = traces.get(span.traceId)
    if (trace) trace.push(span)
    else traces.set(span.traceId, [span])
  }
  return [...traces.values()].map((trace) => renderTrace(trace, color, Math.max(72, width))).join('\n')
}

function renderTrace(spans: readonly TreeSpan[], color: boolean, width: number): string {
  const roots = treeOf(spans)
  const services = new Set(spans.map((span) => span.service))
  const rows = rowsOf(roots, services.size > 1)
  const { nameWidth, widths } = layout(rows, width)
  const paint = (text: string, style: string): string => (color && text !== '' ? style + text + STYLE.reset : text)
  const lines = rows.map(({ lead, name, cells, failed }) => {
    const title = cut(name, Math.max(NAME_LETTERS, nameWidth - lead.length))
    const parts = [
      paint(lead, STYLE.dim) + paint(title, failed ? STYLE.red : STYLE.reset) + pad(lead + title, nameWidth),
    ]
    for (const [column, { alignRight }] of COLUMNS.entries()) {
      const room = widths[column] ?? 0
      // An empty column is left out.
      if (room === 0) continue
      const cell = cut(cells[column] ?? '', room)
      const text = paint(cell, failed && column === REMARKS ? STYLE.red : STYLE.dim)
      parts.push(alignRight ? pad(cell, room) + text : text + pad(cell, room))
    }
    return parts.join(GAP).trimEnd()
  })
  return `${[paint(heading(spans, roots), STYLE.bold), ...lines].join('\n')}\n`
}

function layout(rows: readonly Row[], width: number): { nameWidth: number; widths: number[] } {
  let nameWidth = Math.max(
    ...rows.map(({ lead, name }) =>
      Math.max(Math.min(lead.length + length(name), NAME_MAX), lead.length + Math.min(length(name), NAME_LETTERS)),
    ),
  )
  const widths = COLUMNS.map(({ max }, column) =>
    Math.min(max, Math.max(...rows.map(({ cells }) => length(cells[column] ?? '')))),
  )
  let over = nameWidth + widths.reduce((sum, room) => sum + (room === 0 ? 0 : room + GAP.length), 0) - width
  for (let column = COLUMNS.length - 1; column >= 0 && over > 0; column--) {
    const room = widths[column] ?? 0
    const given = Math.max(0, Math.min(over, room - (COLUMNS[column]?.min ?? room)))
    widths[column] = room - given
    over -= given
  }
  if (over > 0) {
    const deepest = Math.max(...rows.map(({ lead, name }) => lead.length + Math.min(length(name), NAME_LETTERS)))
    nameWidth = Math.max(nameWidth - over, Math.min(nameWidth, NAME_MIN), deepest)
  }
  return { nameWidth, widths }
}

function heading(spans: readonly TreeSpan[], roots: readonly SpanNode[]): string {
  const start = Math.min(...spans.map((span) => span.startMs))
  const end = Math.max(...spans.map((span) => span.endMs))
  const total = totalOf(roots)
  const parts = [
    `trace ${clean(spans[0]?.traceId ?? '')}`,
    duration(end - start),
    total.calls > 0 ? `${count(total.input)} → ${count(total.output)} tokens` : '',
    total.usd === undefined ? '' : `${total.complete ? '' : '≥ '}${cost(total.usd)}`,
  ]
  return parts.filter((part) => part !== '').join(GAP)
}

function rowsOf(roots: readonly SpanNode[], withService: boolean): Row[] {
  const rows: Row[] = []
  function draw({ span, children }: SpanNode, lead: string, indent: string): void {
    rows.push({
      lead,
      name: clean(span.name),
      failed: span.status.code === 'error',
      cells: cellsOf(span, withService),
    })
    for (const [index, child] of children.entries()) {
      const last = index === children.length - 1
      draw(child, `${indent}${last ? '└─ ' : '├─ '}`, `${indent}${last ? '   ' : '│  '}`)
    }
  }
  for (const root of roots) draw(root, '', '')
  return rows
}

const pad = (text: string, width: number): string => ' '.repeat(Math.max(0, width - length(text)))

const length = (text: string): number => [...text].length

function cut(text: string, width: number): string {
  const letters = [...text]
  return letters.length <= width ? text : `${letters.slice(0, width - 1).join('')}…`
}
