/**
 * The contract of a store: numbers and short facts that calls share, in one process or in many. Every
 * operation is atomic over all the keys it names. Time is the store's own: processes whose clocks differ
 * agree through it.
 */

/** The result of an operation: at once in memory, as a promise over a network. */
export type MaybePromise<T> = T | Promise<T>

/** A rate: at most `limit` units in any span of `windowMs`, whenever that begins. */
export interface RateTake {
  /** Name of the rate. */
  readonly key: string
  /** Units a window, greater than 0. */
  readonly limit: number
  /** Milliseconds over which `limit` counts. */
  readonly windowMs: number
  /** Units to take now. More than `limit` counts as `limit`, or such a call could never run. */
  readonly units: number
}

/** The difference between what was really used and what was taken. */
export interface RateCorrection extends RateTake {
  /** Greater than 0: counted now. Less than 0: given back. */
  readonly units: number
  /** Milliseconds since the units that are given back were taken. Units that have expired since are not given back. Default 0. */
  readonly agoMs?: number | undefined
}

/** The result of taking from rates. */
export type TakeResult =
  | { readonly ok: true; /** Units left of each, in the order of the takes. */ readonly remaining: readonly number[] }
  | {
      readonly ok: false
      /** Index of the take that was refused first. */ readonly refused: number
      readonly retryAfterMs: number
    }

/** A place among at most `limit` holders. It expires, so that a killed process gives it back. */
export interface LeaseRequest {
  /** Name of what the places are of. */
  readonly key: string
  /** Places in all. */
  readonly limit: number
  /** Names the holder, uniquely. */
  readonly holder: string
  /** Milliseconds after which a place is free again if its holder does not give it back. */
  readonly leaseMs: number
}

export type CalendarPeriod = 'minute' | 'hour' | 'day' | 'week' | 'month'

/** Room in an allowance, such as a budget: units that may be used up within a window. */
export interface AllowanceRequest {
  readonly key: string
  /** Units that may be used up within the window: an integer, 0 or more. */
  readonly limit: number
  /** For a calendar window, its longest length. */
  readonly windowMs: number
  /**
   * The window is a calendar period of UTC, by the clock of the store: use expires at the end of its period. Weeks begin on
   * Monday. Without it, the window begins with its first use.
   */
  readonly calendar?: CalendarPeriod | undefined
  /**
   * Parts in which the window is forgotten. 1: all at once, `windowMs` after the first use, or at the end of the calendar
   * period. More: a rolling window that forgets part by part, each only when the whole of it is
   * older than `windowMs`, so that no span of `windowMs` ever holds more than the limit. Work grows with it: some 60 will do.
   */
  readonly slots: number
  /** Units to reserve, or really used: an integer from 0 to 2^53 - 1. */
  readonly amount: number
  /**
   * Milliseconds since the call began: its use counts for the calendar period of that time, unless that is over. Default 0.
   */
  readonly agoMs?: number | undefined
}

export type ReserveResult =
  | {
      readonly ok: true
      /** For each request, in order: limit - used - reserved, including this reservation. */
      readonly left: readonly number[]
    }
  | {
      readonly ok: false
      /** Index of the request that was refused first. */ readonly refused: number
      /** What could have been reserved; less than 0 when more was used than allowed. */ readonly left: number
      /**
       * Milliseconds until there may be room, as far as the store can tell: when enough use will have expired, or leases
       * will have run out. Others may give room back before. `Infinity` when the amount is more than the limit.
       */
      readonly resetsInMs: number
      /** Milliseconds until the calendar period ends; absent if the window is not one. */
      readonly periodEndsInMs?: number | undefined
    }

/** Everything that the admission of a call needs. */
export interface AdmitRequest {
  /** Who reserves. */
  readonly holder: string
  /** Of the reservations. */
  readonly leaseMs: number
  readonly places: readonly LeaseRequest[]
  readonly rates: readonly RateTake[]
  readonly allowances: readonly AllowanceRequest[]
}

export type AdmitResult =
  | {
      readonly ok: true
      /** Units left of each rate. */ readonly remaining: readonly number[]
      /** What is left of each allowance. */ readonly left: readonly number[]
    }
  | {
      readonly ok: false
      /** What refused first; asked in this order. */ readonly by: 'places'
      /** Index of it. */ readonly refused: number
    }
  | ({ readonly by: 'rates' } & Extract<TakeResult, { ok: false }>)
  | ({ readonly by: 'allowances' } & Extract<ReserveResult, { ok: false }>)

/** The most keys of one operation. More would block the store for all others. */
export const MOST_KEYS = 1_000

