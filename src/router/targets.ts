/** Every target of a client, each with one health, whatever groups it stands in. */
import { LISTED, missingProvider, type Catalogue } from '../kernel/catalogue.js'
import type { Clock } from '../kernel/clock.js'
import { ConfigError } from '../kernel/errors.js'
import { nearNames } from '../kernel/near.js'
import type { Environment } from './environment.js'
import { Health, type HealthPolicies } from './health.js'
import type { ProviderOptions, TargetOptions } from './options.js'
import { planProvider } from './provider-plan.js'
import type { Holding, PlannedProvider, Target } from './target.js'

/** Options of a target that change its provider. */
const OF_PROVIDER = ['apiKey', 'apiKeyEnv', 'baseURL', 'variables', 'credentials', 'headers'] as const

function hasOwnProvider(options: TargetOptions): boolean {
  return OF_PROVIDER.some((name) => options[name] !== undefined)
}

export interface TargetsOptions {
  readonly providers: Readonly<Record<string, ProviderOptions>>
  readonly aliases: readonly string[]
  readonly env: Environment
  readonly catalogue: Catalogue
  readonly clock: Clock
  readonly policies: HealthPolicies
  /** USD per million tokens of a target; worked out when first asked for. */
  readonly price: (target: Target) => number | undefined
}

export class Targets {
  private readonly options: TargetsOptions
  private readonly planned = new Map<string, PlannedProvider>()
  private readonly configured = new Map<string, Holding>()
  private readonly asked = new Map<string, Holding>()
  /** Where in the options a target was configured. */
  private readonly paths = new WeakMap<Holding, string>()

  /** @throws ConfigError on a provider that cannot be planned. */
  constructor(options: TargetsOptions) {
    this.options = options
    for (const id of Object.keys(options.providers)) this.provider(id)
  }

  /** In the order in which they were first named. */
  all(): readonly Holding[] {
    return [...this.configured.values(), ...this.asked.values()]
  }

  find(id: string): Holding | undefined {
    return this.configured.get(id) ?? this.asked.get(id)
  }

  /** Of a model string that a call brings. @throws ConfigError when it names no target. */
  ask(model: string, path: string): Holding {
    const { id, name, provider } = this.parse(model, path)
    const known = this.find(`${id}/${name}`)
    if (known) return known
    return this.hold({ id: `${id}/${name}`, model: name, provider, facts: {} }, this.asked)
  }

  /**
   * Of the configuration. Targets of one model are one, unless their provider, limits or names differ.
   *
   * @param fallbackName - For a target that must have a name and has none.
   * @param kept - `false` for one that a call's model string made of a wildcard: {@link forget} drops it.
   * @throws ConfigError when it names no target, or two targets have one name.
   */
  configure(options: TargetOptions, path: string, fallbackName: string, kept = true): Holding {
    const { id, name, provider } = this.parse(options.model, path, hasOwnProvider(options))
    const label = options.name ?? options.region
    const apart = label !== undefined || hasOwnProvider(options) || options.limits !== undefined
    const full = `${id}/${name}${apart ? `#${label ?? fallbackName}` : ''}`
    const known = kept ? this.configured.get(full) : this.find(full)
    // Several strings can fill one entry of a wildcard to one target.
    if (known && (!apart || (!kept && this.paths.get(known) === path))) return known
    if (known) throw new ConfigError(path, `there are two targets \`${full}\`; give each a \`name\` of its own`)
    const planned = hasOwnProvider(options) ? this.changed(id, options, path) : provider
    const { limits, region } = options
    const into = kept ? this.configured : this.asked
    const holding = this.hold({ id: full, model: name, provider: planned, limits, facts: { region } }, into)
    this.paths.set(holding, path)
    return holding
  }

  /** Drops what only calls have named. */
  forget(): void {
    this.asked.clear()
  }

  /** `provider/model` or `provider:model`: whichever mark comes first divides, so a model may hold both. */
  private parse(model: string, path: string, changed = false): { id: string; name: string; provider: PlannedProvider } {
    const at = model.search(/[/:]/)
    if (at <= 0 || at === model.length - 1) {
      const suggested = nearNames(model, this.options.aliases)
      const hint =
        suggested.length > 0 ? `; did you mean the alias ${suggested.map((name) => `\`${name}\``).join(' or ')}?` : ''
      throw new ConfigError(
        path,
        `\`${model}\` names no provider: write provider/model, such as openai/gpt-5.4, or add it to \`models\`${hint}${LISTED}`,
      )
    }
    const id = model.slice(0, at)
    const name = model.slice(at + 1)
    const provider = this.provider(id)
    if (!provider) throw missingProvider(this.options.catalogue, Object.keys(this.options.providers), id, path)
    if (!changed && provider.missing !== undefined) {
      throw new ConfigError(path, provider.missing, { provider: id, model: name })
    }
    return { id, name, provider }
  }

  private changed(id: string, options: TargetOptions, path: string): PlannedProvider {
    const changes = Object.fromEntries(
      OF_PROVIDER.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])),
    )
    const { catalogue, env } = this.options
    const own = { ...this.ownOf(id) }
    if (options.apiKey !== undefined || options.apiKeyEnv !== undefined) {
      delete own.apiKey
      delete own.apiKeyEnv
    }
    const planned = planProvider(id, { ...own, ...changes }, catalogue, env)
    if (planned.missing !== undefined) throw new ConfigError(path, planned.missing, { provider: id })
    return planned
  }

  private ownOf(id: string): ProviderOptions | undefined {
    const { providers } = this.options
    return Object.hasOwn(providers, id) ? providers[id] : undefined
  }

  private provider(id: string): PlannedProvider | undefined {
    const known = this.planned.get(id)
    if (known) return known
    const { catalogue, env } = this.options
    const own = this.ownOf(id)
    if (!catalogue.providers.has(id) && !own) return undefined
    const planned = planProvider(id, own ?? {}, catalogue, env)
    this.planned.set(id, planned)
    return planned
  }

  private hold(target: Target, into: Map<string, Holding>): Holding {
    const { clock, policies, price } = this.options
    const frozen = Object.freeze(target)
    const holding = { target: frozen, health: new Health(policies, clock, { price: () => price(frozen) }) }
    into.set(target.id, holding)
    return holding
  }
}
