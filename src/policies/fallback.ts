/** Which failures move a call to its next target. */
import type { ErrorClass } from './error-class.js'

const STAYS: ReadonlySet<ErrorClass> = new Set(['abort', 'config', 'bad-request', 'unknown'])

/**
 * A request that is wrong at one target is wrong at all of them, and an abort ends the call. All else is
 * this target's own trouble, a rejected key and an unknown model included.
 */
export function mayFallBack(errorClass: ErrorClass): boolean {
  return !STAYS.has(errorClass)
}
