/** Portkey's status codes and retries, as classes of failures here (`src/policies/classify-error.ts`). */
import type { ClientOptions, FailureClass } from '../router/options.js'
import type { Fields } from './reading.js'

/** What a status is here. A 408 there also says that `request_timeout` has run out. */
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

/** Those that another try of the same request may help. */
const WORTH_A_TRY: ReadonlySet<FailureClass> = new Set(['timeout', 'rate-limit', 'server', 'overloaded'])

/** @param why - What follows a status that is no class here. */
export function classesOf(statuses: readonly unknown[], from: Fields, why: string): readonly FailureClass[] {
  const found = new Set<FailureClass>()
  for (const status of statuses) {
    const classes = CLASSES[Number(status)]
    if (!classes) from.warn('on_status_codes', `${String(status)} ${why}`)
    for (const one of classes ?? []) found.add(one)
  }
  return [...found]
}

/** What a `retry` comes to. `undefined` when it says nothing. */
export function retriesOf(retry: Fields | undefined): ClientOptions['retries'] {
  const attempts = retry?.number('attempts')
  const statuses = retry?.list('on_status_codes') ?? []
  // A provider's own wait is always honoured here.
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
