/**
 * Model calls that no layer above traces, as they are seen on the wire: those of an SDK that a bundler has swallowed or that nobody
 * knows, and those that a program makes by `fetch` or `node:http` itself. Each becomes a call.
 */
import { context, trace, type Context } from '@opentelemetry/api'
import type { ClientRequest } from 'node:http'
import { guard } from '../../kernel/guard.js'
import { isObject } from '../../kernel/json.js'
import { startCall } from '../../telemetry/spans/call.js'
import { carriesContext } from '../../telemetry/set-up/global-api.js'
import type { FetchBegun, FetchRequest } from '../../telemetry/propagation/fetch-requests.js'
import type { HeaderGetter, Http2Begun } from '../../telemetry/propagation/http2-requests.js'
import { mayBeOf } from '../../telemetry/spans/open-calls.js'
import { kindOf } from '../../telemetry/spans/operation-kind.js'
import { serverOf } from '../../telemetry/spans/attributes.js'
import { hasListener } from '../../telemetry/spans/start-span.js'
import * as semconv from '../../telemetry/semconv.js'
import type { Outside, UndiciRequest } from '../../telemetry/propagation/trace-headers.js'
import type { IntegrationEntry, ReportEntry } from '../contract.js'
import { formatOf } from '../calls/formats.js'
import { WIRE } from '../options.js'
import type { Unread } from '../calls/reader.js'
import { warn } from '../report.js'
import type { NamedEndpoint } from './named-endpoints.js'
import { Endpoints, type Endpoint, type Hosts, type LeavingRequest } from './wire-endpoints.js'
import { WireExchange } from './wire-exchange.js'
import { Redirects } from './wire-redirects.js'
import { tapFetch } from './wire-fetch.js'
import { tapHttp } from './wire-http.js'
import { tapHttp2 } from './wire-http2.js'
import { canTapUndici, tapUndici, undiciHeader } from './wire-undici.js'

/** Hosts that are told of. */
const MOST_HOSTS = 50

export interface WireNetOptions extends Hosts {
  readonly integrations: readonly IntegrationEntry[]
  /** The user's: `false` turns one off, and then its calls are none of ours. */
  readonly options: Readonly<Record<string, unknown>> | undefined
  readonly endpoints: readonly NamedEndpoint[]
  /** Looks for SDKs that have loaded unseen, so that their next calls are traced by their integration. */
  readonly look: () => void
}

/** What is known of the host of a call, for the report. */
interface Seen {
  readonly endpoint: Endpoint
  status: 'patched' | 'untraced'
  readonly details: Set<string>
}

export class WireNet implements Outside {
  private readonly options: WireNetOptions
  private readonly endpoints: Endpoints
  private readonly hosts = new Map<string, Seen>()
  private readonly redirects = new Redirects<WireExchange>()

  constructor(options: WireNetOptions) {
    this.options = options
    this.endpoints = new Endpoints(options.endpoints, options)
  }

  undici(request: UndiciRequest): Context | undefined {
    const url = (): URL => new URL(request.path, request.origin)
    const header: HeaderGetter = (name) => undiciHeader(request, name)
    const canTap = (): boolean => canTapUndici(request)
    const exchange = this.begin({ path: request.path, url, header }, canTap)
    if (exchange) tapUndici(request, exchange)
    return exchange?.context
  }

  http(request: ClientRequest, url: () => URL): Context | undefined {
    const header: HeaderGetter = (name) => request.getHeader(name)
    const exchange = this.begin({ path: request.path, url, header })
    if (exchange) tapHttp(request, exchange)
    return exchange?.context
  }

  http2(url: () => URL, header: HeaderGetter): Http2Begun | undefined {
    const path = header(':path')
    const exchange = this.begin({ path: typeof path === 'string' ? path : '/', url, header })
    return (
      exchange && {
        context: exchange.context,
        attach: (stream) => tapHttp2(stream, exchange, () => header('content-type')),
      }
    )
  }

  fetch(request: FetchRequest): FetchBegun | undefined {
    const { url, header } = request
    const exchange = this.begin({ path: url.pathname, url: () => url, header })
    return exchange && { context: exchange.context, attach: tapFetch(request, exchange) }
  }

