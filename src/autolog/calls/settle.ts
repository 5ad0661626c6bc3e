/** Watches what a method has returned until it settles. The program notices nothing. */
import { types } from 'node:util'
import { endWhenAbandoned } from '../../telemetry/spans/abandoned.js'
import { guard } from '../../kernel/guard.js'
import { define } from '../streams/stream-tap.js'

/** Called with the outcome of a result. One of the first two is called, once. Must not refer to the result. */
export interface Settling {
  readonly value: (value: unknown) => void
  readonly error: (error: unknown) => void
  /** The result is garbage and was never awaited. */
  readonly abandoned: () => void
}

/**
 * Watches a promise, or anything else that can be awaited.
 *
 * @returns What the program gets: a promise of the same class, or the very same object if its class has a `then` of its own.
 */
export function watchSettling(result: PromiseLike<unknown>, settling: Settling): PromiseLike<unknown> {
  if (types.isPromise(result) && result.then === Promise.prototype.then) return watchPromise(result, settling)
  watchThenable(result, settling)
  return result
}

/** Returns another promise of the same class. Watching the original aside would count as handling its rejection. */
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
  // An SDK may have added properties to its promise.
  void guard('observe', () => Object.defineProperties(watched, Object.getOwnPropertyDescriptors(promise)))
  return watched
}

/** Watches a promise whose rejection somebody else handles. */
export function watchAside(promise: Promise<unknown>, settling: Settling): void {
  void promise.then(
    (value) => guard('observe', () => settling.value(value)),
    (error: unknown) => guard('observe', () => settling.error(error)),
  )
}

/** For a thenable, which may do its work only when it is awaited, and each time anew. */
function watchThenable(thenable: PromiseLike<unknown>, settling: Settling): void {
  const { then } = thenable
  let seen = false
  const once = (run: () => void): void => {
    if (!seen) guard('observe', run)
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
