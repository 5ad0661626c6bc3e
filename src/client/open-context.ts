/** Makes the context that the calls of a client share from its options. */
import { loadPrices } from '../cost/tables.js'
import type { Catalogue } from '../kernel/catalogue.js'
import { systemClock, type Clock } from '../kernel/clock.js'
import type { Store } from '../kernel/store.js'
import type { ClientOptions } from '../router/options.js'
import { compilePlan } from '../router/plan.js'
import { SharedCooldowns } from '../router/shared-cooldowns.js'
import { MemoryStore } from '../stores/memory.js'
import { warnOnce } from '../telemetry/warn.js'
import { Gates } from './admission/gates.js'
import type { Stage } from './call/stage.js'
import { compileStages } from './call/stages.js'
import type { ClientContext } from './context.js'
import { blendedPrice } from './facts/blended-price.js'
import { counterOf } from './facts/count-tokens.js'
import { Ledger } from './facts/spend.js'
import { Hooks } from './hooks.js'
import { Probes } from './probes.js'
import { setTelemetryDefaults } from './telemetry-defaults.js'
import { environment, soon, unref } from '../kernel/platform.js'

/** The clock and the random numbers of a client; tests replace them. */
export interface Sources {
  /** The clock of cooldowns, rates, budgets and measurements. Calls use the timers of the process. */
  readonly clock: Clock
  /** Random numbers from 0 up to 1, for draws among targets and the jitter of retries. */
  readonly random: () => number
}

/** What stages of the client's own options are made of. */
export interface StageSources {
  readonly clock: Clock
  readonly store: Store
  readonly hooks: Hooks
}

let warm = false

/**
 * Node loads its `fetch`, with `Headers` and `Response`, when one of them is first used. That takes longer than the rest of
 * a first call, so it is done before.
 */
function warmFetch(): void {
  if (warm) return
  warm = true
  unref(soon(() => void new Request('http://localhost')))
}

/**
 * @param options - Checked.
 * @param stages - Makes the stages around every call, the nearest to the provider first.
 */
export function openContext(
  catalogue: Catalogue,
  options: ClientOptions,
  stages: (around: StageSources) => readonly Stage[],
  { clock = systemClock, random = Math.random }: Partial<Sources> = {},
): ClientContext {
  const plan = compilePlan(options, {
    env: environment(),
    catalogue,
    clock,
    random,
    price: (target) => blendedPrice(target, options.prices),
  })
  const store = options.store ?? new MemoryStore(clock)
  const hooks = new Hooks(options.hooks)
  const { limits, budgets } = options
  const gates = new Gates({
    store,
    clock,
    random,
    limits,
    budgets,
    tellBudget: (event) => hooks.tell('onBudget', event),
  })
  for (const holding of plan.targets()) gates.observe(holding)
  const client: ClientContext = Object.freeze({
    catalogue,
    plan,
    stages: compileStages(stages({ clock, store, hooks })),
    caches: Boolean(options.cache),
    gates,
    cooldowns: store.shared
      ? new SharedCooldowns({
          store,
          clock,
          targets: () => plan.targets(),
          onCooldown: (event) => hooks.tell('onCooldown', () => event),
        })
      : undefined,
    probes: options.probes ? new Probes(options.probes === true ? {} : options.probes, plan.targets()) : undefined,
    prices: options.prices ?? {},
    tokenCounter: counterOf(options.tokenizer),
    ledger: new Ledger(),
    hooks,
    fetch: options.fetch,
    clock,
    random,
  })
  setTelemetryDefaults(catalogue)
  warmFetch()
  for (const { target, path, reason } of plan.skipped) warnOnce(`${path}: \`${target}\` is left out: ${reason}`)
  // Starts the download of price lists, so that they are there for the first cost; no call waits for it.
  if (options.prices?.litellm !== undefined || options.prices?.modelsDev !== undefined) void loadPrices(options.prices)
  return client
}
