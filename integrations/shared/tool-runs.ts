/**
 * Helpers of SDKs that call a model and its tools in turns until it has its answer: the run is a span, so that its calls and what
 * its tools do are one trace. The SDKs give it no name, so it has that of the method.
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

/** A method that begins its run at once, and gives an emitter that tells of its end. */
export function patchEmittedRuns(patcher: Patcher, holder: unknown, method: string): void {
  if (isObject(holder) && method in holder) patcher.wrap(holder, method, emittedRun(method))
}

/**
 * A method that gives a run which begins when it is iterated, as its other methods do as well.
 *
 * @param tells - Whether the SDK makes a span of the run itself. Given what the method is called on.
 */
export function patchIteratedRuns(
  patcher: Patcher,
  holder: unknown,
  method: string,
  tells: (self: unknown) => boolean,
): void {
  if (isObject(holder) && method in holder) patcher.wrap(holder, method, iteratedRun(method, tells))
}

/** In an older version one such method calls another. */
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

/** By what it tells its listeners: one of ours would count as one that handles its errors. */
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
  (name: string, tells: (self: unknown) => boolean): Replace =>
  (original, active) =>
    function (...args) {
      const runner: unknown = Reflect.apply(original, this, args)
      if (active() && guard('tools', tells, this) === false) guard('tools', watchIteration, runner, name)
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
