/** What a gate is told of a call, and what it says to it. */
import type { LimitError } from '../../kernel/errors.js'

/** A call that asks to be let in. */
export interface GateEntry {
  /** Tokens that it is estimated to need; worked out when first read. */
  readonly tokens: number
  /** Requests that it sends. */
  readonly requests: number
  readonly priority: number
  /** Milliseconds left of its time. */
  readonly remaining: number
}

/** Why a call was not let in. */
export interface GateRefusal {
  readonly limit: LimitError['limit']
  /** Whose limit, in words. */
  readonly of: string
  readonly retryAfterMs?: number
  /** Whether there is a queue in which the call could wait. */
  readonly mayWait: boolean
}
