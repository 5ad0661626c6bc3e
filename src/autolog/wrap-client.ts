/** Instruments one client of an SDK, which is known by its shape, whoever made its class. */
import { ConfigError } from '../kernel/errors.js'
import { typeName } from '../kernel/json.js'
import { ClientNode, moduleOf, shownOf } from './client-view.js'
import type { IntegrationEntry, ModuleTarget } from './contract.js'
import { instrumentCall } from './calls/instrument-call.js'
import { createPatcher, type PatchSession } from './patch/patch.js'
import { warn } from './report.js'
import { hasShape } from './find/shapes.js'
import { keepWrapped } from './wrapped-clients.js'
import type { TelemetrySettings } from '../telemetry/settings.js'

export interface WrapParts extends Pick<TelemetrySettings, 'identifyHost'> {
  readonly integrations: readonly IntegrationEntry[]
}

interface Candidate {
  readonly id: string
  readonly target: ModuleTarget
  readonly classNames: ReadonlySet<string>
  /** How sure it is: its class has the name, its host is known, and how much of its shape was compared. */
  readonly rank: readonly [name: number, host: number, places: number]
}

export function wrapClient<T extends object>(client: T, parts: WrapParts): T {
  if (typeof client !== 'object' || client === null)
    throw new ConfigError('wrap(client)', `expected a client of an SDK, such as new OpenAI(), got ${typeName(client)}`)
  for (const { id, target, classNames } of candidatesFor(client, parts)) {
    const node = new ClientNode(client)
    const session = sessionFor(id, target)
    target.instrument(moduleOf(node, classNames), session.patcher)
    if (session.held === 0) continue
    keepWrapped(session)
    return shownOf(node) as T
  }
  const known = parts.integrations.filter(({ load }) => load().targets.some(({ shapes }) => shapes)).map(({ id }) => id)
  throw new ConfigError(
    'wrap(client)',
    `it has the shape of no known SDK (${known.join(', ')}). Pass the client itself, not a class, a resource or a function of it. ` +
      'For another SDK, autolog() traces its requests to known hosts, and with `endpoints` those to yours; or use trace()',
  )
}

function sessionFor(id: string, target: ModuleTarget): PatchSession {
  const said = new Set<string>()
  return createPatcher({
    integration: id,
    format: 'cjs',
    isOneClient: true,
    options: {},
    call: instrumentCall,
    report(method, what) {
      if (typeof what !== 'string' || said.has(method + what)) return
      said.add(method + what)
      warn(`${target.package}: ${method} gave an ${what} that cannot be read; its spans say so and have no usage`)
    },
  })
}

/** The likeliest first. */
function candidatesFor(client: object, { integrations, identifyHost }: WrapParts): Candidate[] {
  const names = classNamesOf(client)
  const provider = providerOf(client, identifyHost)
  const found = integrations.flatMap((entry): Candidate[] => {
    const isHost = provider !== undefined && entry.providers?.includes(provider) === true
    return entry.load().targets.flatMap((target): Candidate[] => {
      const shapes = Object.entries(target.shapes ?? {})
      const classNames = new Set(shapes.map(([name]) => name))
      const module = moduleOf(new ClientNode(client), classNames)
      const fitting = shapes.filter(([name, shape]) => hasShape(module[name], shape))
      if (fitting.length === 0) return []
      const isNamed = fitting.some(([name]) => names.has(name))
      const places = fitting.flatMap(([, shape]) => shape.flatMap((place) => place.split('.'))).length
      return [{ id: entry.id, target, classNames, rank: [Number(isNamed), Number(isHost), places] }]
    })
  })
  return found.toSorted((a, b) => b.rank[0] - a.rank[0] || b.rank[1] - a.rank[1] || b.rank[2] - a.rank[2])
}

/** Of the client's class, and of those that it extends. */
function classNamesOf(client: object): Set<string> {
  const names = new Set<string>()
  for (let at: unknown = Object.getPrototypeOf(client); at; at = Object.getPrototypeOf(at)) {
    const { constructor } = at as { constructor?: { name?: unknown } }
    if (typeof constructor?.name === 'string') names.add(constructor.name)
  }
  return names
}

function providerOf(client: object, identifyHost: WrapParts['identifyHost']): string | undefined {
  const { baseURL } = client as { baseURL?: unknown }
  return typeof baseURL === 'string' && URL.canParse(baseURL)
    ? identifyHost(new URL(baseURL).hostname)?.provider
    : undefined
}
