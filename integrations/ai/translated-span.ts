/** The span that `ai` gets in place of its own: what it writes there is read at the end. */
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

/** The work that is under way in place of the span. */
export interface Ends {
  readonly context: Context
  /** `undefined`: there is none. */
  readonly span: Span | undefined
  readonly event?: (name: string) => unknown
  /** @param attributes - All that was written. */
  readonly end: (attributes: Attributes, errorType: string | undefined) => void
}

const FAILED = 2

interface Written {
  readonly attributes: Attributes
  errorType: string | undefined
  over: boolean
}

/** Apart from the span, which must not be kept alive. */
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
    // It takes as long as it takes: only when nobody holds it can it be over.
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
