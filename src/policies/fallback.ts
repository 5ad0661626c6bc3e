/** Which failures move a call to its next target. */
import type { ErrorClass } from '../kernel/error-class.js'
import { ProviderError } from '../kernel/provider-error.js'

const STAYS: ReadonlySet<ErrorClass> = new Set(['abort', 'config', 'bad-request', 'unknown'])

/**
 * A bad request is refused by all targets, and an abort ends the call. All other failures are the target's own, including a
 * rejected key and an unknown model.
 */
export function mayFallBack(errorClass: ErrorClass): boolean {
  return !STAYS.has(errorClass)
}

const CONTENT: readonly ErrorClass[] = ['content-policy', 'content-filter']

/** The classes that a word of `on` stands for: refused content may be an error or a withheld answer. */
export function classesMeantBy(word: ErrorClass): readonly ErrorClass[] {
  return CONTENT.includes(word) ? CONTENT : [word]
}

const FROM_ANSWERS: readonly ErrorClass[] = ['content-filter', 'refusal', 'empty', 'invalid-output']

/** Whether a fallback for these classes has to check answers. */
export function looksAtAnswers(on: ReadonlySet<ErrorClass> | undefined): boolean {
  return on !== undefined && FROM_ANSWERS.some((errorClass) => on.has(errorClass))
}

/**
 * A second class that a fallback may be for: a request that exceeds the token rate by itself is too long for the target,
 * but has the status of a rate limit.
 */
export function secondClass(error: unknown, errorClass: ErrorClass): ErrorClass | undefined {
  return errorClass === 'context-length' && error instanceof ProviderError && error.status === 429
    ? 'rate-limit'
    : undefined
}
