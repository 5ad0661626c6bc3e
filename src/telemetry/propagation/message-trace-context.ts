/** Trace context in messages instead of headers: writes it into a message, and reads it from one. */
import {
  createTraceState,
  isSpanContextValid,
  trace,
  type Context,
  type Link,
  type Span,
  type SpanContext,
} from '@opentelemetry/api'
import { isObject } from '../../kernel/json.js'
import { traceHeaders } from './propagation.js'
import { guard } from '../../kernel/guard.js'
import { settings } from '../settings.js'

/** W3C Trace Context (https://www.w3.org/TR/trace-context/) as fields of a message. */
export interface TraceContext {
  readonly traceparent: string
  readonly tracestate?: string
}

/** For the option `propagate`, the address of a peer without an address: it is on this machine. */
const THIS_MACHINE = new URL('pipe://localhost/')

/** The trace context of `span` for `peer`; `undefined` if the option `propagate` does not allow it. */
export function contextFor(span: Span, peer: URL | undefined): TraceContext | undefined {
  return settings().propagates(peer ?? THIS_MACHINE) === true ? traceHeaders(span) : undefined
}

/** The trace context in the fields of a message, if there is one. */
export function traceContextIn(fields: unknown): TraceContext | undefined {
  if (!isObject(fields)) return undefined
  const { traceparent, tracestate } = fields
  if (typeof traceparent !== 'string') return undefined
  return typeof tracestate === 'string' ? { traceparent, tracestate } : { traceparent }
}

/** A copy of `fields` with trace context. What the program itself has set stays. */
export function withTraceContext(fields: unknown, carried: TraceContext): object {
  return { ...(!traceContextIn(fields) && carried), ...(isObject(fields) && fields) }
}

/** `00-<trace>-<span>-<flags>`. Later versions may add to it. */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-|$)/

export function readTraceContext({ traceparent, tracestate }: TraceContext): SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent) ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  const read: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
    ...(typeof tracestate === 'string' && { traceState: createTraceState(tracestate) }),
  }
  return isSpanContextValid(read) ? read : undefined
}

/**
 * The parent of a request that came with `carried`: the span that sent it. What was active here, such as the span of an HTTP
 * server, becomes a link.
 */
export function parentFrom(
  carried: TraceContext | undefined,
  ambient: Context,
): { readonly parent: Context; readonly links: Link[] } {
  const remote = carried && settings().joinsCallers ? guard('propagation', () => readTraceContext(carried)) : undefined
  if (!remote) return { parent: ambient, links: [] }
  const here = trace.getSpanContext(ambient)
  const linked = here && isSpanContextValid(here) && here.spanId !== remote.spanId
  return {
    parent: trace.setSpanContext(ambient, remote),
    links: linked ? [{ context: here }] : [],
  }
}
