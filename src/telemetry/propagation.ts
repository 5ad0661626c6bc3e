/** W3C Trace Context (https://www.w3.org/TR/trace-context/) on outgoing requests, and the rule for which requests. */
import { isSpanContextValid, TraceFlags, type Span } from '@opentelemetry/api'
import type { TraceHeaders } from '../kernel/provider.js'
import { runHook } from '../kernel/guard.js'
import { type HostFacts, type Propagation, type TelemetrySettings } from './settings.js'

/** `gateways`: every host but those of vendors whose servers do not join the trace. A string matches a host or a URL's beginning. */
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
 * The headers that a request to `url` carries for `span`; `undefined` for none. A gateway that has headers of its own for
 * this gets them too, when there will be a span to link to.
 *
 * @param server - Host that the call is addressed to, when known.
 * @param own - Those headers, where the gateway is known and is at an address of its owner's.
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
 * Compiles the `propagate` option to one decision about a URL. `server` is the host that the call is
 * addressed to, when known: with `gateways`, other hosts that are reached on the way (for a token, say)
 * receive nothing, the program's own machine aside; a gateway that takes no W3C headers receives its own.
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
