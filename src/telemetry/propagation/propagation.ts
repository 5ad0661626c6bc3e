/** W3C Trace Context (https://www.w3.org/TR/trace-context/) on outgoing requests, and which requests get it. */
import { isSpanContextValid, TraceFlags, type Span } from '@opentelemetry/api'
import type { TraceHeaders } from '../../kernel/provider.js'
import { runHook } from '../../kernel/guard.js'
import { type HostFacts, type Propagation, type TelemetrySettings } from '../settings.js'

/** `gateways`: all hosts except those of vendors whose servers do not join the trace. A string matches a host or the start of a URL. */
export type Propagate = 'gateways' | 'all' | 'none' | readonly (string | RegExp)[] | ((url: string) => boolean)

/** The headers that name `span` as the parent, without baggage; `undefined` for a span without a valid context. */
export function traceHeaders(span: Span): { traceparent: string; tracestate?: string } | undefined {
  const spanContext = span.spanContext()
  if (!isSpanContextValid(spanContext)) return undefined
  const flags = (spanContext.traceFlags & 0xff).toString(16).padStart(2, '0')
  const traceparent = `00-${spanContext.traceId}-${spanContext.spanId}-${flags}`
  const tracestate = spanContext.traceState?.serialize()
  return tracestate ? { traceparent, tracestate } : { traceparent }
}

/**
 * The trace headers of a request to `url` for `span`; `undefined` for none. A gateway with headers of its own for this gets them
 * too, if the span is sampled.
 *
 * @param server - Host that the call is addressed to, when known.
 * @param own - The gateway's own headers, for a known gateway at its provider's address.
 */
export function headersTo(
  span: Span,
  url: URL,
  { propagates, identifyHost }: Pick<TelemetrySettings, 'propagates' | 'identifyHost'>,
  { server, own }: { readonly server?: string | undefined; readonly own?: TraceHeaders | undefined } = {},
): Readonly<Record<string, string>> | undefined {
  const allowed = propagates(url, server)
  if (allowed !== true && allowed !== 'own') return undefined
  const names = own ?? identifyHost(bareHost(url.hostname))?.traceHeaders
  const { traceId, spanId, traceFlags } = span.spanContext()
  const sampled = (traceFlags & TraceFlags.SAMPLED) !== 0
  const headers = {
    ...(allowed === true && traceHeaders(span)),
    ...(names && sampled && { [names.traceId]: traceId, [names.parentSpanId]: spanId }),
  }
  return Object.keys(headers).length > 0 ? headers : undefined
}

/**
 * Compiles the option `propagate` to a function of a URL. `server` is the host that the call is addressed to, when known. With
 * `gateways`, other hosts on the way, such as one that issues tokens, get no headers, except on this machine; and a gateway that
 * ignores W3C headers gets its own.
 */
export function compilePropagate(
  rule: Propagate,
  identifyHost: (hostname: string) => HostFacts | undefined,
): (url: URL, server?: string) => Propagation {
  if (rule === 'all') return () => true
  if (rule === 'none') return () => false
  if (typeof rule === 'function') return (url) => isTrue(rule(url.href))
  if (rule === 'gateways') {
    const known = new Map<string, Propagation>()
    return (url, server) => {
      const host = bareHost(url.hostname)
      if (server !== undefined && host !== server && !LOOPBACK.test(host)) return false
      let allowed = known.get(host)
      if (allowed === undefined) {
        const facts = identifyHost(host)
        allowed = facts?.firstParty !== true ? true : facts.traceHeaders ? 'own' : false
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

/** Reports any other value than a boolean as a fault: a promise would count as true. */
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

/** Compares whole path segments: `/v1` is above `/v1/chat`, but not above `/v10`. */
function isBelow(path: string, above: string): boolean {
  if (!path.startsWith(above)) return false
  return above.endsWith('/') || path.length === above.length || '/?&'.includes(path[above.length] ?? '')
}
