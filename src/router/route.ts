/** What a model string means, compiled: levels of targets, and what stands behind them. */
import type { ErrorClass } from '../policies/classify-error.js'
import type { HedgePolicy } from '../policies/hedge.js'
import type { TimeoutOptions } from '../policies/timeout.js'
import type { AnswerTest } from './options.js'
import type { Member, Selector } from './strategy.js'

/** Targets of equal rank, one of which a strategy picks. */
export interface Level {
  readonly members: readonly Member[]
  readonly selector: Selector
  /** Id of the strategy. */
  readonly strategy: string
}

/** Where a call goes when its own targets failed. */
export interface Fallback {
  readonly levels: readonly Level[]
  /** Classes of failures it is for; `undefined`: all after which another target may do better. */
  readonly on: ReadonlySet<ErrorClass> | undefined
  /** Its own tests: an answer for which one says `true` is left, and this one is asked. */
  readonly tests: readonly AnswerTest[]
  /** Fields of the body that differ there, such as other messages. */
  readonly params: Readonly<Record<string, unknown>> | undefined
}

export interface Route {
  /** Whether the model string was an alias. */
  readonly alias: boolean
  /** In the order to try them: the next only when nothing in those before it is left. */
  readonly levels: readonly Level[]
  /** Of the alias, before those of the client. */
  readonly fallbacks: readonly Fallback[]
  readonly hedge: HedgePolicy | undefined
  /** Of the alias, over that of the client. */
  readonly timeout?: number | TimeoutOptions | undefined
}
