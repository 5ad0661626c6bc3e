/** What a program can be told of as calls go by. */
import type { ErrorClass } from '../policies/classify-error.js'

/** `lost`: called off because an attempt beside it answered first. `abort`: called off by the caller, or for the call's time. */
export type AttemptOutcome = 'ok' | 'lost' | ErrorClass

/** An attempt has ended. Of a stream: its end, not its beginning. */
export interface AttemptEvent {
  /** As the caller named it: an alias, or `provider/model`. */
  readonly model: string
  /** `provider/model`, with `#name` where one model has several targets. */
  readonly target: string
  /** Id of the provider. */
  readonly provider: string
  /** Place among the attempts of its call, from 1. */
  readonly number: number
  /**
   * Why this target, in a few words, such as `lowest latency` or `retry`. `probe`: the client asked by itself (option
   * `probes`).
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

/** A call goes on at another target, because one has failed. */
export interface FallbackEvent {
  /** As the caller named it. */
  readonly model: string
  /** The target that failed. */
  readonly from: string
  /** The target that is tried next. */
  readonly to: string
  /** How it failed. */
  readonly after: ErrorClass
  /** Why the other one, in a few words. */
  readonly reason: string
}

/** A target is left alone for a while. Told again when it has cooled down, was tried, and failed again. */
export interface CooldownEvent {
  /** `provider/model`, with `#name` where one model has several targets. */
  readonly target: string
  /** Id of the provider. */
  readonly provider: string
  /** The failure that was one too many; `slow`: an answer that `cooldown.slowerThan` counts as one. */
  readonly after: ErrorClass | 'slow'
  /** Milliseconds of the cooldown. */
  readonly ms: number
  /** `own`: this client met the failure. `shared`: another process did, and told it through the `store`. */
  readonly from: 'own' | 'shared'
}

/** A target that cooled down has answered, and serves again. */
export interface RecoverEvent {
  /** `provider/model`, with `#name` where one model has several targets. */
  readonly target: string
  /** Id of the provider. */
  readonly provider: string
}

/** A budget comes to its end. Told once for each state, period and scope. */
export interface BudgetEvent {
  /** Where it stands in the options, such as `budgets[0]`. */
  readonly budget: string
  /** Whose it is, in words, such as `user *`. */
  readonly scope: string
  /**
   * `warning`: more than `warnAt` is used; `exceeded`: nothing is left; `refused`: an attempt would go over it, so that its
   * call goes elsewhere or fails.
   */
  readonly state: 'warning' | 'exceeded' | 'refused'
  /** Of `limit` and `left`. */
  readonly unit: 'usd' | 'tokens'
  /** The whole of the budget. */
  readonly limit: number
  /** Negative when more was used than there was. */
  readonly left: number
  /** End of a calendar period, in milliseconds since 1970; `undefined` for a rolling one. */
  readonly resetsAt: number | undefined
}

/**
 * Functions that a client calls, at once and without waiting for what they return; keep them quick. What they are
 * given is frozen. One that throws or rejects is reported once on stderr; no call fails for it.
 */
export interface HookOptions {
  /** An attempt has ended, well or not. */
  onAttempt?: ((event: AttemptEvent) => unknown) | undefined
  /** A call goes on at another target. */
  onFallback?: ((event: FallbackEvent) => unknown) | undefined
  /** A target is in cooldown. */
  onCooldown?: ((event: CooldownEvent) => unknown) | undefined
  /** A target that was in cooldown serves again. */
  onRecover?: ((event: RecoverEvent) => unknown) | undefined
  /** A budget is nearly used up, used up, or refuses an attempt. */
  onBudget?: ((event: BudgetEvent) => unknown) | undefined
}
