/** Every target of a client, each with one health that all its groups share. */
import { LISTED, missingProvider, type Catalogue } from '../kernel/catalogue.js'
import type { Clock } from '../kernel/clock.js'
import { ConfigError } from '../kernel/errors.js'
import { nearNames } from '../kernel/did-you-mean.js'
import type { Secrets } from '../kernel/redact/secrets.js'
import type { Environment } from './environment.js'
import { Health, type HealthPolicies } from './health.js'
import type { ProviderOptions, TargetOptions } from './options.js'
import { planProvider } from './provider-plan.js'
import { differingFields } from './deep-equal.js'
import { hasOwnProvider, identityOf, isOwnTarget, labelOf, markOf, OF_PROVIDER } from './target-name.js'
import type { TrackedTarget, PlannedProvider, Target } from './target.js'

export interface TargetsOptions {
  readonly providers: Readonly<Record<string, ProviderOptions>>
  readonly aliases: readonly string[]
  readonly env: Environment
  readonly catalogue: Catalogue
  readonly clock: Clock
  /** Collects those of the providers. */
  readonly secrets: Secrets
  readonly policies: HealthPolicies
  /** USD per million tokens of a target, computed on first use. */
  readonly price: (target: Target) => number | undefined
}

/** The options of a target, and the path where they come first. */
interface TargetSettings {
  readonly path: string
  readonly identity: Partial<TargetOptions>
}

interface CalledTarget {
  readonly holding: TrackedTarget
  /** The number of cached routes that lead there. */
  routes: number
}

export class Targets {
  private readonly options: TargetsOptions
  private readonly planned = new Map<string, PlannedProvider>()
  private readonly configured = new Map<string, TrackedTarget>()
  private readonly asked = new Map<string, CalledTarget>()
  private readonly said = new WeakMap<TrackedTarget, TargetSettings>()

  /** @throws ConfigError on a provider that cannot be planned. */
  constructor(options: TargetsOptions) {
    this.options = options
    for (const id of Object.keys(options.providers)) this.provider(id)
  }

  /** In the order in which they were first named. */
  all(): readonly TrackedTarget[] {
    return [...this.configured.values(), ...[...this.asked.values()].map(({ holding }) => holding)]
  }

  find(id: string): TrackedTarget | undefined {
    return this.configured.get(id) ?? this.asked.get(id)?.holding
  }

  /** The target of a call's model string. @throws ConfigError when it names no target. */
  ask(model: string, path: string): TrackedTarget {
    const { id, name, provider } = this.parse(model, path)
    const known = this.find(`${id}/${name}`)
    if (known) return known
    return this.hold({ id: `${id}/${name}`, model: name, base: baseIn(provider, name), provider, facts: {} }, false)
  }

  /**
   * The target of an entry in the configuration. Entries of one model are one target, unless their provider, limits or
   * names differ. Entries of one name are one target everywhere, and must be equal.
   *
   * @param fallbackName - The name for a target that needs one and has none.
   * @param kept - `false` for a target that a call's model string made from a wildcard: it is dropped with the last route
   * to it.
   * @throws ConfigError when it names no target, or two that differ have one name.
   */
  configure(options: TargetOptions, path: string, fallbackName: string, kept = true): TrackedTarget {
    const { id, name, provider } = this.parse(options.model, path, hasOwnProvider(options))
    const apart = isOwnTarget(options)
    const full = `${id}/${name}${apart ? `#${labelOf(options) ?? fallbackName}` : ''}`
    const known = kept ? this.configured.get(full) : this.find(full)
    const identity = identityOf(options)
    if (known) {
      if (apart) this.refuseOther(full, known, { path, identity })
      return known
    }
    const planned = hasOwnProvider(options) ? this.changed(id, options, path) : provider
    const { region, base = baseIn(planned, name) } = options
    // A copy: the program may change its object later.
    const limits = options.limits && { ...options.limits }
    const holding = this.hold({ id: full, model: name, base, provider: planned, limits, facts: { region } }, kept)
    this.said.set(holding, { path, identity })
    return holding
  }

  /** Whether a model string begins with a known provider. */
  knows(model: string): boolean {
    const at = markOf(model)
    return at > 0 && at < model.length - 1 && this.provider(model.slice(0, at)) !== undefined
  }

