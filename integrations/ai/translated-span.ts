/** The span that `ai` gets instead of its own. What `ai` writes to it is read at the end. */
import {
  trace,
  INVALID_SPAN_CONTEXT,
  type Attributes,
  type AttributeValue,
  type Context,
  type Exception,
  type Span,
  type SpanContext,
  type SpanStatus,
} from '@opentelemetry/api'
import { asString, endWhenAbandoned, guard, path } from '../../src/autolog/contract.js'

/** What the span stands for. */
export interface Ends {
  readonly context: Context
  /** `undefined` if there is none. */
  readonly span: Span | undefined
  readonly event?: (name: string) => unknown
  /** @param attributes - All attributes that `ai` has written. */
  readonly end: (attributes: Attributes, errorType: string | undefined) => void
}

const FAILED = 2

interface Written {
  readonly attributes: Attributes
  errorType: string | undefined
  over: boolean
}

/** A function of its own, so that nothing here keeps the span alive. */
function endOf(ends: Ends, written: Written): () => void {
  return () => {
    if (written.over) return
    written.over = true
    guard('ai', () => ends.end(written.attributes, written.errorType))
  }
}

export class TranslatedSpan implements Span {
  private readonly ends: Ends
  private readonly written: Written
  private readonly finish: () => void
  private readonly keep: () => void

  constructor(ends: Ends, attributes: Attributes) {
    this.ends = ends
    this.written = { attributes: { ...attributes }, errorType: undefined, over: false }
    this.finish = endOf(ends, this.written)
    const watch = endWhenAbandoned(this, this.finish)
    // It may take any time. It ends early only when the span is garbage.
    watch.reading()
    this.keep = watch
  }

  spanContext(): SpanContext {
    return (this.ends.span ?? trace.getSpan(this.ends.context))?.spanContext() ?? INVALID_SPAN_CONTEXT
  }

  isRecording(): boolean {
    return !this.written.over
  }

  setAttribute(key: string, value: AttributeValue): this {
    this.written.attributes[key] = value
    return this
  }

  setAttributes(attributes: Attributes): this {
    Object.assign(this.written.attributes, attributes)
    return this
  }

  addEvent(name: string): this {
    guard('ai', () => this.ends.event?.(name))
    return this
  }

  addLink(): this {
    return this
  }

  addLinks(): this {
    return this
  }

  updateName(): this {
    return this
  }

  recordException(exception: Exception): void {
    this.written.errorType = asString(path(exception, 'name'))?.replace(/^AI_/, '') ?? '_OTHER'
  }

  setStatus({ code }: SpanStatus): this {
    if (code === FAILED) this.written.errorType ??= '_OTHER'
    return this
  }

  end(): void {
    this.keep()
    this.finish()
  }
}