  report(): ReportEntry[] {
    return [...this.hosts].map(([host, { status, details }]) => ({
      integration: WIRE,
      package: host,
      version: undefined,
      format: undefined,
      status,
      detail: [...details].join('; '),
    }))
  }

  private begin(request: LeavingRequest, canTap?: () => boolean): WireExchange | undefined {
    return guard('wire', () => {
      const followed = this.redirects.follows(request.url)
      if (followed) return followed
      const endpoint = this.endpoints.at(request)
      return endpoint && this.isWanted(endpoint) ? this.exchange(endpoint, request.url(), canTap) : undefined
    })
  }

  private exchange(endpoint: Endpoint, url: URL, canTap: (() => boolean) | undefined): WireExchange | undefined {
    const operation = formatOf(endpoint.format).operation ?? 'chat'
    const server = serverOf(url.origin)?.address
    // Where calls cannot be told from others: nothing carries the context, or a queue has lost that of a call that is open.
    if (!hasListener() || !carriesContext()) return undefined
    if (mayBeOf({ operation: kindOf(operation), model: undefined, server }) || isTracedElsewhere()) return undefined
    const seen = this.seen(url.host, endpoint)
    if (canTap?.() === false) return this.cannotRead(url.host, seen)
    const call = startCall({
      operation,
      layer: 'wire',
      provider: endpoint.provider,
      model: undefined,
      request: undefined,
      baseURL: url.origin,
    })
    call.seen()
    return new WireExchange(call, {
      endpoint,
      url,
      sentIn: context.active(),
      redirects: this.redirects,
      report: (what: Unread) => seen?.details.add(`an ${what} at ${url.pathname} could not be read`),
    })
  }

  /** Told once a host. */
  private seen(host: string, endpoint: Endpoint): Seen | undefined {
    const known = this.hosts.get(host)
    if (known || this.hosts.size >= MOST_HOSTS) return known
    this.options.look()
    const seen: Seen = { endpoint, status: 'patched', details: new Set([this.adviceFor(endpoint)]) }
    this.hosts.set(host, seen)
    return seen
  }

  private adviceFor({ provider }: Endpoint): string {
    const integration = this.options.integrations.find(({ providers }) => providers?.includes(provider))
    const [name] = integration?.packages ?? []
    const handIn =
      integration && name !== undefined
        ? `; where ${name} makes the requests inside a bundle, autolog({ modules: { '${integration.id}': … } }) shows its calls as they are made`
        : ''
    return `its calls are traced as they pass on the wire${handIn}`
  }

  private cannotRead(host: string, seen: Seen | undefined): undefined {
    if (!seen || seen.status === 'untraced') return
    seen.status = 'untraced'
    seen.details.clear()
    seen.details.add(
      'the undici that made the request has a shape that is not known; use createClient() or trace(), and report its version',
    )
    warn(`a model call to ${host} is not traced: ${[...seen.details].join('; ')}`)
  }

  /** Not of an SDK whose integration is off, nor where a layer over any SDK is: nobody can tell whose call it is. */
  private isWanted({ provider }: Endpoint): boolean {
    const { integrations, options } = this.options
    if (options?.[WIRE] !== undefined) return options[WIRE] !== false
    return !integrations.some(
      ({ id, providers }) => options?.[id] === false && (!providers || providers.includes(provider)),
    )
  }
}

/** Spans of other tools that are a model call, and that `startCall` does not know as this very one. */
const NAMES_A_MODEL = /^(?:gen_ai\.request\.model|llm\.(?:request\.)?model(?:_name)?|ai\.model\.id)$/
/** What tells another step than a model call: an agent, a tool. */
const KINDS = [semconv.OPERATION_NAME, 'openinference.span.kind', 'traceloop.span.kind']

/** Within a span of another tool, which tells of the call in words that are not known here. */
function isTracedElsewhere(): boolean {
  const span = trace.getSpan(context.active()) as
    | { attributes?: unknown; instrumentationScope?: { name?: string } }
    | undefined
  if (!span || span.instrumentationScope?.name === 'tracestitch' || !isObject(span.attributes)) return false
  const { attributes } = span
  const said = KINDS.map((name) => attributes[name]).find((kind) => typeof kind === 'string')
  // A kind that is known is compared where the call begins.
  return said === undefined && Object.keys(attributes).some((name) => NAMES_A_MODEL.test(name))
}