  /** @throws ConfigError when there is no such provider. */
  requireProvider(id: string, path: string): PlannedProvider {
    const provider = this.provider(id)
    if (!provider) throw missingProvider(this.options.catalogue, Object.keys(this.options.providers), id, path)
    return provider
  }

  /** What is missing to call a target, in words; `undefined` when nothing is, or its provider is not known. */
  lacking(options: TargetOptions): string | undefined {
    const at = markOf(options.model)
    const provider = at > 0 ? this.provider(options.model.slice(0, at)) : undefined
    return provider && (hasOwnProvider(options) ? this.with(provider.id, options) : provider).missing
  }

  /** @throws ConfigError where {@link configure} would refuse the target by itself. */
  check(options: TargetOptions, path: string): void {
    const changes = hasOwnProvider(options)
    const { id } = this.parse(options.model, path, changes)
    if (changes) this.changed(id, options, path)
  }

  /** A route to these targets was cached. */
  retain(ids: readonly string[]): void {
    for (const id of ids) {
      const asked = this.asked.get(id)
      if (asked) asked.routes += 1
    }
  }

  /** Such a route was evicted. Targets that only calls have named are dropped with the last one. */
  release(ids: readonly string[]): void {
    for (const id of ids) {
      const asked = this.asked.get(id)
      if (!asked) continue
      asked.routes -= 1
      if (asked.routes <= 0) this.asked.delete(id)
    }
  }

  /** Drops targets of a call that no route leads to, because another name in the call was wrong. */
  dropUnused(): void {
    for (const [id, { routes }] of this.asked) if (routes === 0) this.asked.delete(id)
  }

  private refuseOther(full: string, known: TrackedTarget, { path, identity }: TargetSettings): void {
    const said = this.said.get(known)
    const differing = said ? differingFields(said.identity, identity) : []
    if (!said || differing.length === 0) return
    const many = differing.map((name) => `\`${name}\``).join(', ')
    throw new ConfigError(
      path,
      `there are two targets \`${full}\`, here and at ${said.path}, that differ in ${many}; give each a \`name\` of its own`,
    )
  }

  /** `provider/model` or `provider:model`: the first of both marks divides, so a model's name may contain both. */
  private parse(model: string, path: string, changed = false): { id: string; name: string; provider: PlannedProvider } {
    const at = markOf(model)
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
    const provider = this.requireProvider(id, path)
    if (!changed && provider.missing !== undefined) {
      throw new ConfigError(path, provider.missing, { provider: id, model: name })
    }
    return { id, name, provider }
  }

  /** @throws ConfigError when the key or a part of the address is missing. */
  private changed(id: string, options: TargetOptions, path: string): PlannedProvider {
    const planned = this.with(id, options)
    if (planned.missing !== undefined) throw new ConfigError(path, planned.missing, { provider: id })
    return planned
  }

  /** The provider with the changes of one of its targets. */
  private with(id: string, options: TargetOptions): PlannedProvider {
    const changes = Object.fromEntries(
      OF_PROVIDER.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])),
    )
    const { catalogue, env, secrets } = this.options
    const own = { ...this.ownOf(id) }
    if (options.apiKey !== undefined || options.apiKeyEnv !== undefined) {
      delete own.apiKey
      delete own.apiKeyEnv
    }
    return planProvider(id, { ...own, ...changes }, catalogue, env, secrets)
  }

  private ownOf(id: string): ProviderOptions | undefined {
    const { providers } = this.options
    return Object.hasOwn(providers, id) ? providers[id] : undefined
  }

  private provider(id: string): PlannedProvider | undefined {
    const known = this.planned.get(id)
    if (known) return known
    const { catalogue, env, secrets } = this.options
    const own = this.ownOf(id)
    if (!catalogue.providers.has(id) && !own) return undefined
    const planned = planProvider(id, own ?? {}, catalogue, env, secrets)
    this.planned.set(id, planned)
    return planned
  }

  private hold(target: Target, kept: boolean): TrackedTarget {
    const { clock, policies, price } = this.options
    const frozen = Object.freeze(target)
    const holding = { target: frozen, health: new Health(policies, clock, { price: () => price(frozen) }) }
    if (kept) this.configured.set(target.id, holding)
    else this.asked.set(target.id, { holding, routes: 0 })
    return holding
  }
}

function baseIn({ bases }: PlannedProvider, model: string): string | undefined {
  return bases && Object.hasOwn(bases, model) ? bases[model] : undefined
}
