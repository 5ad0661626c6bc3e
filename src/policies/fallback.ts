/** Which failures move a call to its next target. */
import type { ErrorClass } from '../kernel/error-class.js'
import { ProviderError } from '../kernel/provider-error.js'

const STAYS: ReadonlySet<ErrorClass> = new Set(['abort', 'config', 'bad-request', 'unknown'])

/**
 * A request that is wrong at one target is wrong at all of them, and an abort ends the call. All else is
 * this target's own trouble, a rejected key and an unknown model included.
 */
export function mayFallBack(errorClass: ErrorClass): boolean {
  return !STAYS.has(errorClass)
}

const CONTENT: readonly ErrorClass[] = ['content-policy', 'content-filter']

/** The classes that a word of `on` stands for: whether an error or a withheld answer says no to a content, it is no. */
export function classesMeantBy(word: ErrorClass): readonly ErrorClass[] {
  return CONTENT.includes(word) ? CONTENT : [word]
}

const FROM_ANSWERS: readonly ErrorClass[] = ['content-filter', 'refusal', 'empty', 'invalid-output']

/** Whether a fallback for these classes wants to see answers. */
export function looksAtAnswers(on: ReadonlySet<ErrorClass> | undefined): boolean {
  return on !== undefined && FROM_ANSWERS.some((errorClass) => on.has(errorClass))
}

/**
 * A second class that a fallback may be for: a request that is larger than the rate of its tokens is too long there, and
 * stands under the status of a rate.
 */
export function secondClass(error: unknown, errorClass: ErrorClass): ErrorClass | undefined {
  return errorClass === 'context-length' && error instanceof ProviderError && error.status === 429
    ? 'rate-limit'
    : undefined
}
