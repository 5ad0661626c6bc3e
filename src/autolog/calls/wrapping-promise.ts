/**
 * Watches the promises of SDKs that Fern generates. An `HttpResponsePromise` holds a promise of the answer with its response,
 * and unwraps it in `then`, `catch`, `finally` and `withRawResponse()`. The program gets the very same promise; we watch the
 * inner one.
 */
import { types } from 'node:util'
import { isObject } from '../../kernel/json.js'
import { guard } from '../../kernel/guard.js'
import { deliver } from './deliver.js'
import type { AnswerReader } from './reader.js'
import { watchAside, type Settling } from './settle.js'

interface WrappingPromise extends Promise<unknown> {
  innerPromise: Promise<{ readonly data: unknown; readonly rawResponse?: unknown }>
  /** The unwrapped answer, once somebody has awaited it. */
  readonly unwrappedPromise?: Promise<unknown>
}

export function isWrappingPromise(value: unknown): value is WrappingPromise {
  return (
    types.isPromise(value) &&
    types.isPromise((value as Partial<WrappingPromise>).innerPromise) &&
    typeof (value as { withRawResponse?: unknown }).withRawResponse === 'function'
  )
}

export function observeWrappingPromise(promise: WrappingPromise, reader: AnswerReader): void {
  // Another wrapper has awaited it already, so nothing would read what we put in place now. It handles a rejection too.
  if (promise.unwrappedPromise) return watchAside(promise.innerPromise, settlingOf(reader))
  if (Object.getOwnPropertyDescriptor(promise, 'innerPromise')?.writable !== true) return reader.unread('answer')
  // Replaced, not only observed: a rejection that nobody handles must stay unhandled.
  const { value, error } = settlingOf(reader)
  promise.innerPromise = promise.innerPromise.then(
    (outcome) => {
      value(outcome)
      return outcome
    },
    (reason: unknown) => {
      error(reason)
      throw reason
    },
  )
}

function settlingOf(reader: AnswerReader): Settling {
  return {
    value(outcome) {
      const { data, rawResponse } = outcome as { readonly data: unknown; readonly rawResponse?: unknown }
      if (isObject(rawResponse)) guard('response', () => reader.headers(rawResponse['headers']))
      deliver(data, reader)
    },
    error: (error) => reader.fail(error),
    abandoned: () => undefined,
  }
}
