/** From what an error body says to the error that says it. */
import { deepened, waitInWords } from './error-body.js'
import { isRetryableClass, type ErrorClass } from './error-class.js'
import { ProviderError } from './provider-error.js'
import type { WireError } from './protocol.js'
import type { ProviderRow } from './provider.js'
import { classOfRefusal } from './refusal/classify.js'

interface Meant {
  readonly failureClass: ErrorClass
  /** Milliseconds. */
  readonly retryAfterMs: number | undefined
}

/** Where a wait that stands in the words alone is one: elsewhere they advise. */
const WAITS: ReadonlySet<ErrorClass> = new Set(['rate-limit', 'quota', 'overloaded', 'server'])

/**
 * What a refusal means.
 *
 * @param wait - Milliseconds that something else than the words asks for.
 * @param codes - Of the provider, where it gives numbers.
 */
export function meaningOf(
  { code, type, message, names, words }: WireError,
  status: number | undefined,
  wait: number | undefined,
  codes: ProviderRow['errorCodes'],
): Meant {
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
 * @param decoded - What the format reads of it.
 * @param status - The HTTP status that it would have had.
 */
export function refusedInAnswer(decoded: WireError, body: unknown, status?: number): ProviderError {
  const error = deepened(decoded, body)
  const { message, type, code, upstream, retryAt } = error
  const { failureClass, retryAfterMs } = meaningOf(error, status, error.retryAfterMs, undefined)
  return new ProviderError(message, {
    ...(status !== undefined && { status }),
    ...(type !== undefined && { type }),
    ...(code !== undefined && { code }),
    ...(upstream !== undefined && { upstream }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(retryAt !== undefined && { retryAt }),
    failureClass,
    isRetryable: isRetryableClass(failureClass),
  })
}
