/** Prints every trace as a tree on stderr, once its outermost span of this process has ended. */
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { treeSpanOf } from './readable-span.js'
import { guard } from '../../kernel/guard.js'
import type { TreeSpan } from './span-tree.js'
import { renderTree } from './tree.js'

/** How long a finished trace waits for spans that end after their root, such as those of streams. */
const GRACE_MS = 100
/** The most spans that are kept for traces whose root has not ended. Beyond it, the oldest trace is printed as it is. */
const MAX_WAITING_SPANS = 2_000

export interface ConsoleOptions {
  readonly stream?: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number }
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly graceMs?: number
}

export class ConsoleTreeProcessor implements SpanProcessor {
  printed = 0
  private readonly stream: NonNullable<ConsoleOptions['stream']>
  private readonly color: boolean
  private readonly graceMs: number
  private readonly waiting = new Map<string, TreeSpan[]>()
  private readonly timers = new Map<string, NodeJS.Timeout>()
  /** Outermost spans that have not ended, by trace. */
  private readonly openRoots = new Map<string, number>()
  private waitingSpans = 0
  private stopped = false
  private readonly onExit = (): void => this.printAll()

  constructor({ stream = stderr, env = process.env, graceMs = GRACE_MS }: ConsoleOptions = {}) {
    this.stream = stream
    // https://no-color.org: any value except the empty one.
    this.color = stream.isTTY === true && !env['NO_COLOR']
    this.graceMs = graceMs
    process.once('exit', this.onExit)
  }

  get pending(): number {
    return this.waitingSpans
  }

  onStart(span: ReadableSpan): void {
    if (!isLocalRoot(span)) return
    const { traceId } = span.spanContext()
    this.openRoots.set(traceId, (this.openRoots.get(traceId) ?? 0) + 1)
  }

  onEnd(span: ReadableSpan): void {
    if (this.stopped) return
    const { traceId } = span.spanContext()
    if (isLocalRoot(span)) {
      const open = (this.openRoots.get(traceId) ?? 0) - 1
      if (open > 0) this.openRoots.set(traceId, open)
      else this.openRoots.delete(traceId)
    }
    const spans = this.waiting.get(traceId)
    if (spans) spans.push(treeSpanOf(span))
    else this.waiting.set(traceId, [treeSpanOf(span)])
    this.waitingSpans++
    if (!this.openRoots.has(traceId) && !this.timers.has(traceId)) this.printSoon(traceId)
    if (this.waitingSpans > MAX_WAITING_SPANS) {
      const [oldest] = this.waiting.keys()
      if (oldest !== undefined) this.print(oldest)
    }
  }

  forceFlush(): Promise<void> {
    this.printAll()
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    this.printAll()
    this.stopped = true
    process.removeListener('exit', this.onExit)
    return Promise.resolve()
  }

  private printSoon(traceId: string): void {
    const timer = setTimeout(() => this.print(traceId), this.graceMs)
    timer.unref()
    this.timers.set(traceId, timer)
  }

  private printAll(): void {
    for (const traceId of this.waiting.keys()) this.print(traceId)
  }

  private print(traceId: string): void {
    clearTimeout(this.timers.get(traceId))
    this.timers.delete(traceId)
    const spans = this.waiting.get(traceId)
    if (!spans) return
    this.waiting.delete(traceId)
    this.waitingSpans -= spans.length
    this.printed += spans.length
    guard('console exporter', () => {
      const { columns } = this.stream
      this.stream.write(renderTree(spans, { color: this.color, ...(columns && { width: columns }) }))
    })
  }
}

function isLocalRoot({ parentSpanContext }: ReadableSpan): boolean {
  return !parentSpanContext || parentSpanContext.isRemote === true
}

const ignore = (): void => {}

const stderr = {
  get isTTY(): boolean {
    return process.stderr.isTTY === true
  },
  /** `undefined` when stderr is not a terminal. */
  get columns(): number {
    return process.stderr.columns
  },
  write(text: string): void {
    // If the reader of stderr is gone, the stream emits `error`, which would end a program without a listener.
    process.stderr.once('error', ignore)
    process.stderr.write(text, () => process.stderr.removeListener('error', ignore))
  },
}
