/** The contract of a routing strategy: which target of a group serves next. */
import type { Clock } from '../kernel/clock.js'
import type { Capability } from './target-options.js'
import type { TrackedTarget } from './target.js'

/** What a strategy may know of a call. Getters compute their value when first read. */
export interface RoutedCall {
  /** The model string as the caller wrote it. */
  readonly model: string
  readonly stream: boolean
  /** `metadata` of the call: user, session, tags, and whatever else the caller put there. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** Tokens of the input, estimated. */
  readonly inputTokens: number
  /** The most output tokens that the call asks for; 0 when it does not say. */
  readonly outputTokens: number
  /** Capabilities that the request needs. */
  readonly needs: readonly Capability[]
  /** The stable beginning of the prompt (system message, tools, first turns), for prompt caches; empty when there is none. */
  readonly promptPrefix: string
}

/**
 * A condition on a call's metadata, as data, so that a configuration can be JSON. All of its fields must hold. A value
 * means that value, a list one of its values. `$and`, `$or` and `$not` combine conditions.
 */
export type Condition =
  | Readonly<Record<string, Scalar | readonly Scalar[] | Comparison>>
  | { readonly $and: readonly Condition[] }
  | { readonly $or: readonly Condition[] }
  | { readonly $not: Condition }
export type Scalar = string | number | boolean | null
/** One or more operators, all of which must hold. */
export interface Comparison {
  readonly $eq?: Scalar
  readonly $ne?: Scalar
  readonly $in?: readonly Scalar[]
  readonly $nin?: readonly Scalar[]
  readonly $gt?: number
  readonly $gte?: number
  readonly $lt?: number
  readonly $lte?: number
  /** A regular expression's source; matched against text. */
  readonly $regex?: string
}

/** A target within a group. */
export interface Member extends TrackedTarget {
  /** Share of the calls, relative to the others. Default 1; 0: only when no other is available. */
  readonly weight: number
  readonly tags: readonly string[]
  /** The member serves only calls whose metadata meets this condition. */
  readonly when: ((metadata: Readonly<Record<string, unknown>>) => boolean) | undefined
}

export interface Group {
  /** Name of the alias, for messages. */
  readonly name: string
  readonly members: readonly Member[]
  /** Options of the strategy, checked by its {@link Strategy.options}. */
  readonly options: Readonly<Record<string, unknown>>
  readonly clock: Clock
  /** 0 up to 1. */
  readonly random: () => number
}

export interface Choice {
  /** Of `members`. */
  readonly index: number
  /** A word or two for the trace, such as `lowest latency` or `explore`. */
  readonly reason: string
}

/** A strategy at work on one group. */
export interface Selector {
  /**
   * Returns the member to try next, or `undefined` when none is available.
   *
   * @param available - Whether a member may be tried now: not tried by this call, not in cooldown, fit for the call. Not
   *   expensive, but it adds up over many members: call it for the likely one first.
   */
  select(call: RoutedCall, available: (index: number) => boolean): Choice | undefined
  /** Called when the health of a member has changed: an attempt began or ended. */
  changed?(index: number): void
}

export interface Strategy {
  /** Its name in the options. */
  readonly id: string
  /** Its own options by name, each with a check that says what is wrong with a value (`undefined`: nothing). Absent: it has none. */
  readonly options?: Readonly<Record<string, (value: unknown) => string | undefined>>
  /**
   * It tries its members in the order in which they are written, so that the levels of an alias among them need not be
   * levels of their own.
   */
  readonly keepsOrder?: boolean
  /** Called once for each group, when the client is made. */
  create(group: Group): Selector
}
