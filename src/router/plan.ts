/** Options compiled once to a frozen plan; a call only looks up. */
import { LISTED, missingProvider, type Catalogue } from '../kernel/catalogue.js'
import { ConfigError } from '../kernel/errors.js'
import { nearNames } from '../kernel/near.js'
import { DEFAULT_RETRIES, type RetryPolicy } from '../policies/retry.js'
import { timeoutPolicy, type TimeoutPolicy } from '../policies/timeout.js'
import type { AliasOptions, ClientOptions } from './options.js'
import { planProvider, type Environment } from './provider-plan.js'
import { ordered } from './strategies/ordered.js'
import { strategies } from './strategies/index.js'
import type { RoutedCall, Strategy } from './strategy.js'
import type { PlannedProvider, Target } from './target.js'

/** A model string resolved: where to go, in which order. */
export interface Route {
  /** Whether the model string was an alias. */
  readonly alias: boolean
  readonly strategy: Strategy
  readonly targets: readonly Target[]
}

export interface Plan {
  readonly retries: RetryPolicy
  readonly timeout: TimeoutPolicy
  readonly dropUnsupported: boolean
  /** @throws ConfigError when the string names no target. */
  route(model: string): Route
  /**
   * Targets in the order to try them, each once: those of `call.model`, then `fallbacks` (default: those
   * of the options; `false`: none).
   */
  targets(call: RoutedCall, fallbacks?: readonly string[] | false): readonly Target[]
}

/** Model strings remembered at most; a program that makes them up must not grow without end. */
const MEMO_LIMIT = 1024

/**
 * @param catalogue - The formats and the providers that the options may name.
 * @throws ConfigError on an unknown provider, a model without one, a missing key, or an alias cycle.
 */
export function compilePlan(options: ClientOptions, env: Environment, catalogue: Catalogue): Plan {
  const aliases = new Map<string, Route>()
  const routes = new Map<string, Route>()
  const planned = new Map<string, PlannedProvider>()
  const own = options.providers ?? {}
  const aliasOptions = options.models ?? {}

  function provider(id: string): PlannedProvider | undefined {
    let found = planned.get(id)
    if (found) return found
    const changes = Object.hasOwn(own, id) ? own[id] : undefined
    if (!catalogue.providers.has(id) && !changes) return undefined
    found = planProvider(id, changes ?? {}, catalogue, env)
    planned.set(id, found)
    return found
  }

  /** `provider/model` or `provider:model`: whichever mark comes first divides, so a model may hold both. */
  function concrete(model: string, path: string): Target {
    const at = model.search(/[/:]/)
    if (at <= 0 || at === model.length - 1) {
      const suggested = nearNames(model, Object.keys(aliasOptions))
      const hint =
        suggested.length > 0 ? `; did you mean the alias ${suggested.map((name) => `\`${name}\``).join(' or ')}?` : ''
      throw new ConfigError(
        path,
        `\`${model}\` names no provider: write provider/model, such as openai/gpt-5.4, or add it to \`models\`${hint}${LISTED}`,
      )
    }
    const id = model.slice(0, at)
    const name = model.slice(at + 1)
    const found = provider(id)
    if (!found) throw missingProvider(catalogue, Object.keys(own), id, path)
    if (found.missing !== undefined) throw new ConfigError(path, found.missing, { provider: id, model: name })
    return Object.freeze({ id: `${id}/${name}`, model: name, provider: found })
  }

  function aliasRoute(name: string, trail: readonly string[]): Route {
    const done = aliases.get(name)
    if (done) return done
    const path = `models.${name}`
    if (trail.includes(name)) {
      throw new ConfigError(path, `is an alias of itself: ${[...trail, name].join(' → ')}; break the cycle`)
    }
    const { strategy, entries } = normalise(aliasOptions[name] as AliasOptions)
    const targets = entries.flatMap(({ model, at, dropUnsupported }) => {
      const found = Object.hasOwn(aliasOptions, model)
        ? aliasRoute(model, [...trail, name]).targets
        : [concrete(model, path + at)]
      return dropUnsupported === undefined
        ? found
        : found.map((target) => Object.freeze({ dropUnsupported, ...target }))
    })
    const route: Route = Object.freeze({ alias: true, strategy, targets: unique(targets) })
    aliases.set(name, route)
    return route
  }

  function route(model: string, path = 'model'): Route {
    if (Object.hasOwn(aliasOptions, model)) return aliasRoute(model, [])
    let found = routes.get(model)
    if (!found) {
      found = Object.freeze({ alias: false, strategy: ordered, targets: Object.freeze([concrete(model, path)]) })
      if (routes.size >= MEMO_LIMIT) routes.clear()
      routes.set(model, found)
    }
    return found
  }

  for (const id of Object.keys(own)) provider(id)
  for (const name of Object.keys(aliasOptions)) aliasRoute(name, [])
  const standing = (options.fallbacks ?? []).flatMap((model, i) => route(model, `fallbacks[${i}]`).targets)
  const retries = typeof options.retries === 'number' ? { max: options.retries } : options.retries

  return Object.freeze({
    retries: Object.freeze({ ...DEFAULT_RETRIES, ...retries }),
    timeout: Object.freeze(timeoutPolicy(options.timeout)),
    dropUnsupported: options.dropUnsupported ?? false,
    route: (model: string) => route(model),
    targets(call: RoutedCall, fallbacks?: readonly string[] | false) {
      const { strategy, targets } = route(call.model)
      const chosen = strategy.order(targets, call)
      const further =
        fallbacks === undefined
          ? standing
          : fallbacks === false
            ? []
            : fallbacks.flatMap((model, i) => route(model, `fallbacks[${i}]`).targets)
      return further.length === 0 ? chosen : unique([...chosen, ...further])
    },
  })
}

interface AliasEntry {
  readonly model: string
  /** Where it stands in the alias, for messages. */
  readonly at: string
  readonly dropUnsupported: boolean | undefined
}

function normalise(alias: AliasOptions): { strategy: Strategy; entries: readonly AliasEntry[] } {
  if (typeof alias === 'string')
    return { strategy: ordered, entries: [{ model: alias, at: '', dropUnsupported: undefined }] }
  const list = 'targets' in alias ? alias.targets : alias
  const prefix = 'targets' in alias ? '.targets' : ''
  const named = 'targets' in alias && alias.strategy !== undefined ? strategies.get(alias.strategy) : undefined
  const all = 'targets' in alias ? alias.dropUnsupported : undefined
  const entries = list.map((entry, i) =>
    typeof entry === 'string'
      ? { model: entry, at: `${prefix}[${i}]`, dropUnsupported: all }
      : { model: entry.model, at: `${prefix}[${i}].model`, dropUnsupported: entry.dropUnsupported ?? all },
  )
  return { strategy: named ?? ordered, entries }
}

/** Each once, as it was named first. */
function unique(targets: readonly Target[]): readonly Target[] {
  const byId = new Map<string, Target>()
  for (const target of targets) if (!byId.has(target.id)) byId.set(target.id, target)
  return Object.freeze([...byId.values()])
}
