/** Which requests ask a model, by where they go: hosts and paths that the catalogue knows, and what the user names. */
import type { FormatId } from '../../kernel/protocol.js'
import type { VariantId } from '../../protocols/variants/variant.js'
import { WIRE_PATHS, type WirePath } from '../../protocols/shared/wire-paths.js'
import type { NamedEndpoint } from './named-endpoints.js'

/** What a request asks for. */
export interface Endpoint {
  /** Value of `gen_ai.provider.name`. */
  readonly provider: string
  readonly format: FormatId | VariantId
}

/** A request before it is sent. `path` may have a query. */
export interface LeavingRequest {
  readonly path: string
  readonly url: () => URL
  readonly header: (name: string) => unknown
}

/** Who answers somewhere, as `gen_ai.provider.name` has it, and in which formats. */
export interface Speaker {
  readonly provider: string
  readonly formats: readonly FormatId[]
}

export interface Hosts {
  readonly speakerAt: (hostname: string) => Speaker | undefined
  /** By the id of a provider, or its name in telemetry. */
  readonly speakerNamed: (name: string) => Speaker | undefined
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
    const speaker = provider === undefined ? undefined : this.hosts.speakerNamed(provider)
    const format = protocol ?? pathAt(pathname, speaker?.formats)?.format ?? pathAt(pathname)?.format
    if (format === undefined) return undefined
    return { provider: speaker?.provider ?? provider ?? makerOf(format), format }
  }

  private knownAt({ hostname, port, pathname }: URL, { header }: LeavingRequest): Endpoint | undefined {
    const speaker = this.hosts.speakerAt(hostname.replace(/^\[|\]$/g, ''))
    const found = speaker && pathAt(pathname, speaker.formats)
    if (found) return { provider: speaker.provider, format: found.format }
    const other = pathAt(pathname)
    if (!other) return undefined
    const { anywhere, format } = other
    if (speaker && FAMILY.test(format) && speaker.formats.some((spoken) => FAMILY.test(spoken)))
      return { provider: speaker.provider, format }
    if (!anywhere || (anywhere.header !== undefined && header(anywhere.header) === undefined)) return undefined
    if (anywhere.port !== undefined && anywhere.port !== port) return undefined
    return { provider: speaker?.provider ?? anywhere.provider, format }
  }
}

/** @param formats - Those that count. Default: all, but none whose path says little without its host. */
function pathAt(pathname: string, formats?: readonly FormatId[]): WirePath | undefined {
  const path = pathname.replace(/\/$/, '')
  return WIRE_PATHS.find(
    ({ end, within, format, anywhere, beside = format }) =>
      path.endsWith(end) &&
      (within === undefined || path.includes(within)) &&
      (formats === undefined
        ? beside === format || anywhere !== undefined
        : formats.some((spoken) => spoken === beside)),
  )
}

function isBelow(pathname: string, above: string): boolean {
  return pathname.startsWith(above) && (pathname.length === above.length || pathname[above.length] === '/')
}

function makerOf(format: FormatId | VariantId): string {
  return WIRE_PATHS.find((path) => path.format === format && path.anywhere)?.anywhere?.provider ?? OTHER_PROVIDER
}
