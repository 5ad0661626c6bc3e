/** Manual spans of the user, which last as long as what a function returns. */
import { context, type Attributes, type Span } from '@opentelemetry/api'
import { guard, isThenable } from '../../kernel/guard.js'
import { endWhenAbandoned } from './abandoned.js'
import { generateIn, isAsyncGenerator, iterateIn } from './iterate.js'
import { startStep, type Step, type StepKind } from './step.js'
import { isGeneratorObject, isPromise } from '../../kernel/platform.js'

/** Options of `trace()`. */
export interface TraceOptions {
  /** Kind of the span. Default `chain`: a plain span with the given name. */
  readonly kind?: StepKind
  /** Attributes of the span, from its start on. */
  readonly attributes?: Attributes
}

/**
 * Runs `fn` inside a span of its own and returns what it returns. The span ends when `fn` has returned or its promise has
 * settled. For a generator, a stream of an SDK or a Node stream, it ends when that was read to its end or its reader stops. The
 * body of a generator runs inside the span too. An error marks the span and is thrown unchanged.
 *
 * A web `ReadableStream` cannot be watched without replacing it, so its span ends when `fn` has returned it.
 */
export function traced<T>(name: string, fn: (span: Span) => T, options: TraceOptions = {}): T {
  const step = startStep(options.kind ?? 'chain', name, options.attributes ? { attributes: options.attributes } : {})
  let result: T
  try {
    result = context.with(step.context, () => fn(step.span))
  } catch (error) {
    step.end({ error })
    throw error
  }
  if (!isThenable(result)) return followed(result, step)
  const failed = (error: unknown): never => {
    step.end({ error })
    throw error
  }
  // `then` of another library's promise need not return a promise.
  const promise = isPromise(result) ? result : Promise.resolve(result)
  return promise.then((value: unknown) => followed(value, step), failed) as T
}

/** Keeps the span open while the value can still be read, or ends it. */
function followed<T>(value: T, step: Step): T {
  if (isAsyncGenerator(value)) return iterateIn(value, step.context, readingOf(step)) as T
  if (isGeneratorObject(value)) return generateIn(value as Generator, step.context, readingOf(step).ended) as T
  if (guard('trace', () => isLeftOpen(value, step)) !== true) step.end()
  return value
}

function isLeftOpen(value: unknown, step: Step): boolean {
  if (isReadable(value)) endWithReadable(value, step)
  else if (isStream(value)) endWithStream(value, step)
  else return false
  return true
}

/** A function of its own, so that nothing here keeps alive what is read. */
function readingOf(step: Step) {
  return {
    left: (): void => step.end(),
    ended: ({ error }: { readonly error?: unknown }): void => step.end({ error }),
  }
}

/** A stream of an SDK: read by `for await`, or by methods that use the same iterator. */
interface IterableStream {
  [Symbol.asyncIterator]: () => AsyncIterator<unknown>
  iterator?: () => AsyncIterator<unknown>
}

/** Excludes pages and cursors, which can be iterated too, but may never be. */
function isStream(value: unknown): value is IterableStream {
  if (typeof value !== 'object' || value === null || !Object.isExtensible(value)) return false
  const { [Symbol.asyncIterator]: iterate, getReader, on, controller } = value as Record<string | symbol, unknown>
  if (typeof iterate !== 'function' || getReader !== undefined || on !== undefined) return false
  return controller instanceof AbortController || Object.keys(value).length === 0
}

/** The span lasts as long as the first iteration. */
function endWithStream(stream: IterableStream, step: Step): void {
  const entry = typeof stream.iterator === 'function' ? 'iterator' : Symbol.asyncIterator
  const iterate = stream[entry] as () => AsyncIterator<unknown>
  const reading = readingOf(step)
  const keep = endWhenAbandoned(stream, reading.left)
  let first = true
  const value = function (this: unknown): AsyncIterator<unknown> {
    const iterator = Reflect.apply(iterate, this, [])
    if (!first) return iterator
    first = false
    keep()
    // Only what can be left early can be followed.
    if (!isAsyncGenerator(iterator)) step.end()
    else return iterateIn(iterator, step.context, reading)
    return iterator
  }
  Object.defineProperty(stream, entry, { value, writable: true, configurable: true })
}

interface Readable {
  once(event: 'close' | 'end', listener: () => void): unknown
  readonly errored?: unknown
}

function isReadable(value: unknown): value is Readable {
  if (typeof value !== 'object' || value === null) return false
  const { pipe, once, readable } = value as Record<string, unknown>
  return typeof pipe === 'function' && typeof once === 'function' && readable === true
}

/** Does not listen for `error`: one that the program does not handle must stay unhandled. */
function endWithReadable(stream: Readable, step: Step): void {
  const watch = endWhenAbandoned(stream, readingOf(step).left)
  // Single reads cannot be seen.
  watch.reading()
  const end = (): void => {
    watch()
    step.end({ error: stream.errored ?? undefined })
  }
  stream.once('end', end)
  stream.once('close', end)
}
