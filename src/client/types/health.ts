/** `client.health()` as callers see it. */
import type { StoreProblem } from '../../kernel/store.js'
import type { SkippedTarget } from '../../router/missing-keys.js'

/** The health of a target, as this client knows it from its own calls. Plain data, fit for JSON. */
export interface TargetHealth {
  /** `provider/model`, with `#name` where one model has several targets. */
  readonly target: string
  /** Id of the provider. */
  readonly provider: string
  /** The model's name at the provider. */
  readonly model: string
  /**
   * `closed`: it serves. `open`: it is in cooldown after failures. `half-open`: the cooldown is over, and one call tries it
   * before others follow.
   */
  readonly state: 'closed' | 'open' | 'half-open'
  /** Attempts under way. */
  readonly inFlight: number
  /** Attempts that were answered or failed since the client was made; cancelled ones do not count. */
  readonly requests: number
  /** Those of `requests` in which the target itself failed; a bad request is not a failure of the target. */
  readonly failures: number
  /** Share of such failures, 0 to 1, as a moving average over about ten seconds. */
  readonly errorRate: number
  /**
   * Milliseconds to an answer (for a stream: to its first content), as an average that rises at once and falls slowly;
   * `null` before the first.
   */
  readonly latencyMs: number | null
  /** Milliseconds to the first content of a stream, as a moving average; `null` before the first. */
  readonly firstChunkMs: number | null
  /** Milliseconds per output token of whole answers, as a moving average; `null` before the first. */
  readonly msPerToken: number | null
  /** Free share of its tightest limit, 0 to 1; 1 without limits. */
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
   * Why it failed last: a `code` (such as `READONLY`, `NOAUTH`, `OOM`, `ECONNREFUSED`, or `NO_ANSWER` for silence), and a
   * message that says how to fix it; `null` when it has answered since.
   */
  readonly problem: StoreProblem | null
  /** When the store was last found to have lost its data, in milliseconds since 1970; `null` if it never was. */
  readonly emptiedAt: number | null
  /** Operations that this process did by itself because the store was down, since the store was made. */
  readonly localOperations: number
}

/** A snapshot of the client's health. */
export interface ClientHealth {
  /** Every target that the options name, and those that calls have named since, in the order in which they were named. */
  readonly targets: readonly TargetHealth[]
  /** The store of limits, budgets and cooldowns. */
  readonly store: StoreHealth
  /** Targets of the options that were left out because their key is missing (option `skipWithoutKey`). */
  readonly skipped: readonly SkippedTarget[]
}
