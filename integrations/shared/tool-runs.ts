/**
 * Helpers of SDKs that call a model and its tools in turns until there is an answer. The run is a span, so that its calls and tools
 * are one trace. It has the name of the method.
 */
import { context } from '@opentelemetry/api'
import {
  guard,
  isAsyncGenerator,
  isObject,
  iterateIn,
  startStep,
  type Patcher,
  type Replace,
  type Step,
} from '../../src/autolog/contract.js'

/** For a method that begins its run at once and returns an emitter that reports the end. */
export function patchEmittedRuns(patcher: Patcher, holder: unknown, method: string): void {
  if (isObject(holder) && method in holder) patcher.wrap(holder, method, emittedRun(method))
}

/**
 * For a method that returns a run, which begins when it is iterated or one of its other methods is called.
 *
 * @param makesSpan - Whether the SDK makes a span for the run itself, for the object that has the method.
 */
export function patchIteratedRuns(
  patcher: Patcher,
  holder: unknown,
  method: string,
  makesSpan: (self: unknown) => boolean,
): void {
  if (isObject(holder) && method in holder) patcher.wrap(holder, method, iteratedRun(method, makesSpan))
}

/** In an older version, one such method calls another. */
let beginning = false

const emittedRun =
  (name: string): Replace =>
  (original, active) =>
    function (...args) {
      const step = active() && !beginning ? guard('tools', startStep, 'agent', name) : undefined
      if (!step) return Reflect.apply(original, this, args)
      beginning = true
      try {
        const runner = context.with(step.context, () => Reflect.apply(original, this, args))
        if (guard('tools', endWith, runner, step) !== true) step.end()
        return runner
      } catch (error) {
        step.end({ error })
        throw error
      } finally {
        beginning = false
      }
    }

/** Watches `emit`, because a listener of ours would count as handling errors. */
function endWith(runner: unknown, step: Step): boolean {
  const emit = isObject(runner) ? runner['_emit'] : undefined
  if (typeof emit !== 'function') return false
  let failure: unknown
  const value = function (this: unknown, event: unknown, ...rest: unknown[]): unknown {
    if (event === 'error') failure = rest[0]
    if (event === 'end') guard('tools', () => step.end({ error: failure }))
    return Reflect.apply(emit, runner, [event, ...rest]) as unknown
  }
  Object.defineProperty(runner, '_emit', { value, writable: true, configurable: true })
  return true
}

const iteratedRun =
  (name: string, makesSpan: (self: unknown) => boolean): Replace =>
  (original, active) =>
    function (...args) {
      const runner: unknown = Reflect.apply(original, this, args)
      if (active() && guard('tools', makesSpan, this) === false) guard('tools', watchIteration, runner, name)
      return runner
    }

function watchIteration(runner: unknown, name: string): void {
  const iterate = isObject(runner) ? (runner as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] : undefined
  if (typeof iterate !== 'function') return
  const value = function (): unknown {
    const turns: unknown = Reflect.apply(iterate, runner, [])
    const step = isAsyncGenerator(turns) ? guard('tools', startStep, 'agent', name) : undefined
    if (!step || !isAsyncGenerator(turns)) return turns
    return iterateIn(turns, step.context, { left: () => step.end(), ended: ({ error }) => step.end({ error }) })
  }
  Object.defineProperty(runner, Symbol.asyncIterator, { value, writable: true, configurable: true })
}
