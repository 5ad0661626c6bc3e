/** The route of a model string: levels of targets, and their fallbacks. */
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
  /** Classes of failures it is for; `undefined`: all that another target may not have. */
  readonly on: ReadonlySet<ErrorClass> | undefined
  /** Its own tests: an answer for which one returns `true` is given up for this fallback. */
  readonly tests: readonly AnswerTest[]
  /** Fields of the body that are set or changed there, such as other messages. */
  readonly params: Readonly<Record<string, unknown>> | undefined
}

export interface Route {
  /** Whether the model string was an alias. */
  readonly alias: boolean
  /** In the order to try them: the next one only when none before it is left. */
  readonly levels: readonly Level[]
  /** Fallbacks of the alias, before those of the client. */
  readonly fallbacks: readonly Fallback[]
  readonly hedge: HedgePolicy | undefined
  /** Time limits of the alias; they override those of the client. */
  readonly timeout?: number | TimeoutOptions | undefined
}
