/** Draws traces as text: one line a span, with what a model call used and cost. */
import * as semconv from './semconv.js'

/** A span as any source can give it; times in Unix milliseconds. */
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

/** Options of `renderTree()`. */
export interface TreeOptions {
  /** ANSI colours. Default false. */
  readonly color?: boolean
  /** Columns that a line should not exceed, at least 72. Default 120. Long names and remarks are cut to fit. */
  readonly width?: number
}

interface Node {
  readonly span: TreeSpan
  readonly children: Node[]
}

interface Row {
  /** What draws the branches, before the name. */
  readonly lead: string
  readonly name: string
  readonly cells: readonly string[]
  readonly failed: boolean
}

/** Columns after the name. When lines are too long, those that have a `min` are cut, the last one first. */
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
/** Letters of a name that stay however deep it stands. */
const NAME_LETTERS = 12
const GAP = '  '

const STYLE = { bold: '\u001b[1m', dim: '\u001b[2m', red: '\u001b[31m', reset: '\u001b[0m' }

/**
 * One tree a trace, oldest first, each under a line with the trace id and what the trace used in all. A
 * span whose parent is not among `spans` is a root. The text ends in a newline; it is empty when there are
 * no spans.
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
      // A column that no line fills takes no room.
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

function heading(spans: readonly TreeSpan[], roots: readonly Node[]): string {
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

interface Total {
  calls: number
  input: number
  output: number
  usd: number | undefined
  /** Whether every call has a cost. */
  complete: boolean
}

/** Of the outermost spans that say what they used: a gateway's span below one tells of the same call. */
function totalOf(nodes: readonly Node[]): Total {
  const total: Total = { calls: 0, input: 0, output: 0, usd: undefined, complete: true }
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

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined

/** Siblings in the order of their start. Every span is placed once, also when ids form a ring. */
function treeOf(spans: readonly TreeSpan[]): Node[] {
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
  const nodeOf = (span: TreeSpan): Node => {
    placed.add(span)
    const below = (children.get(span.spanId) ?? []).filter((child) => !placed.has(child))
    return { span, children: below.map(nodeOf) }
  }
  const nodes = roots.map(nodeOf)
  for (const span of spans) if (!placed.has(span)) nodes.push(nodeOf(span))
  return nodes
}

function rowsOf(roots: readonly Node[], withService: boolean): Row[] {
  const rows: Row[] = []
  function draw({ span, children }: Node, lead: string, indent: string): void {
    rows.push(rowOf(span, lead, withService))
    for (const [index, child] of children.entries()) {
      const last = index === children.length - 1
      draw(child, `${indent}${last ? '└─ ' : '├─ '}`, `${indent}${last ? '   ' : '│  '}`)
    }
  }
  for (const root of roots) draw(root, '', '')
  return rows
}

function rowOf(span: TreeSpan, lead: string, withService: boolean): Row {
  return {
    lead,
    name: clean(span.name),
    failed: span.status.code === 'error',
    cells: [
      withService ? clean(span.service ?? '') : '',
      duration(span.endMs - span.startMs),
      tokens(span.attributes),
      cost(span.attributes[semconv.USAGE_COST]),
      clean(remarks(span)),
    ],
  }
}

/** What went wrong, or how the model ended; the model, where the span's name does not say it; the wait for a stream. */
function remarks(span: TreeSpan): string {
  const { name, attributes, status } = span
  const words = status.code === 'error' ? [failure(span)] : finishReasons(attributes)
  const model = attributes[semconv.RESPONSE_MODEL] ?? attributes[semconv.REQUEST_MODEL]
  if (typeof model === 'string' && !name.endsWith(` ${model}`)) words.push(model)
  const firstChunk = numberOf(attributes[semconv.RESPONSE_TIME_TO_FIRST_CHUNK])
  if (firstChunk !== undefined) words.push(`first chunk ${duration(firstChunk * 1_000)}`)
  return words.join(' · ')
}

function failure({ attributes, status }: TreeSpan): string {
  const type = attributes[semconv.ERROR_TYPE] ?? status.message
  const words = [type, attributes[semconv.HTTP_STATUS]].filter((word) => word !== undefined && word !== '').map(String)
  return `✗ ${[...new Set(words)].join(' ') || 'error'}`
}

function finishReasons(attributes: TreeSpan['attributes']): string[] {
  const reasons = attributes[semconv.RESPONSE_FINISH_REASONS]
  return Array.isArray(reasons) && reasons.length > 0 ? [[...new Set(reasons.map(String))].join(', ')] : []
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

/** Three significant digits, and cents at least. */
function cost(value: unknown): string {
  const usd = numberOf(value)
  if (usd === undefined) return ''
  if (usd === 0) return '$0'
  const decimals = Math.min(12, Math.max(2, 2 - Math.floor(Math.log10(Math.abs(usd)))))
  return `$${usd.toFixed(decimals)}`
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

const pad = (text: string, width: number): string => ' '.repeat(Math.max(0, width - length(text)))

const length = (text: string): number => [...text].length

function cut(text: string, width: number): string {
  const letters = [...text]
  return letters.length <= width ? text : `${letters.slice(0, width - 1).join('')}…`
}
