/** Portkey's status codes and retries, as classes of failures here (`src/policies/classify-error.ts`). */
import type { ClientOptions, FailureClass } from '../router/options.js'
import type { Fields } from './reading.js'

/** The class of a status here. In Portkey, a 408 also means that `request_timeout` has run out. */
const CLASSES: Readonly<Record<number, readonly FailureClass[]>> = {
  400: ['bad-request', 'context-length', 'content-policy'],
  401: ['auth'],
  403: ['auth'],
  404: ['not-found'],
  408: ['timeout'],
  413: ['context-length'],
  422: ['bad-request'],
  429: ['rate-limit', 'quota'],
  500: ['server'],
  502: ['server'],
  503: ['overloaded'],
  504: ['server'],
  529: ['overloaded'],
}

/** Classes after which the same request may succeed. */
const WORTH_A_TRY: ReadonlySet<FailureClass> = new Set(['timeout', 'rate-limit', 'server', 'overloaded'])

/** @param why - The text after a status that has no class here. */
export function classesOf(statuses: readonly unknown[], from: Fields, why: string): readonly FailureClass[] {
  const found = new Set<FailureClass>()
  for (const status of statuses) {
    const classes = CLASSES[Number(status)]
    if (!classes) from.warn('on_status_codes', `${String(status)} ${why}`)
    for (const one of classes ?? []) found.add(one)
  }
  return [...found]
}

/** The retries of a `retry` field; `undefined` when it is empty. */
export function retriesOf(retry: Fields | undefined): ClientOptions['retries'] {
  const attempts = retry?.number('attempts')
  const statuses = retry?.list('on_status_codes') ?? []
  // Here the wait that a provider asks for is always respected.
  retry?.take('use_retry_after_headers')
  retry?.take('use_retry_after_header')
  retry?.close()
  if (!retry || attempts === undefined) return undefined
  if (statuses.length === 0) return attempts
  const again: Partial<Record<FailureClass, number>> = {}
  for (const status of statuses) {
    const classes = (CLASSES[Number(status)] ?? []).filter((one) => WORTH_A_TRY.has(one))
    if (classes.length === 0) retry.warn('on_status_codes', `${String(status)} is not tried again here; left out`)
    for (const one of classes) again[one] = attempts
  }
  return { max: 0, on: again }
}
