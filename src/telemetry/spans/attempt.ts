/**
 * The span of one attempt of a model call at one target: a child of the call's span. It has no operation name, so that a call
 * with three attempts counts as one inference.
 */
import { isSpanContextValid, SpanKind, SpanStatusCode, trace, type Context, type Span } from '@opentelemetry/api'
import type { TraceHeaders } from '../../kernel/provider.js'
import { VERSION } from '../../kernel/version.js'
import { serverOf } from './attributes.js'
import { boundedAttributes, boundedName } from '../content/bounded.js'
import type { Call } from './call-types.js'
import { errorTypeOf, statusOf } from './error-type.js'
import { identityAttributes } from '../identity.js'
import { headersTo } from '../propagation/propagation.js'
import { withSpanAndSlot } from './call-slot.js'
import * as semconv from '../semconv.js'
import { guard, runHook } from '../../kernel/guard.js'
import { settings } from '../settings.js'

export interface AttemptStart {
  /** `provider/model`. */
  readonly target: string
  /** 1 for the first attempt of the call. */
  readonly number: number
  /** Why this target, in a few words. */
  readonly reason: string
  readonly baseURL: string
  /** The gateway's own headers for the caller's trace, if the target is a gateway with such headers. */
  readonly traceHeaders?: TraceHeaders | undefined
}

export interface AttemptEnd {
  readonly status?: number | undefined
  readonly error?: unknown
  /** `ok`, or the class of the failure. */
  readonly outcome: string
}

export interface AttemptSpan {
  /** Send the request in this context: its slot names this attempt as the request's parent. */
  readonly context: Context
  /** The trace headers for a request to `url`, if the option `propagate` allows them. */
  headers(url: string): Readonly<Record<string, string>> | undefined
  /** Ends the span. Only the first call counts. */
  end(end: AttemptEnd): void
}

/** Starts the span of an attempt at `call`. Never throws. */
export function startAttempt(call: Call, attempt: AttemptStart): AttemptSpan {
  const recorded = call.recording ? guard('span', () => new RecordedAttempt(call, attempt)) : undefined
  return recorded ?? new SilentAttempt(call, attempt)
}

function headersFor(
  span: Span | undefined,
  url: string,
  own: TraceHeaders | undefined,
): Readonly<Record<string, string>> | undefined {
  if (!span || !isSpanContextValid(span.spanContext())) return undefined
  return guard('propagation', () => headersTo(span, new URL(url), settings(), { own }))
}

/** Records nothing, but continues a trace that was not sampled. */
class SilentAttempt implements AttemptSpan {
  readonly context: Context
  private readonly span: Span | undefined
  private readonly own: TraceHeaders | undefined

  constructor(call: Call, { traceHeaders }: AttemptStart) {
    this.context = call.context
    this.span = call.span
    this.own = traceHeaders
  }

  headers(url: string): Readonly<Record<string, string>> | undefined {
    return headersFor(this.span, url, this.own)
  }

  end(): void {}
}

class RecordedAttempt implements AttemptSpan {
  readonly context: Context
  private readonly span: Span
  private readonly own: TraceHeaders | undefined
  private ended = false

  constructor(call: Call, attempt: AttemptStart) {
    const server = serverOf(attempt.baseURL)
    this.own = attempt.traceHeaders
    const attributes = {
      ...identityAttributes(call.context),
      [semconv.TARGET]: attempt.target,
      [semconv.ATTEMPT_NUMBER]: attempt.number,
      [semconv.ATTEMPT_REASON]: attempt.reason,
      ...(server && { [semconv.SERVER_ADDRESS]: server.address, [semconv.SERVER_PORT]: server.port }),
    }
    const tracer = trace.getTracer('tracestitch', VERSION)
    this.span = tracer.startSpan(
      boundedName(`attempt ${attempt.target}`),
      { kind: SpanKind.CLIENT, attributes: boundedAttributes(attributes) },
      call.context,
    )
    this.context = withSpanAndSlot(call.context, this.span, {
      call,
      span: this.span,
      layer: 'client',
      server: server?.address,
    })
    const { onSpanStart } = settings()
    if (onSpanStart) runHook('onSpanStart', () => onSpanStart(this.span))
  }

  headers(url: string): Readonly<Record<string, string>> | undefined {
    return headersFor(this.span, url, this.own)
  }

  end({ status, error, outcome }: AttemptEnd): void {
    if (this.ended) return
    this.ended = true
    guard('attempt', () => {
      const code = status ?? statusOf(error)
      if (code !== undefined) this.span.setAttribute(semconv.HTTP_STATUS, code)
      this.span.setAttribute(semconv.ATTEMPT_OUTCOME, outcome)
      if (error === undefined) return
      const type = errorTypeOf(error)
      this.span.setAttribute(semconv.ERROR_TYPE, type)
      this.span.setStatus({ code: SpanStatusCode.ERROR, message: type })
    })
    const { onSpanEnd } = settings()
    if (onSpanEnd) runHook('onSpanEnd', () => onSpanEnd(this.span))
    guard('end', () => this.span.end())
  }
}
