/** What the rows know together: whose host a request goes to, and which headers of an answer speak of it. */
import { asNumber } from '../kernel/json.js'
import type { HostFacts } from '../telemetry/settings.js'
import type { ProviderRow } from '../kernel/provider.js'
import { providers } from './index.js'

interface Directory {
  readonly exact: ReadonlyMap<string, HostFacts>
  /** Keys begin with a dot. */
  readonly suffixes: ReadonlyMap<string, HostFacts>
  readonly patterns: readonly { readonly pattern: RegExp; readonly facts: HostFacts }[]
}

let directory: Directory | undefined

function buildDirectory(): Directory {
  const exact = new Map<string, HostFacts>()
  const suffixes = new Map<string, HostFacts>()
  const patterns: { pattern: RegExp; facts: HostFacts }[] = []
  function add(hosts: readonly string[], facts: HostFacts): void {
    for (const host of hosts) {
      if (host.includes('*')) patterns.push({ pattern: hostPattern(host), facts })
      else if (host.startsWith('.')) suffixes.set(host, facts)
      else exact.set(host, facts)
    }
  }
  for (const row of providers.values()) {
    add(hostsOf(row), { provider: row.telemetryName ?? row.id, firstParty: row.gateway?.traceparent !== true })
  }
  return { exact, suffixes, patterns }
}

/** A local server's host is anybody's. */
function hostsOf({ hosts, baseURL }: ProviderRow): readonly string[] {
  return hosts ?? (baseURL.startsWith('https:') ? [baseURL.split('/', 3)[2] as string] : [])
}

function hostPattern(host: string): RegExp {
  return new RegExp(`^${host.replaceAll('.', '\\.').replaceAll('*', '[^.]+')}$`)
}

/**
 * What is known of a host name. A host that belongs to nobody we know is `undefined`: a loopback or
 * private address, a company's own gateway.
 */
export function identifyHost(hostname: string): HostFacts | undefined {
  directory ??= buildDirectory()
  const host = hostname.toLowerCase().replace(/\.$/, '')
  const known = directory.exact.get(host)
  if (known) return known
  for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
    const facts = directory.suffixes.get(host.slice(dot))
    if (facts) return facts
  }
  return directory.patterns.find(({ pattern }) => pattern.test(host))?.facts
}

let keptHeaders: RegExp | undefined

/**
 * Whether a response header, by its name in lower case, is an id, a cost or a gateway's own. A name counts
 * wherever it comes from: gateways stand at addresses of their owners, and one behind another.
 */
export function keepsHeader(name: string): boolean {
  keptHeaders ??= buildKeptHeaders()
  return keptHeaders.test(name)
}

let costHeaders: ReadonlySet<string> | undefined

/**
 * USD that a gateway says an answer cost, in a header of its own. As with ids, the name counts and not the
 * address: a LiteLLM proxy stands anywhere.
 */
export function reportedCost(headers: Pick<Headers, 'forEach'>): number | undefined {
  costHeaders ??= new Set([...providers.values()].flatMap(({ gateway }) => gateway?.costHeader ?? []))
  let cost: number | undefined
  headers.forEach((value, name) => {
    if (costHeaders?.has(name.toLowerCase()) && value.trim() !== '') cost = asNumber(Number(value))
  })
  return cost
}

function buildKeptHeaders(): RegExp {
  const whole = new Set(['x-request-id'])
  const beginnings = new Set<string>()
  for (const { idHeaders, gateway } of providers.values()) {
    for (const name of [...(idHeaders ?? []), ...(gateway?.idHeaders ?? [])]) whole.add(name)
    if (gateway?.costHeader !== undefined) whole.add(gateway.costHeader)
    for (const prefix of gateway?.headerPrefixes ?? []) beginnings.add(prefix)
  }
  return new RegExp(`^(?:${[...beginnings].join('|')}|(?:${[...whole].join('|')})$)`)
}
