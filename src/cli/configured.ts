/** The targets that options name, even if their keys or addresses are not set. */
import { everything } from '../whole-catalogue.js'
import { systemClock } from '../kernel/clock.js'
import type { Environment } from '../router/environment.js'
import type { ClientOptions } from '../router/options.js'
import { compilePlan } from '../router/plan.js'

export interface NamedTarget {
  readonly provider: string
  readonly model: string
}

/** Variables that hold addresses, for which a placeholder does not work. */
const addresses: ReadonlySet<string> = new Set(
  [...everything.providers.values()].flatMap(({ baseURLEnv = [], addressEnv = [] }) => [...baseURLEnv, ...addressEnv]),
)

/** An environment with placeholders for every key and every part of an address, so that no target lacks one. */
const complete: Environment = new Proxy<Environment>(
  {},
  { get: (_, name) => (typeof name === 'symbol' || addresses.has(name) ? undefined : 'unset') },
)

/**
 * Each model once, in the order in which the options name them. Aliases with a `*` name none until a call does.
 *
 * @throws ConfigError as `createClient` does, except for missing keys.
 */
export function targetsOf(options: ClientOptions): readonly NamedTarget[] {
  const plan = compilePlan(options, {
    env: complete,
    catalogue: everything,
    clock: systemClock,
    random: Math.random,
    price: () => undefined,
  })
  const named = plan.targets().map(({ target: { provider, model } }) => ({ provider: provider.id, model }))
  return [...new Map(named.map((target) => [`${target.provider}/${target.model}`, target])).values()]
}
