/**
 * Tools of `ai` 6, which reports their start and end to the listeners on `globalThis`, without a flag. It reports agents and
 * workflows too, but not their failures, so that their spans could not end.
 */
import { context } from '@opentelemetry/api'
import { enterContext, isObject, path, startStep, stepOf, type Step } from '../../src/autolog/contract.js'
import { toolStep } from './channel.js'

const open = new WeakMap<object, Step>()

/** The tool runs in the context that the first listener enters. */
export function toolStarted(event: unknown): void {
  const call = path(event, 'toolCall')
  const { name, attributes, input } = toolStep(call)
  const around = stepOf(context.active())
  // If the program has turned on telemetry, the span that `ai` makes is this tool's already.
  if (!isObject(call) || typeof name !== 'string' || (around?.kind === 'tool' && around.name === name && !around.ended))
    return
  const step = startStep('tool', name, { attributes: attributes?.([], undefined) ?? {} })
  step.recordArguments(input?.([], undefined))
  open.set(call, step)
  enterContext(step.context)
}

export function toolEnded(event: unknown): void {
  const call = path(event, 'toolCall')
  const step = isObject(call) ? open.get(call) : undefined
  if (!step) return
  const error = path(event, 'error')
  if (error === undefined) step.recordResult(path(event, 'output'))
  step.end(error === undefined ? {} : { error })
}
