/** W3C Trace Context (https://www.w3.org/TR/trace-context/) on outgoing requests, and the rule for which requests. */
import { isSpanContextValid, type Span } from '@opentelemetry/api'
import type { HostFacts } from './settings.js'

/** `gateways`: every host but the vendors' own. A string matches a host or a URL's beginning. */
export type Propagate = 'gateways' | 'all' | 'none' | readonly (string | RegExp)[] | ((url: string) => boolean)

/** The headers that name `span` as the parent; none for a span without identity. Baggage is not among them. */
export function traceHeaders(span: Span): { traceparent: string; tracestate?: string } | undefined {
  const spanContext = span.spanContext()
  if (!isSpanContextValid(spanContext)) return undefined
  const flags = (spanContext.traceFlags & 0xff).toString(16).padStart(2, '0')
  const traceparent = `00-${spanContext.traceId}-${spanContext.spanId}-${flags}`
  const tracestate = spanContext.traceState?.serialize()
  return tracestate ? { traceparent, tracestate } : { traceparent }
}

/** Compiles the `propagate` option to one decision, remembered per origin where the path plays no part. */
export function compilePropagate(
  rule: Propagate,
  identifyHost: (hostname: string) => HostFacts | undefined,
): (url: URL) => boolean {
  if (rule === 'all') return () => true
  if (rule === 'none') return () => false
  if (typeof rule === 'function') return (url) => rule(url.href)
  if (rule === 'gateways') {
    const known = new Map<string, boolean>()
    return (url) => {
      let allowed = known.get(url.hostname)
      if (allowed === undefined) {
        allowed = identifyHost(url.hostname)?.firstParty !== true
        if (known.size >= 1024) known.clear()
        known.set(url.hostname, allowed)
      }
      return allowed
    }
  }
  return (url) =>
    rule.some((pattern) =>
      typeof pattern === 'string'
        ? url.hostname === pattern || url.host === pattern || url.href.startsWith(pattern)
        : // A global or sticky expression remembers its position between tests.
          new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).test(url.href),
    )
}
