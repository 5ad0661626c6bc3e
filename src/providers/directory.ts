/** What rows know together: whose host a request goes to, and which headers of an answer speak of it. */
import { asNumber } from '../kernel/json.js'
import type { FormatId } from '../kernel/protocol-ids.js'
import type { HostFacts } from '../telemetry/settings.js'
import type { ProviderRow } from '../kernel/provider.js'
import { STORE_HOSTS } from './store-hosts.js'

/** Who answers, and how. */
export interface Speaker {
  /** Value of `gen_ai.provider.name`. */
  readonly provider: string
  readonly formats: readonly FormatId[]
}

export interface Directory {
  /**
   * What is known of a host name. A host that belongs to nobody we know is `undefined`: a loopback or
   * private address, a company's own gateway.
   */
  readonly identifyHost: (hostname: string) => HostFacts | undefined
  /** The provider whose host this is, and the wire formats that are spoken there. */
  readonly speakerAt: (hostname: string) => Speaker | undefined
  /** The same of a provider, by its id or its name in telemetry. */
  readonly speakerNamed: (name: string) => Speaker | undefined
  /**
   * Whether a response header, by its name in lower case, is an id, a cost or a gateway's own. A name counts
   * wherever it comes from: gateways are at addresses of their owners, and one behind another.
   */
  readonly keepsHeader: (name: string) => boolean
  /**
   * USD that a gateway says an answer cost, in a header of its own. As with ids, the name counts and not the
   * address: a LiteLLM proxy stands anywhere.
   */
  readonly reportedCost: (headers: Pick<Headers, 'get'>) => number | undefined
}

/**
 * Nothing is worked out, and no row asked for, before it is needed.
 *
 * @param mayKnow - Whether a row may have the host name, in lower case. Default: any may.
 */
export function directoryOf(
  rows: () => readonly ProviderRow[],
  mayKnow: (hostname: string) => boolean = () => true,
): Directory {
  let hosts: HostIndex | undefined
  /** Calls ask for the same few, again and again. */
  const found = new Map<string, HostFacts | undefined>()
  const hostOf = (hostname: string): string => hostname.toLowerCase().replace(/\.$/, '')
  const index = (): HostIndex => (hosts ??= indexHosts(rows()))
  let keptHeaders: RegExp | undefined
  let costHeaders: ReadonlySet<string> | undefined
  return {
    identifyHost(hostname) {
      if (found.has(hostname)) return found.get(hostname)
      if (found.size >= 256) found.clear()
      const host = hostOf(hostname)
      const facts = mayKnow(host) ? find(index(), host) : undefined
      found.set(hostname, facts)
      return facts
    },
    speakerAt(hostname) {
      const host = hostOf(hostname)
      return mayKnow(host) ? rowOf(index(), host)?.speaker : undefined
    },
    speakerNamed(name) {
      const row = rows().find(({ id, telemetryName }) => id === name || telemetryName === name)
      return row && { provider: row.telemetryName ?? row.id, formats: row.protocols }
    },
    keepsHeader: (name) => (keptHeaders ??= patternOfHeaders(rows())).test(name),
    reportedCost(headers) {
      costHeaders ??= new Set(rows().flatMap(({ gateway }) => gateway?.costHeader ?? []))
      let cost: number | undefined
      for (const name of costHeaders) {
        const value = headers.get(name)?.trim()
        if (value) cost = asNumber(Number(value))
      }
      return cost
    },
  }
}

/** What is known of all hosts of a row. */
interface RowFacts {
  readonly facts: HostFacts
  /** Of a host of several rows the last one, with the formats of all; none for a store. */
  readonly speaker: Speaker | undefined
  readonly region: RegExp | undefined
}

interface HostIndex {
  readonly exact: ReadonlyMap<string, RowFacts>
  /** Keys begin with a dot. */
  readonly suffixes: ReadonlyMap<string, RowFacts>
  readonly patterns: readonly { readonly pattern: RegExp; readonly known: RowFacts }[]
}

function indexHosts(rows: readonly ProviderRow[]): HostIndex {
  const exact = new Map<string, RowFacts>()
  const suffixes = new Map<string, RowFacts>()
  const patterns: { pattern: RegExp; known: RowFacts }[] = []
  /** Rows may share a host, each with formats of its own. */
  const formats = new Map<string, FormatId[]>()
  for (const row of rows) {
    for (const host of hostsOf(row)) {
      const spoken = formats.get(host) ?? []
      spoken.push(...row.protocols)
      formats.set(host, spoken)
      const facts = factsOf(row)
      const known = { facts, speaker: { provider: facts.provider, formats: spoken }, region: row.region }
      if (host.includes('*')) patterns.push({ pattern: hostPattern(host), known })
      else if (host.startsWith('.')) suffixes.set(host, known)
      else exact.set(host, known)
    }
  }
  for (const host of STORE_HOSTS)
    suffixes.set(host, { facts: { firstParty: true }, speaker: undefined, region: undefined })
  return { exact, suffixes, patterns }
}

function factsOf({ id, telemetryName, gateway, joinsTraces, quirks }: ProviderRow) {
  return {
    provider: telemetryName ?? id,
    firstParty: gateway?.traceparent !== true && joinsTraces === undefined,
    ...(gateway?.traceHeaders && { traceHeaders: gateway.traceHeaders }),
    ...(quirks?.streamOptions !== undefined && { streamOptions: quirks.streamOptions }),
  }
}

/** Host names of a row. A local server's is anybody's. */
export function hostsOf({ hosts, baseURL }: ProviderRow): readonly string[] {
  return hosts ?? (baseURL.startsWith('https:') ? [baseURL.split('/', 3)[2] as string] : [])
}

function hostPattern(host: string): RegExp {
  return new RegExp(`^${host.replaceAll('.', '\\.').replaceAll('*', '[^.]+')}$`)
}

function find(index: HostIndex, host: string): HostFacts | undefined {
  const row = rowOf(index, host)
  const region = row?.region?.exec(`https://${host}`)?.[1]
  return row && (region === undefined ? row.facts : { ...row.facts, region })
}

function rowOf({ exact, suffixes, patterns }: HostIndex, host: string): RowFacts | undefined {
  const known = exact.get(host)
  if (known) return known
  for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
    const row = suffixes.get(host.slice(dot))
    if (row) return row
  }
  return patterns.find(({ pattern }) => pattern.test(host))?.known
}

function patternOfHeaders(rows: readonly ProviderRow[]): RegExp {
  const whole = new Set(['x-request-id'])
  const beginnings = new Set<string>()
  for (const { idHeaders, gateway } of rows) {
    for (const name of [...(idHeaders ?? []), ...(gateway?.idHeaders ?? [])]) whole.add(name)
    if (gateway?.costHeader !== undefined) whole.add(gateway.costHeader)
    for (const prefix of gateway?.headerPrefixes ?? []) beginnings.add(prefix)
  }
  const names = `(?:${[...whole].join('|')})$`
  return new RegExp(`^(?:${[...beginnings, names].join('|')})`)
}
