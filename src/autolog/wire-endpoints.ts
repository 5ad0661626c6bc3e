/** Which requests ask a model, by where they go: hosts and paths that the catalogue knows, and what the user names. */
import type { FormatId } from '../kernel/protocol.js'
import { WIRE_PATHS, type WirePath } from '../protocols/shared/wire-paths.js'
import type { HostFacts } from '../telemetry/settings.js'
import type { NamedEndpoint } from './named-endpoints.js'

/** What a request asks for. */
export interface Endpoint {
  /** Value of `gen_ai.provider.name`. */
  readonly provider: string
  readonly format: FormatId
}

/** A request before it is sent. `path` may have a query. */
export interface LeavingRequest {
  readonly path: string
  readonly url: () => URL
  readonly header: (name: string) => unknown
}

export interface Hosts {
  readonly identifyHost: (hostname: string) => HostFacts | undefined
  readonly identifyProvider: (name: string) => HostFacts | undefined
}

interface Named extends NamedEndpoint {
  readonly origin: string
  readonly pathname: string
}

/** One test for paths of all formats, which nearly every other request fails. */
let asksAModel: RegExp | undefined

/** A host that speaks one of these may have what else their maker has. */
const FAMILY = /^openai-/

const OTHER_PROVIDER = '_OTHER'

export class Endpoints {
  private readonly named: readonly Named[]
  private readonly hosts: Hosts

  constructor(named: readonly NamedEndpoint[], hosts: Hosts) {
    this.hosts = hosts
    this.named = named.map((endpoint) => {
      const { origin, pathname } = new URL(endpoint.url)
      return { ...endpoint, origin, pathname: pathname.replace(/\/$/, '') }
    })
  }

  /** `undefined` for a request that asks no model that is known. */
  at(request: LeavingRequest): Endpoint | undefined {
    const { path, url } = request
    asksAModel ??= new RegExp(`(?:${WIRE_PATHS.map(({ end }) => end).join('|')})/?(?:\\?|$)`)
    const isKnownPath = asksAModel.test(path)
    if (!isKnownPath && this.named.length === 0) return undefined
    const place = url()
    const own = this.named.find(({ origin, pathname }) => origin === place.origin && isBelow(place.pathname, pathname))
    if (own) return this.namedAt(own, place)
    return isKnownPath ? this.knownAt(place, request) : undefined
  }

  private namedAt({ provider, protocol }: Named, { pathname }: URL): Endpoint | undefined {
    const facts = provider === undefined ? undefined : this.hosts.identifyProvider(provider)
    const format = protocol ?? pathAt(pathname, facts?.formats)?.format ?? pathAt(pathname)?.format
    if (format === undefined) return undefined
    return { provider: facts?.provider ?? provider ?? makerOf(format), format }
  }

  private knownAt({ hostname, pathname }: URL, { header }: LeavingRequest): Endpoint | undefined {
    const facts = this.hosts.identifyHost(hostname.replace(/^\[|\]$/g, ''))
    const found = facts?.formats && pathAt(pathname, facts.formats)
    if (found) return { provider: facts.provider ?? OTHER_PROVIDER, format: found.format }
    const other = pathAt(pathname)
    if (!other) return undefined
    const { anywhere, format } = other
    const isOfFamily = FAMILY.test(format) && facts?.formats?.some((spoken) => FAMILY.test(spoken)) === true
    if (isOfFamily) return { provider: facts.provider ?? OTHER_PROVIDER, format }
    if (!anywhere || (anywhere.header !== undefined && header(anywhere.header) === undefined)) return undefined
    return { provider: facts?.provider ?? anywhere.provider, format }
  }
}

/** @param formats - Those that count. Default: all. */
function pathAt(pathname: string, formats?: readonly FormatId[]): WirePath | undefined {
  const path = pathname.replace(/\/$/, '')
  return WIRE_PATHS.find(
    ({ end, within, format }) =>
      path.endsWith(end) && (within === undefined || path.includes(within)) && (formats?.includes(format) ?? true),
  )
}

function isBelow(pathname: string, above: string): boolean {
  return pathname.startsWith(above) && (pathname.length === above.length || pathname[above.length] === '/')
}

function makerOf(format: FormatId): string {
  return WIRE_PATHS.find((path) => path.format === format && path.anywhere)?.anywhere?.provider ?? OTHER_PROVIDER
}