export interface StoredUsage {
  readonly used: number
  readonly reserved: number
  /** Milliseconds until some use expires; 0 when nothing is used. */
  readonly resetsInMs: number
}

/** A fact that holds for a while, such as a target in cooldown. */
export interface Fact {
  /** The subject of the fact, such as a target. */
  readonly name: string
  /** What is so, as text. */
  readonly value: string
  /** Milliseconds it still holds. */
  readonly expiresInMs: number
}

/** Why a store fails. */
export interface StoreProblem {
  /** Such as `READONLY`, `NOAUTH`, `ECONNREFUSED`, or `NO_ANSWER` for silence. */
  readonly code: string
  /** In words, with what mends it. */
  readonly message: string
}

/** Whether a shared store can be reached. */
export interface StoreStatus {
  /** Whether the store answers. */
  readonly up: boolean
  /** Milliseconds since 1970; absent while it is up. */
  readonly downSince?: number
  /** Why it failed last; absent when it has answered since. */
  readonly problem?: StoreProblem
  /** When the store was last found to have lost its data, in milliseconds since 1970; absent if it never was. */
  readonly emptiedAt?: number
  /** Operations that this process did by itself because the store was down. */
  readonly localOperations: number
}

/** How long leases last, if a store does not say. */
export const DEFAULT_LEASE_MS = 15_000

/**
 * State that all calls share: rates, places, budgets, and facts about targets. One in memory is the default; several
 * processes share one in Redis.
 */
export interface Store {
  /** For messages and health, such as `memory`. */
  readonly name: string
  /** Whether other processes see what this one writes. */
  readonly shared: boolean
  /** Milliseconds for which a place outlives a killed process. Default 15 000. */
  readonly leaseMs?: number | undefined
  /**
   * Takes from every rate, or from none. What was taken may count a little longer than its window, never shorter.
   *
   * @throws ConnectionError when the store cannot say.
   */
  take(takes: readonly RateTake[]): MaybePromise<TakeResult>
  /**
   * Takes further units, or gives units back when negative: what a call really used, against what was estimated. Never
   * refuses.
   */
  correct(corrections: readonly RateCorrection[]): MaybePromise<void>
  /** `true` when the place was taken or is held already; a repeated request of the same holder renews it. */
  acquire(lease: LeaseRequest): MaybePromise<boolean>
  /** Gives a place back. */
  release(key: string, holder: string): MaybePromise<void>
  /** Holders now. */
  held(key: string): MaybePromise<number>
  /**
   * Reserves on every allowance, or on none. An earlier reservation of `holder` on one of them is replaced, or kept if this
   * one is refused. A reservation counts until it is settled or its lease has run out; after an outage of the store, its
   * holder has a whole lease to renew it.
   *
   * @throws ConnectionError when the store cannot say, RangeError for an amount, limit or number of slots that is none, and for more than
   * `MOST_KEYS`.
   */
  reserve(holder: string, requests: readonly AllowanceRequest[], leaseMs: number): MaybePromise<ReserveResult>
  /**
   * Releases what `holder` has reserved on each key, and adds `amount`, which is what was really used (0 for nothing).
   * Never refuses, and needs no reservation.
   *
   * @returns what is left of each, less than 0 when more was used than allowed.
   */
  settle(holder: string, uses: readonly AllowanceRequest[]): MaybePromise<readonly number[]>
  /** Renews the leases of `holder` on these keys. Expired ones are not renewed: others may have their room. */
  renew(holder: string, keys: readonly string[], leaseMs: number): MaybePromise<void>
  /**
   * Takes the places and the rates, and reserves on the allowances, all or none, at once: a whole admission. If one of them
   * refuses, nothing is taken from the others.
   *
   * @throws ConnectionError when the store cannot say, RangeError as `reserve`, and for more than `MOST_KEYS` of them.
   */
  admit(request: AdmitRequest): MaybePromise<AdmitResult>
  /** The current use and reservations of each allowance. */
  usage(keys: readonly string[]): MaybePromise<readonly StoredUsage[]>
  /** Writes a fact into `space` for `ttlMs`; one that holds longer already stays. */
  put(space: string, name: string, value: string, ttlMs: number): MaybePromise<void>
  /** Takes a fact out of `space`. */
  remove(space: string, name: string): MaybePromise<void>
  /** Every fact of `space` that still holds. */
  facts(space: string): MaybePromise<readonly Fact[]>
  /** For health; a store that cannot be down has none. */
  status?(): StoreStatus
  /** Writes what was used while it was down, and waits for that no longer than so many milliseconds. */
  flush?(ms: number): MaybePromise<void>
  /** Closes connections and timers. Later operations are refused. */
  close(): MaybePromise<void>
}
