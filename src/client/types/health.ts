/** `client.health()` as callers see it. */
import type { StoreProblem } from '../../kernel/store.js'
import type { SkippedTarget } from '../../router/missing-keys.js'

/** How a target does, as this client knows it from its own calls. Plain data, fit for JSON. */
export interface TargetHealth {
  /** `provider/model`, with `#name` where one model has several targets. */
  readonly target: string
  /** Id of the provider. */
  readonly provider: string
  /** As the provider knows it. */
  readonly model: string
  /**
   * `closed`: serves. `open`: in cooldown after failures. `half-open`: has cooled down; one call tries it before others
   * follow.
   */
  readonly state: 'closed' | 'open' | 'half-open'
  /** Attempts under way. */
  readonly inFlight: number
  /** Attempts that were answered or failed since the client was made; those that were called off do not count. */
  readonly requests: number
  /** Of `requests`, those whose failure was the target's own: a request that is wrong is not. */
  readonly failures: number
  /** Share of such failures, 0 to 1, as a moving average that forgets in some ten seconds. */
  readonly errorRate: number
  /**
   * Milliseconds to an answer (of a stream: to its first content), as an average that rises at once and falls slowly;
   * `null` until there was one.
   */
  readonly latencyMs: number | null
  /** Milliseconds to the first content of a stream, as a moving average; `null` until there was one. */
  readonly firstChunkMs: number | null
  /** Milliseconds per output token of whole answers, as a moving average; `null` until there was one. */
  readonly msPerToken: number | null
  /** Share of the tightest of its limits that is free, 0 to 1; 1 without limits. */
  readonly headroom: number
  /** Milliseconds until it may be tried again: 0 when it may be now; `null` while it is not in cooldown. */
  readonly retryAfterMs: number | null
}

/** Where the client keeps limits and cooldowns. Plain data, fit for JSON. */
export interface StoreHealth {
  /** `memory`, `redis`, or the name of a store of your own. */
  readonly name: string
  /** Whether other processes see what this one writes. */
  readonly shared: boolean
  /** `false` while it does not answer. */
  readonly up: boolean
  /** Milliseconds since 1970; `null` while it is up. */
  readonly downSince: number | null
  /**
   * Why it failed last, with a `code` (such as `READONLY`, `NOAUTH`, `OOM`, `ECONNREFUSED`, or `NO_ANSWER` for silence) and in
   * words with what mends it; `null` when it has answered since.
   */
  readonly problem: StoreProblem | null
  /** When it was last found without the data that it had, in milliseconds since 1970; `null` where that never was. */
  readonly emptiedAt: number | null
  /** Operations that this process answered by itself because the store was down, since the store was made. */
  readonly localOperations: number
}

/** A snapshot. */
export interface ClientHealth {
  /** Every target that the options name, and those that calls have named since, in the order in which they were named. */
  readonly targets: readonly TargetHealth[]
  /** The store that limits, budgets and cooldowns are kept in. */
  readonly store: StoreHealth
  /** Targets that the options name and that were left out, because their key is missing (option `skipWithoutKey`). */
  readonly skipped: readonly SkippedTarget[]
}
