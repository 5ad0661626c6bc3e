/** Runs generators in a context, and sees when their reader stops early. */
import { context, type Context } from '@opentelemetry/api'
import { endWhenAbandoned } from './abandoned.js'
import { guard } from '../../kernel/guard.js'
import { soon } from '../../kernel/platform.js'

/** Must not refer to the generator. */
export interface IterationEnd {
  /** The reader stopped before the end: `break`, `return`, `throw`, or it never read on. */
  readonly left: () => void
  /** The reader stops now. What runs below may fail of that until `left`, which is no failure. */
  readonly leaving?: () => void
  /** The generator has ended, or failed. */
  readonly ended?: (outcome: { readonly error?: unknown }) => void
  readonly signal?: AbortSignal | undefined
  readonly aborted?: (reason: unknown) => void
  /** Called with what the generator yields, before the reader gets it. */
  readonly yielded?: (value: unknown) => void
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

/** `generator`, whose every step runs in `current`. `ended` is called once, when it has ended or its reader stops. */
export function generateIn(
  generator: Generator,
  current: Context,
  ended: (outcome: { readonly error?: unknown }) => void,
): Generator {
  const wrapper = Object.create(Object.getPrototypeOf(generator) as object) as Generator
  const step = (take: () => IteratorResult<unknown>): IteratorResult<unknown> => {
    try {
      const result = context.with(current, take)
      if (result.done === true) ended({})
      return result
    } catch (error) {
      ended({ error })
      throw error
    }
  }
  const methods = {
    next: (...args: [] | [unknown]) => step(() => generator.next(...args)),
    return: (value: unknown) => step(() => generator.return(value)),
    throw: (error: unknown) => step(() => generator.throw(error)),
  }
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(wrapper, name, { value, writable: true, configurable: true })
  }
  return wrapper
}

const nothing = (): void => undefined

/** `generator`, whose every step runs in `current`. */
export function iterateIn(generator: AsyncGenerator, current: Context, reading?: IterationEnd): AsyncGenerator {
  const wrapper = Object.create(Object.getPrototypeOf(generator) as object) as AsyncGenerator
  let pending = 0
  let keep = nothing
  let over = false
  const stopListening = reading ? onAbort(reading) : nothing

  const close = (): void => {
    over = true
    keep()
    stopListening()
  }
  const end = (outcome: { readonly error?: unknown }): void => {
    close()
    guard('iterate', () => reading?.ended?.(outcome))
  }
  /** Between two steps, only its reader holds the generator. */
  const settled = (): void => {
    pending--
    if (reading && !over && pending === 0) keep = endWhenAbandoned(wrapper, reading.left)
  }
  const leave = (stop: () => Promise<IteratorResult<unknown>>): Promise<IteratorResult<unknown>> => {
    close()
    guard('iterate', () => reading?.leaving?.())
    const result = context.with(current, stop)
    if (reading) result.then(reading.left, reading.left)
    return result
  }
  const methods = {
    next(...args: [] | [unknown]) {
      pending++
      keep()
      const result = context.with(current, () => generator.next(...args))
      if (reading) {
        result.then(
          ({ done, value }) => {
            if (done) return end({})
            guard('iterate', () => reading.yielded?.(value))
            settled()
          },
          (error: unknown) => end({ error }),
        )
      }
      return result
    },
    return: (value: unknown) => leave(() => generator.return(value)),
    throw: (error: unknown) => leave(() => generator.throw(error)),
  }
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(wrapper, name, { value, writable: true, configurable: true })
  }
  // For one that is never read at all.
  if (reading?.ended) keep = endWhenAbandoned(wrapper, reading.left)
  return wrapper
}

/** A function of its own, so that a long-lived signal does not keep the generator alive. */
function onAbort({ signal, aborted }: IterationEnd): () => void {
  if (!signal || !aborted) return nothing
  // The framework gets the abort as well and knows more about it, so it comes first.
  const listener = (): void => void soon(() => aborted(signal.reason))
  signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}
