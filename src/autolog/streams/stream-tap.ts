/** Watches a stream while the program reads it: same object, same chunks, same errors, same order. */
import { context, type Context } from '@opentelemetry/api'
import { isAbortError } from '../../kernel/errors.js'
import { types } from 'node:util'
import { endWhenAbandoned } from '../../telemetry/spans/abandoned.js'
import { guard } from '../../kernel/guard.js'
import type { AnswerReader } from '../calls/reader.js'

/** A stream of an SDK that Stainless generated. Every way of reading it uses `iterator`. */
interface IteratorStream {
  iterator: () => AsyncIterator<unknown>
  readonly controller?: { readonly signal?: AbortSignal }
}

export function isIteratorStream(value: unknown): value is IteratorStream {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { iterator?: unknown }).iterator === 'function' &&
    Symbol.asyncIterator in value
  )
}

/** A function of its own, because functions of one scope keep each other's variables alive, such as the stream. */
export function abandon(reader: Pick<AnswerReader, 'close'>): () => void {
  return () => reader.close({ closed: true, abandoned: true })
}

/** Watches a Stainless stream, which stays the same object. */
export function tapIteratorStream(stream: IteratorStream, reader: AnswerReader): void {
  const { iterator } = stream
  const signal = stream.controller?.signal
  let first = true
  assign(stream, 'iterator', function (this: unknown) {
    const inner = Reflect.apply(iterator, this, []) as AsyncIterator<unknown>
    // A second reader gets the SDK's own error, and does not touch the span of the first.
    if (!first) return inner
    first = false
    keep()
    const tapped = guard('tap', () => tapIterator(inner, reader, () => signal?.aborted === true))
    if (!tapped) reader.close({ closed: true })
    return inner
  })
  const keep = endWhenAbandoned(stream, abandon(reader))
}

/**
 * Watches any async iterator, which stays the same object with the same class and other methods.
 *
 * @returns `undefined` for one that cannot be changed.
 */
export function tapIterator<T extends AsyncIterator<unknown>>(
  inner: T,
  reader: Pick<AnswerReader, 'event' | 'close'> & Partial<Pick<AnswerReader, 'hides'>>,
  aborted: () => boolean,
): T | undefined {
  if (!Object.isExtensible(inner)) return undefined
  const { next, return: finish, throw: raise } = inner
  // A program that stops calling `next` and never calls `return` leaves the iterator to the garbage collector.
  const watch = endWhenAbandoned(inner, abandon(reader))
  const settle = (outcome: Parameters<AnswerReader['close']>[0]): void => {
    watch()
    reader.close(outcome)
  }
  const onResult = (result: IteratorResult<unknown>): unknown => {
    watch.read()
    if (result?.done === true) settle({ closed: aborted() })
    else {
      reader.event(result?.value)
      if (reader.hides?.(result?.value)) return ask([])
    }
    return result
  }
  const onError = (error: unknown): never => {
    // An abort by the program is no error. SDKs also abort a stream that fails, but then throw what failed.
    settle(aborted() && isAbortError(error) ? { closed: true } : { error, closed: false })
    throw error
  }
  const ask = (args: unknown[]): unknown => {
    watch.reading()
    let result: unknown
    try {
      result = args.length === 0 ? next.call(inner) : Reflect.apply(next, inner, args)
    } catch (error) {
      return onError(error)
    }
    // An iterator that the program has written may return a result at once.
    return result instanceof Promise || types.isPromise(result)
      ? result.then(onResult as (value: unknown) => unknown, onError)
      : onResult(result as IteratorResult<unknown>)
  }
  define(inner, 'next', (...args: unknown[]) => ask(args))
  if (typeof finish === 'function') {
    define(inner, 'return', function (this: unknown, ...args: unknown[]) {
      settle({ closed: true })
      return Reflect.apply(finish, inner, args)
    })
  }
  if (typeof raise === 'function') {
    define(inner, 'throw', function (this: unknown, ...args: unknown[]) {
      settle({ error: args[0], closed: false })
      return Reflect.apply(raise, inner, args)
    })
  }
  return inner
}

/** Runs each step of a generator in `current`. It stays the same object; one that cannot be changed runs where it is read. */
export function stepIn(current: Context, generator: AsyncGenerator): void {
  if (!Object.isExtensible(generator)) return
  for (const name of ['next', 'return', 'throw'] as const) {
    const step = generator[name] as (...args: unknown[]) => unknown
    define(generator, name, (...args: unknown[]) => context.with(current, () => Reflect.apply(step, generator, args)))
  }
}

/**
 * `target[name] = value`. V8 allocates a function literal that is assigned to a property among the long-lived objects. All
 * that it refers to, such as a whole call with its response, would then wait for the next full garbage collection.
 */
export function assign<T extends object, K extends keyof T>(target: T, name: K, value: T[K]): void {
  target[name] = value
}

/** Defines an own property that is enumerable only if it was before. */
export function define(target: object, name: PropertyKey, value: unknown): void {
  const enumerable = Object.getOwnPropertyDescriptor(target, name)?.enumerable ?? false
  Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable })
}
