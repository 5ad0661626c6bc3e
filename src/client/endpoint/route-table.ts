/** A route of the endpoint, and how one is found. */
import type { ProtocolId } from '../../kernel/protocol.js'
import type { Identity } from '../../telemetry/identity.js'
import type { Allowance } from '../admission/allowances.js'
import type { ClientContext } from '../context.js'
import type { Incoming } from './incoming.js'

/** What a request may do, and whom it is for. */
export interface Access {
  /** Called with each model that the request names. @throws TracestitchError for one that it may not use. */
  readonly admit?: ((model: string) => void) | undefined
  /** Wins over what the request says of itself. */
  readonly identity?: Identity | undefined
  /** What the calls of `identity.key` may use. */
  readonly allowance?: Allowance | undefined
}

/** What the answer to a request is made with. */
export interface EndpointContext extends Access {
  readonly client: ClientContext
}

/** The parts of a path that a pattern names, decoded. */
export type PathParts = Readonly<Record<string, string>>

export interface Route {
  readonly method: 'GET' | 'POST'
  /** Whole paths, or patterns with named groups. */
  readonly paths: readonly (string | RegExp)[]
  /** The format in which its errors are written. */
  readonly errors: ProtocolId
  answer(endpoint: EndpointContext, incoming: Incoming, parts: PathParts): Promise<Response>
}

export interface FoundRoute {
  readonly route: Route
  readonly parts: PathParts
  /** The path with names in place of its parts, such as `/v1beta/models/{model}:generateContent`. */
  readonly pattern: string
}

/** Finds routes by method and path. */
export class RouteTable {
  private readonly whole = new Map<string, Route>()
  private readonly patterns: { readonly path: RegExp; readonly route: Route }[] = []

  constructor(routes: readonly Route[]) {
    for (const route of routes)
      for (const path of route.paths) {
        if (typeof path === 'string') this.whole.set(`${route.method} ${path}`, route)
        // With the places of its groups.
        else this.patterns.push({ path: new RegExp(path.source, `${path.flags}d`), route })
      }
  }

  find(method: string, path: string): FoundRoute | undefined {
    const route = this.whole.get(`${method} ${path}`)
    if (route) return { route, parts: {}, pattern: path }
    for (const entry of this.patterns) {
      if (entry.route.method !== method) continue
      const match = entry.path.exec(path)
      if (match) return { route: entry.route, parts: decoded(match.groups ?? {}), pattern: patternOf(path, match) }
    }
    return undefined
  }

  /** The methods that a path has. */
  methods(path: string): readonly string[] {
    return ['GET', 'POST'].filter((method) => this.find(method, path) !== undefined)
  }
}

function patternOf(path: string, { indices }: RegExpExecArray): string {
  const groups = Object.entries(indices?.groups ?? {}).filter(([, at]) => at !== undefined)
  // From the end, so that places before it stay.
  return groups
    .toSorted(([, a], [, b]) => b[0] - a[0])
    .reduce((text, [name, [from, to]]) => `${text.slice(0, from)}{${name}}${text.slice(to)}`, path)
}

/** Ids of models have slashes and colons, which some clients escape. */
function decoded(groups: Record<string, string | undefined>): PathParts {
  const entries = Object.entries(groups).map(([name, value = '']) => {
    try {
      return [name, decodeURIComponent(value)] as const
    } catch {
      return [name, value] as const
    }
  })
  return Object.fromEntries(entries)
}
