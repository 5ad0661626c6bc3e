/**
 * `callModel()`: a run of a model and its tools. It begins when its result is asked for anything. Its model calls go by
 * functions (`shared/speakeasy.ts`); with tools it is an agent's run, which holds them and what the tools do.
 */
import { context } from '@opentelemetry/api'
import {
  asString,
  endWhenAbandoned,
  guard,
  isObject,
  path,
  startStep,
  type Patcher,
  type Replace,
  type Step,
} from '../../src/autolog/contract.js'

/** Runs that have begun. */
const runs = new WeakMap<object, Step>()

/** @param callModel - Gives an object of a class that the package does not export, and starts nothing. */
export function patchRuns(patcher: Patcher, callModel: unknown): void {
  if (typeof callModel !== 'function') return
  const result = patcher.exemplar(() => Reflect.apply(callModel, {}, [{ model: '', input: '' }]) as unknown)
  const holder: unknown = result && Object.getPrototypeOf(result)
  if (!isObject(holder)) return
  // Every way of reading the result goes through the first; those that run tools through the second.
  patcher.wrap(holder, 'initStream', inRun(patcher, false))
  patcher.wrap(holder, 'executeToolsIfNeeded', inRun(patcher, true))
}

/** @param whole - When it has settled, the run is over. */
const inRun =
  (patcher: Patcher, whole: boolean): Replace =>
  (original, active) =>
    function (this: unknown, ...args: unknown[]) {
      const step = active() ? guard('run', runOf, this, patcher) : undefined
      if (!step || step.ended) return Reflect.apply(original, this, args)
      const settled: unknown = context.with(step.context, () => Reflect.apply(original, this, args))
      guard('run', () => endWith(settled, step, whole))
      return settled
    }

function runOf(result: unknown, patcher: Patcher): Step | undefined {
  const options = path(result, 'options')
  const tools = path(options, 'tools')
  if (!isObject(result) || !isObject(options) || !Array.isArray(tools) || tools.length === 0) return undefined
  const known = runs.get(result)
  if (known) return known
  const step = startStep('agent', 'callModel')
  runs.set(result, step)
  endWhenAbandoned(result, () => step.end())
  // The options are the result's own; the program's tools stay as they are.
  options['tools'] = tools.map((tool: unknown) => traced(tool, patcher))
  return step
}

function endWith(settled: unknown, step: Step, whole: boolean): void {
  if (!(settled instanceof Promise)) return step.end()
  // The SDK itself waits for this promise, and hands its failure on.
  settled.then(
    () => whole && step.end(),
    (error: unknown) => step.end({ error }),
  )
}

function traced(tool: unknown, patcher: Patcher): unknown {
  const definition = path(tool, 'function')
  const execute = path(definition, 'execute')
  if (!isObject(tool) || !isObject(definition) || typeof execute !== 'function') return tool
  const run = execute as (...args: unknown[]) => unknown
  const name = asString(definition['name']) ?? 'tool'
  const step = patcher.asStep(run, { kind: 'tool', name, input: ([input]) => input, output: (result) => result })
  return { ...tool, function: { ...definition, execute: step } }
}
