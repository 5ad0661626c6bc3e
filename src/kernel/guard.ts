/** Runs our own steps and the user's hooks so that their errors are counted and never thrown into the program. */
import { shared } from './state.js'

interface Faults {
  count: number
  /** Where the latest one happened, such as `redact` or `onSpanEnd`. */
  last: string | undefined
}

/** Those of every copy of the package in this process. */
export function faults(): Faults {
  return shared('faults', () => ({ count: 0, last: undefined }))
}

/**
 * Runs a step that the program must not notice. An error is counted, not thrown.
 *
 * @param given - Arguments of the step, so that an existing function needs no closure.
 */
export function guard<T, Given extends readonly unknown[]>(
  where: string,
  step: (...given: Given) => T,
  ...given: Given
): T | undefined {
  try {
    return step(...given)
  } catch {
    countFault(where)
    return undefined
  }
}

/** Counts a fault of our own code, or of a function of the user. */
export function countFault(where: string): void {
  const seen = faults()
  seen.count++
  seen.last = where
}

/** Runs a function of the user. A rejected promise of it is a fault, not an unhandled rejection. */
export function runHook(where: string, hook: () => unknown): void {
  const result = guard(where, hook)
  if (isThenable(result)) guard(where, () => result.then(undefined, () => countFault(where)))
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return typeof (value as { then?: unknown }).then === 'function'
}
