/** The targets that options name, whether or not what they need to be called is here. */
import { everything } from '../whole-catalogue.js'
import { systemClock } from '../kernel/clock.js'
import type { Environment } from '../router/environment.js'
import type { ClientOptions } from '../router/options.js'
import { compilePlan } from '../router/plan.js'

export interface NamedTarget {
  readonly provider: string
  readonly model: string
}

/** Variables that hold addresses, which no word could stand in for. */
const addresses: ReadonlySet<string> = new Set(
  [...everything.providers.values()].flatMap(({ baseURLEnv = [], addressEnv = [] }) => [...baseURLEnv, ...addressEnv]),
)

/** Has a word for every key and every part of an address, so that no target is refused for the lack of one. */
const complete: Environment = new Proxy<Environment>(
  {},
  { get: (_, name) => (typeof name === 'symbol' || addresses.has(name) ? undefined : 'unset') },
)

/**
 * Each model once, in the order in which the options name them. Aliases with a `*` name none until a call does.
 *
 * @throws ConfigError as `createClient` says, but for keys that are missing.
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
