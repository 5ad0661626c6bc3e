/**
 * The span of a request that a server of ours answers, by the conventions for HTTP
 * (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span).
 */
import { context, SpanKind, SpanStatusCode, trace, type Context } from '@opentelemetry/api'
import { readTraceContext } from '../propagation/message-trace-context.js'
import * as semconv from '../semconv.js'
import { startSpan } from './start-span.js'

export interface ServerRequest {
  readonly method: string
  readonly url: URL
  /** The pattern that its path fits, such as `/v1/models/{model}`; `undefined` when there is none. */
  readonly route: string | undefined
  readonly headers: Headers
}

export interface ServerSpan {
  /** Where the request is answered. */
  readonly context: Context
  /** `undefined` if no span is recorded. */
  readonly traceId: string | undefined
  /** Only the first call counts. */
  end(status: number): void
}

/** The methods that the conventions know; others are one. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'QUERY'])

export const knownMethod = (method: string): string => (METHODS.has(method) ? method : semconv.ERROR_TYPE_OTHER)

/** Another instrumentation may have opened a span for the request: then none is added. */
export function startServerSpan({ method, url, route, headers }: ServerRequest): ServerSpan {
  const active = context.active()
  const open = trace.getSpan(active)
  if (open) return { context: active, traceId: open.spanContext().traceId, end: () => undefined }
  const parent = callerOf(headers, active)
  const known = knownMethod(method)
  const named = known === method ? method : 'HTTP'
  const span = startSpan(
    route === undefined ? named : `${named} ${route}`,
    {
      kind: SpanKind.SERVER,
      attributes: {
        [semconv.HTTP_METHOD]: known,
        [semconv.URL_PATH]: url.pathname,
        [semconv.URL_SCHEME]: url.protocol.slice(0, -1),
        [semconv.SERVER_ADDRESS]: url.hostname,
        ...(url.port !== '' && { [semconv.SERVER_PORT]: Number(url.port) }),
        ...(route !== undefined && { [semconv.HTTP_ROUTE]: route }),
      },
    },
    parent,
  )
  let isOpen = true
  return {
    context: trace.setSpan(parent, span),
    traceId: span.isRecording() ? span.spanContext().traceId : undefined,
    end(status) {
      if (!isOpen) return
      isOpen = false
      span.setAttribute(semconv.HTTP_STATUS, status)
      // Errors of the client are not errors of a server.
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute(semconv.ERROR_TYPE, String(status))
      span.end()
    },
  }
}

/** `active` below the span that `traceparent` names (https://www.w3.org/TR/trace-context/). */
function callerOf(headers: Headers, active: Context): Context {
  const traceparent = headers.get('traceparent')
  if (traceparent === null) return active
  const tracestate = headers.get('tracestate')
  const caller = readTraceContext({ traceparent, ...(tracestate !== null && { tracestate }) })
  return caller ? trace.setSpanContext(active, caller) : active
}
