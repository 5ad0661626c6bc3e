/** The trace that a request belongs to (https://www.w3.org/TR/trace-context/). */
import { context, trace } from '@opentelemetry/api'
import { readTraceContext } from '../../telemetry/propagation/message-trace-context.js'

/**
 * Runs `fn` below the span that `traceparent` names. A span that is active already is nearer: the program calls the endpoint
 * itself, or a server span is open, whose parent is the same.
 */
export function inTrace<T>(headers: Headers, fn: () => T): T {
  const active = context.active()
  const traceparent = headers.get('traceparent')
  if (traceparent === null || trace.getSpanContext(active)) return fn()
  const tracestate = headers.get('tracestate')
  const parent = readTraceContext({ traceparent, ...(tracestate !== null && { tracestate }) })
  return parent ? context.with(trace.setSpanContext(active, parent), fn) : fn()
}
