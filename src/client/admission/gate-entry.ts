/** What a gate knows of a call, and why it refuses one. */
import type { LimitError } from '../../kernel/errors.js'

/** A call that asks to be let in. */
export interface GateEntry {
  /** Estimate of its tokens; computed when first read. */
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
  /** Whether the call may wait in a queue. */
  readonly mayWait: boolean
}
