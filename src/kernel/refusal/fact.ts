/** One line of the table of error facts. */
import type { ErrorClass } from '../error-class.js'

/** What the status, or a general code, says before the words are read. */
export type Base = 'bad-request' | 'auth' | 'not-found' | 'server' | 'overloaded' | 'rate-limit'

export interface ErrorFact {
  readonly is: ErrorClass
  /** Where the words count: what they mean under a 400 they need not mean under a 429. */
  readonly from: readonly Base[]
  /** Known in what the provider says, in any of its spellings. */
  readonly words: RegExp
}

/** What a provider gives for a request that it will not serve. */
export const REFUSED: readonly Base[] = ['bad-request', 'server']
/** The same, and what it gives where it takes the matter for one of permissions. */
export const REFUSED_OR_DENIED: readonly Base[] = ['bad-request', 'server', 'auth', 'not-found']
