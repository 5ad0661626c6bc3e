/** Watches what a method has returned until it settles, without the program noticing. */
import { types } from 'node:util'
import { endWhenAbandoned } from '../telemetry/abandoned.js'
import { guard } from '../kernel/guard.js'
import { define } from './stream-tap.js'

/** What becomes of a result. One of the first two is called, once. Must not refer to the result. */
export interface Settling {
  readonly value: (value: unknown) => void
  readonly error: (error: unknown) => void
  /** Nobody ever asks for the result. */
  readonly abandoned: () => void
}

/**
 * Watches a promise, or anything else to await. Returns what the program shall get in its place: a promise
 * of the same class, or the very same object where its class has a `then` of its own.
 */
export function watchSettling(result: PromiseLike<unknown>, settling: Settling): PromiseLike<unknown> {
  if (types.isPromise(result) && result.then === Promise.prototype.then) return watchPromise(result, settling)
  watchThenable(result, settling)
  return result
}

/** A promise of the same class. The original may not be watched from the side: its rejection would count as handled. */
function watchPromise(promise: Promise<unknown>, settling: Settling): Promise<unknown> {
  const watched = promise.then(
    (value) => {
      guard('observe', () => settling.value(value))
      return value
    },
    (error: unknown) => {
      guard('observe', () => settling.error(error))
      throw error
    },
  )
  // What an SDK has hung on its promise stays within reach.
  void guard('observe', () => Object.defineProperties(watched, Object.getOwnPropertyDescriptors(promise)))
  return watched
}

/** From the side: for a promise whose failure somebody handles. */
export function watchAside(promise: Promise<unknown>, settling: Settling): void {
  void promise.then(
    (value) => guard('observe', () => settling.value(value)),
    (error: unknown) => guard('observe', () => settling.error(error)),
  )
}

/** Something to await that may do its work only then, and anew each time. */
function watchThenable(thenable: PromiseLike<unknown>, settling: Settling): void {
  const { then } = thenable
  let seen = false
  const once = (tell: () => void): void => {
    if (!seen) guard('observe', tell)
    seen = true
  }
  define(thenable, 'then', (...handlers: [((value: unknown) => unknown)?, ((error: unknown) => unknown)?]) => {
    stop()
    const [onValue, onError] = handlers
    return Reflect.apply(then, thenable, [
      (value: unknown) => {
        once(() => settling.value(value))
        return typeof onValue === 'function' ? onValue(value) : value
      },
      (error: unknown) => {
        once(() => settling.error(error))
        if (typeof onError === 'function') return onError(error)
        throw error
      },
    ]) as unknown
  })
  const stop = endWhenAbandoned(thenable, settling.abandoned)
}
