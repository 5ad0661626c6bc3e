/** Async generators whose body must run in a context, and whose reader may leave early. */
import { context, type Context } from '@opentelemetry/api'
import { endWhenAbandoned } from '../../src/autolog/contract.js'

export interface Reading {
  /** The reader left before the end: `break`, `return`, `throw`, or it never read on. */
  readonly left: () => void
  readonly signal?: AbortSignal | undefined
  readonly aborted?: (reason: unknown) => void
}

export function isAsyncGenerator(value: unknown): value is AsyncGenerator {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { next?: unknown }).next === 'function' &&
    typeof (value as { return?: unknown }).return === 'function' &&
    Symbol.asyncIterator in value
  )
}

/** `generator` with every step of it taken in `current`. */
export function iterateIn(generator: AsyncGenerator, current: Context, reading?: Reading): AsyncGenerator {
  let steps = 0
  let unread: (() => void) | undefined
  // LangChain's own handlers hear of an abort as well, and know more about it.
  const onAbort = (): void => void setImmediate(() => reading?.aborted?.(reading.signal?.reason))
  const over = (): void => {
    unread?.()
    reading?.signal?.removeEventListener('abort', onAbort)
  }
  const wrapper = Object.create(Object.getPrototypeOf(generator) as object) as AsyncGenerator
  const methods = {
    next(...args: [] | [unknown]) {
      // LangChain takes the first step itself.
      if (++steps === 2) unread?.()
      const result = context.with(current, () => generator.next(...args))
      if (reading) {
        result.then(
          ({ done }) => {
            if (done) over()
          },
          over,
        )
      }
      return result
    },
    return(value: unknown) {
      return leave(context.with(current, () => generator.return(value)))
    },
    throw(error: unknown) {
      return leave(context.with(current, () => generator.throw(error)))
    },
  }
  const leave = (result: Promise<IteratorResult<unknown>>): Promise<IteratorResult<unknown>> => {
    over()
    if (reading) result.then(reading.left, reading.left)
    return result
  }
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(wrapper, name, { value, writable: true, configurable: true })
  if (reading) {
    unread = endWhenAbandoned(wrapper, reading.left)
    reading.signal?.addEventListener('abort', onAbort, { once: true })
  }
  return wrapper
}
