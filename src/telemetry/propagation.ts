/** W3C Trace Context (https://www.w3.org/TR/trace-context/) on outgoing requests, and the rule for which requests. */
import { isSpanContextValid, type Span } from '@opentelemetry/api'
import { runHook, type HostFacts } from './settings.js'

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

/**
 * Compiles the `propagate` option to one decision about a URL. `server` is the host that the call is
 * addressed to, when known: with `gateways`, other hosts that are reached on the way (for a token, say)
 * receive nothing, the program's own machine aside.
 */
export function compilePropagate(
  rule: Propagate,
  identifyHost: (hostname: string) => HostFacts | undefined,
): (url: URL, server?: string) => boolean {
  if (rule === 'all') return () => true
  if (rule === 'none') return () => false
  if (typeof rule === 'function') return (url) => isTrue(rule(url.href))
  if (rule === 'gateways') {
    const known = new Map<string, boolean>()
    return (url, server) => {
      const host = bareHost(url.hostname)
      if (server !== undefined && host !== server && !LOOPBACK.test(host)) return false
      let allowed = known.get(host)
      if (allowed === undefined) {
        allowed = identifyHost(host)?.firstParty !== true
        if (known.size >= 1024) known.clear()
        known.set(host, allowed)
      }
      return allowed
    }
  }
  const matchers = rule.map(matcher)
  return (url) => matchers.some((matches) => matches(url))
}

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|::1)$/

const bareHost = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')

/** A promise is no answer: it would count as true. */
function isTrue(answer: unknown): boolean {
  if (answer !== true && typeof answer !== 'boolean') runHook('propagate', () => answer)
  return answer === true
}

function matcher(pattern: string | RegExp): (url: URL) => boolean {
  if (typeof pattern !== 'string') {
    // A global or sticky expression remembers its position between tests.
    const expression = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''))
    return (url) => expression.test(url.href)
  }
  const host = pattern.toLowerCase()
  const start = URL.canParse(pattern) && pattern.includes('://') ? new URL(pattern) : undefined
  return (url) => {
    if (url.hostname === host || url.host === host || bareHost(url.hostname) === host) return true
    return (
      start !== undefined &&
      url.origin === start.origin &&
      isBelow(url.pathname + url.search, start.pathname + start.search)
    )
  }
}

/** Whole path segments: `/v1` is above `/v1/chat` and not above `/v10`. */
function isBelow(path: string, above: string): boolean {
  if (!path.startsWith(above)) return false
  return above.endsWith('/') || path.length === above.length || '/?&'.includes(path[above.length] ?? '')
}
