/** Compiles the options once to a frozen plan for all calls. */
import type { Catalogue } from '../kernel/catalogue.js'
import type { Clock } from '../kernel/clock.js'
import { ConfigError } from '../kernel/errors.js'
import { Secrets } from '../kernel/redact/secrets.js'
import { cooldownPolicy } from '../policies/cooldown.js'
import { DEFAULT_RETRIES, type RetryPolicy } from '../policies/retry.js'
import { timeoutPolicy, type TimeoutPolicy } from '../policies/timeout.js'
import { Aliases } from './aliases.js'
import type { Environment } from './environment.js'
import { findMissingKeys, missingKeysError, type SkippedTarget } from './missing-keys.js'
import { namedModels, type NamedModels } from './named-models.js'
import type { ClientOptions, FallbackOptions } from './options.js'
import type { Fallback, Route } from './route.js'
import { checkScopes } from './scope-check.js'
import type { TrackedTarget, Target } from './target.js'
import { Targets } from './targets.js'

export interface Plan {
  /** Keys and other secrets that must never be shown. */
  readonly secrets: Secrets
  readonly retries: RetryPolicy
  readonly timeout: TimeoutPolicy
  readonly dropUnsupported: boolean
  readonly whenAllInCooldown: 'soonest' | 'reject'
  /** @throws ConfigError when the string names no target. */
  route(model: string): Route
  /** What follows the targets of `route`: `fallbacks`, or those of the alias and of the options (`false`: none). */
  fallbacks(route: Route, fallbacks?: readonly FallbackOptions[] | false): readonly Fallback[]
  /** The names in the option `models` that can be called. */
  readonly aliases: readonly string[]
  /** What the options name, so that nothing else need be called. */
  readonly named: NamedModels
  /** Every target that the options or a call has named. */
  targets(): readonly TrackedTarget[]
  /** Targets that the options name and that were left out (`skipWithoutKey`). */
  readonly skipped: readonly SkippedTarget[]
}

export interface PlanSources {
  readonly env: Environment
  /** The formats and the providers that the options may name. */
  readonly catalogue: Catalogue
  readonly clock: Clock
  /** 0 up to 1. */
  readonly random: () => number
  /** USD per million tokens of a target. */
  readonly price: (target: Target) => number | undefined
}

/** @throws ConfigError on an unknown provider, a model without one, a missing key, or an alias cycle. */
export function compilePlan(options: ClientOptions, sources: PlanSources): Plan {
  const { clock, random } = sources
  const retries = typeof options.retries === 'number' ? { max: options.retries } : options.retries
  const policy: RetryPolicy = Object.freeze({ ...DEFAULT_RETRIES, ...given(retries ?? {}) })
  const cooldown = cooldownPolicy(options.cooldown)
  const aliasOptions = options.models ?? {}
  const secrets = new Secrets()
  const targets = new Targets({
    ...sources,
    secrets,
    providers: options.providers ?? {},
    aliases: Object.keys(aliasOptions),
    policies: { cooldown, retryShare: policy.budget },
  })
  const missing = findMissingKeys({ models: aliasOptions, fallbacks: options.fallbacks ?? [] }, targets)
  if (options.skipWithoutKey !== true) {
    const error = missingKeysError(missing)
    if (error) throw error
  }
  const { empty, skips } = missing
  const ready = Object.fromEntries(Object.entries(aliasOptions).filter(([name]) => !empty.has(name)))
  const aliases = new Aliases({ aliases: ready, targets, clock, random, skips })
  const standing = aliases.fallbacks(options.fallbacks ?? [], 'fallbacks')
  checkScopes(options, targets)
  return Object.freeze({
    secrets,
    retries: policy,
    timeout: Object.freeze(timeoutPolicy(options.timeout)),
    dropUnsupported: options.dropUnsupported ?? false,
    whenAllInCooldown: (options.cooldown && options.cooldown.whenAllInCooldown) || 'soonest',
    route(model: string) {
      const lacking = empty.size > 0 && !aliases.knows(model) ? missing.lacking(model) : undefined
      if (lacking !== undefined) throw new ConfigError('model', `no target of \`${model}\` can be called: ${lacking}`)
      return aliases.route(model)
    },
    fallbacks(route: Route, own?: readonly FallbackOptions[] | false) {
      if (own === undefined) return standing.length === 0 ? route.fallbacks : [...route.fallbacks, ...standing]
      return own === false ? [] : aliases.askedFallbacks(own)
    },
    aliases: Object.freeze(Object.keys(ready)),
    named: namedModels(
      options,
      (id) => Object.hasOwn(options.providers ?? {}, id) || sources.catalogue.providers.has(id),
    ),
    targets: () => targets.all(),
    skipped: Object.freeze(missing.targets),
  })
}

/** Without options that are `undefined`, which means the default. */
function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>
}
