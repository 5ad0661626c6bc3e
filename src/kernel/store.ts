/**
 * The contract of a store: numbers and short facts that calls share, in one process or in many. Every
 * operation is atomic over all the keys it names. Time is the store's own: processes whose clocks differ
 * agree through it.
 */

/** What an operation gives at once in memory, and later over a network. */
export type MaybePromise<T> = T | Promise<T>

/** A rate: `limit` units in `windowMs`, refilled evenly. */
export interface RateTake {
  readonly key: string
  /** Units a window, greater than 0. */
  readonly limit: number
  readonly windowMs: number
  /** Units to take now. More than `limit` is taken as `limit`, or such a call could never run. */
  readonly units: number
}

export type TakeResult =
  | { readonly ok: true; /** Units left of each, in the order of the takes. */ readonly remaining: readonly number[] }
  | {
      readonly ok: false
      /** Index of the take that was refused first. */ readonly refused: number
      readonly retryAfterMs: number
    }

/** A place among at most `limit` holders. It expires, so that a killed process gives it back. */
export interface LeaseRequest {
  readonly key: string
  readonly limit: number
  /** Names the holder, uniquely. */
  readonly holder: string
  readonly leaseMs: number
}

/** A fact that holds for a while, such as a target that rests. */
export interface Fact {
  readonly name: string
  readonly value: string
  /** Milliseconds it still holds. */
  readonly expiresInMs: number
}

/** Whether a shared store can be reached. */
export interface StoreStatus {
  readonly up: boolean
  /** Milliseconds since 1970; absent while it is up. */
  readonly downSince?: number
  /** Operations that this process answered by itself because the store was down. */
  readonly localOperations: number
}

export interface Store {
  /** For messages and health, such as `memory`. */
  readonly name: string
  /** Whether other processes see what this one writes. */
  readonly shared: boolean
  /** Milliseconds that a place outlives its process, when it was killed. Default 15 000. */
  readonly leaseMs?: number | undefined
  /**
   * Takes from every rate, or from none (generic cell rate algorithm).
   *
   * @throws ConnectionError when the store cannot say.
   */
  take(takes: readonly RateTake[]): MaybePromise<TakeResult>
  /** Takes further units, or gives units back when negative: what a call really used, against what was estimated. Never refuses. */
  correct(corrections: readonly RateTake[]): MaybePromise<void>
  /** `true` when the place was had or is held already; the same holder asking again renews it. */
  acquire(lease: LeaseRequest): MaybePromise<boolean>
  release(key: string, holder: string): MaybePromise<void>
  /** Holders now. */
  held(key: string): MaybePromise<number>
  /** Writes a fact into `space` for `ttlMs`; one that holds longer already stays. */
  put(space: string, name: string, value: string, ttlMs: number): MaybePromise<void>
  remove(space: string, name: string): MaybePromise<void>
  /** Every fact of `space` that still holds. */
  facts(space: string): MaybePromise<readonly Fact[]>
  /** For health; a store that cannot be down has none. */
  status?(): StoreStatus
  close(): MaybePromise<void>
}
