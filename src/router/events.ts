/** The events that hooks are called with. */
import type { ErrorClass } from '../policies/classify-error.js'

/**
 * `lost`: cancelled because another attempt of the call answered first. `abort`: cancelled by the caller, or because the
 * call's time ran out.
 */
export type AttemptOutcome = 'ok' | 'lost' | ErrorClass

/** An attempt has ended. For a stream, this is its end, not its beginning. */
export interface AttemptEvent {
  /** The model as the caller named it: an alias, or `provider/model`. */
  readonly model: string
  /** `provider/model`, with `#name` where one model has several targets. */
  readonly target: string
  /** Id of the provider. */
  readonly provider: string
  /** Place among the attempts of its call, from 1. */
  readonly number: number
  /**
   * Why this target was chosen, in a few words, such as `lowest latency` or `retry`. `probe`: a request of the client's own
   * (option `probes`).
   */
  readonly reason: string
  /** `ok`, or how it failed. */
  readonly outcome: AttemptOutcome
  /** HTTP status; `undefined` when there was no answer. */
  readonly status: number | undefined
  /** Class name of the error; `undefined` when there was none. Messages are left out: they may quote a prompt. */
  readonly error: string | undefined
  /** Milliseconds that it took. */
  readonly ms: number
  /** Milliseconds to the first content of a stream; `undefined` when there was none. */
  readonly firstChunkMs: number | undefined
}

/** A call moves to another target, because one has failed. */
export interface FallbackEvent {
  /** The model as the caller named it. */
  readonly model: string
  /** The target that failed. */
  readonly from: string
  /** The target that is tried next. */
  readonly to: string
  /** How it failed. */
  readonly after: ErrorClass
  /** Why that target was chosen, in a few words. */
  readonly reason: string
}

/**
 * A target goes into cooldown: it gets no calls for a while. Called again when it was tried after its cooldown and failed.
 */
export interface CooldownEvent {
  /** `provider/model`, with `#name` where one model has several targets. */
  readonly target: string
  /** Id of the provider. */
  readonly provider: string
  /** The last failure before the cooldown; `slow`: an answer that `cooldown.slowerThan` counts as a failure. */
  readonly after: ErrorClass | 'slow'
  /** Milliseconds of the cooldown. */
  readonly ms: number
  /** `own`: this client saw the failure. `shared`: another process did, and shared it through the `store`. */
  readonly from: 'own' | 'shared'
}

/** A target has answered after its cooldown, and serves again. */
export interface RecoverEvent {
  /** `provider/model`, with `#name` where one model has several targets. */
  readonly target: string
  /** Id of the provider. */
  readonly provider: string
}

/** A budget is nearly or fully used. Called once for each state, period and scope. */
export interface BudgetEvent {
  /** Its path in the options, such as `budgets[0]`. */
  readonly budget: string
  /** Its scope, in words, such as `user *`. */
  readonly scope: string
  /**
   * `warning`: more than `warnAt` is used; `exceeded`: nothing is left; `refused`: an attempt would exceed it, so its call
   * goes elsewhere or fails.
   */
  readonly state: 'warning' | 'exceeded' | 'refused'
  /** The unit of `limit` and `left`. */
  readonly unit: 'usd' | 'tokens'
  /** The whole of the budget. */
  readonly limit: number
  /** Negative when more was used than there was. */
  readonly left: number
  /** End of a calendar period, in milliseconds since 1970; `undefined` for a rolling one. */
  readonly resetsAt: number | undefined
}

/** A call asked the cache. */
export interface CacheEvent {
  /** The model as the caller named it. */
  readonly model: string
  /** How the cache had the answer: `exact`, `semantic`, `joined` (of an identical call at the same time); or `miss`. */
  readonly outcome: 'exact' | 'semantic' | 'joined' | 'miss'
  /** Milliseconds since the answer was made; `undefined` for a miss. */
  readonly ageMs: number | undefined
  /** How near the texts of a semantic hit are, at most 1; `undefined` for the others. */
  readonly similarity: number | undefined
  /** What the answer cost when it was made, in USD; `null` when that is not known, and 0 for a miss. */
  readonly savedUsd: number | null
}

/** A guardrail has looked at a request or an answer. */
export interface GuardrailEvent {
  /** The model as the caller named it. */
  readonly model: string
  /** Its name. */
  readonly guardrail: string
  /** Whether it looked at the request or at the answer. */
  readonly on: 'input' | 'output'
  /** What followed; `failed`: it came to no verdict, and is open on errors. */
  readonly verdict: 'allow' | 'block' | 'mask' | 'retry' | 'log' | 'failed'
  /** What it found first, such as `email`. */
  readonly category?: string
  /** How long it took, in milliseconds. */
  readonly ms: number
}

/**
 * Functions that a client calls synchronously, without waiting for promises they return; keep them quick. Their argument is
 * frozen. A hook that throws or rejects is reported once on stderr; no call fails because of it.
 */
export interface HookOptions {
  /** An attempt has ended, successfully or not. */
  onAttempt?: ((event: AttemptEvent) => unknown) | undefined
  /** A call moves to another target. */
  onFallback?: ((event: FallbackEvent) => unknown) | undefined
  /** A target is in cooldown. */
  onCooldown?: ((event: CooldownEvent) => unknown) | undefined
  /** A target that was in cooldown serves again. */
  onRecover?: ((event: RecoverEvent) => unknown) | undefined
  /** A budget is nearly used up, used up, or refuses an attempt. */
  onBudget?: ((event: BudgetEvent) => unknown) | undefined
  /** A call was answered by the cache, or is a miss and goes to a provider. */
  onCache?: ((event: CacheEvent) => unknown) | undefined
  /** A guardrail has looked at a request or an answer. */
  onGuardrail?: ((event: GuardrailEvent) => unknown) | undefined
}
