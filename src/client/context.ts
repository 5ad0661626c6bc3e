/** What every call of a client shares. */
import type { PriceOptions } from '../cost/price.js'
import type { Catalogue } from '../kernel/catalogue.js'
import type { Clock } from '../kernel/clock.js'
import type { CountTokens } from '../kernel/estimate-tokens.js'
import type { Plan } from '../router/plan.js'
import type { SharedCooldowns } from '../router/shared-cooldowns.js'
import type { Member } from '../router/strategy.js'
import type * as semconv from '../telemetry/semconv.js'
import type { Gates } from './admission/gates.js'
import type { Stages } from './call/stage.js'
import type { Ledger } from './facts/spend.js'
import type { Hooks } from './hooks.js'

export interface ClientContext {
  readonly catalogue: Catalogue
  readonly plan: Plan
  /** The stages around every call. */
  readonly stages: Stages
  /** Whether there is a cache. */
  readonly caches: boolean
  /** Limits and budgets. */
  readonly gates: Gates
  /** Cooldowns that processes share; absent without a shared store. */
  readonly cooldowns?: SharedCooldowns | undefined
  /** Sends probes to targets that have cooled down; absent without the option `probes`. */
  readonly probes?: ProbeWatch | undefined
  readonly prices: PriceOptions
  /** Returns what counts the tokens of a request; absent: counted by characters. */
  readonly tokenCounter?: (() => CountTokens | undefined) | undefined
  /** What was spent so far. */
  readonly ledger: Pick<Ledger, 'add' | 'spend'>
  readonly hooks: Hooks
  readonly fetch: typeof globalThis.fetch | undefined
  readonly clock: Clock
  readonly random: () => number
}

/** Notice of every cooldown that begins. */
export interface ProbeWatch {
  cooledDown(call: { readonly client: ClientContext; readonly operation: semconv.OperationName }, member: Member): void
  close(): Promise<void>
}
