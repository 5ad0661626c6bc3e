/** Makes the error for a refusal from what the error body says. */
import type { Usage } from './hub.js'
import { withNestedError, waitInWords } from './error-body.js'
import { isRetryableClass, type ErrorClass } from './error-class.js'
import { ProviderError } from './provider-error.js'
import type { WireError } from './protocol.js'
import type { ProviderRow } from './provider.js'
import { classOfRefusal } from './refusal/classify.js'

interface ClassifiedRefusal {
  readonly failureClass: ErrorClass
  /** Milliseconds. */
  readonly retryAfterMs: number | undefined
}

/** Classes for which a wait in the message counts. For others, it is only advice. */
const WAITS: ReadonlySet<ErrorClass> = new Set(['rate-limit', 'quota', 'overloaded', 'server'])

/**
 * The class of a refusal, and the wait that it asks for.
 *
 * @param wait - Milliseconds from a header or a field.
 * @param codes - The provider's numeric codes.
 */
export function classifyRefusal(
  { code, type, message, names, words }: WireError,
  status: number | undefined,
  wait: number | undefined,
  codes: ProviderRow['errorCodes'],
): ClassifiedRefusal {
  const own = code === undefined || !codes || !Object.hasOwn(codes, code) ? undefined : codes[code]
  const refusal = {
    status,
    names: names ?? [code, type].filter((name) => name !== undefined),
    words: words ?? message,
  }
  const first = own ?? classOfRefusal({ ...refusal, retryAfterMs: wait })
  const retryAfterMs = wait ?? (WAITS.has(first) ? waitInWords(refusal.words) : undefined)
  const failureClass = own ?? (retryAfterMs === wait ? first : classOfRefusal({ ...refusal, retryAfterMs }))
  return { failureClass, retryAfterMs }
}

/**
 * An error that came inside a 200 answer.
 *
 * @param decoded - The error as the format reads it.
 * @param status - The HTTP status that it would have had.
 * @param usage - The usage of the answer, if it has one.
 */
export function refusedInAnswer(decoded: WireError, body: unknown, status?: number, usage?: Usage): ProviderError {
  const error = withNestedError(decoded, body)
  const { message, type, code, upstream, retryAt } = error
  const { failureClass, retryAfterMs } = classifyRefusal(error, status, error.retryAfterMs, undefined)
  return new ProviderError(message, {
    ...(status !== undefined && { status }),
    ...(type !== undefined && { type }),
    ...(code !== undefined && { code }),
    ...(upstream !== undefined && { upstream }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(retryAt !== undefined && { retryAt }),
    usage,
    failureClass,
    isRetryable: isRetryableClass(failureClass),
  })
}
