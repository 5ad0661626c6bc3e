/** One line of the table of error facts. */
import type { ErrorClass } from '../error-class.js'

/** The class by the status, or by a general code, before the words are read. */
export type Base = 'bad-request' | 'auth' | 'not-found' | 'server' | 'overloaded' | 'rate-limit'

export interface ErrorFact {
  readonly is: ErrorClass
  /** For which of these the words count. The same words may mean something else with a 429 than with a 400. */
  readonly from: readonly Base[]
  /** Matches the words of the provider. */
  readonly words: RegExp
}

/** The classes of statuses for a request that a provider will not serve. */
export const REFUSED: readonly Base[] = ['bad-request', 'server']
/** The same, and those for a lack of permission. */
export const REFUSED_OR_DENIED: readonly Base[] = ['bad-request', 'server', 'auth', 'not-found']
