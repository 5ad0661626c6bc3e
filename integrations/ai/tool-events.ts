/**
 * `ai` 6 tells whoever is registered on `globalThis` when a tool begins and ends, without a flag. It tells of agents and
 * workflows too, but not when they fail, so that their spans could not end.
 */
import { context } from '@opentelemetry/api'
import {
  enterContext,
  guard,
  isObject,
  path,
  startStep,
  stepOf,
  type Patcher,
  type Step,
} from '../../src/autolog/contract.js'
import { toolStep } from './channel.js'

const open = new WeakMap<object, Step>()

const listener = {
  onToolCallStart(event: unknown): void {
    guard('ai', () => {
      const call = path(event, 'toolCall')
      const { name, attributes, input } = toolStep(call)
      const around = stepOf(context.active())
      // Where the program has set the flag, the span that `ai` makes is this tool's already.
      if (
        !isObject(call) ||
        typeof name !== 'string' ||
        (around?.kind === 'tool' && around.name === name && !around.ended)
      )
        return
      const step = startStep('tool', name, { attributes: attributes?.([], undefined) ?? {} })
      step.recordArguments(input?.([], undefined))
      open.set(call, step)
      // The tool runs in what follows on this event.
      enterContext(step.context)
    })
  },
  onToolCallFinish(event: unknown): void {
    guard('ai', () => {
      const call = path(event, 'toolCall')
      const step = isObject(call) ? open.get(call) : undefined
      if (!step) return
      const error = path(event, 'error')
      if (error === undefined) step.recordResult(path(event, 'output'))
      step.end(error === undefined ? {} : { error })
    })
  },
}

/** Ours comes first: what follows on an event follows on the first that hears of it. */
export function listenForTools(patcher: Patcher): void {
  const holder = globalThis as { AI_SDK_TELEMETRY_INTEGRATIONS?: unknown[] }
  holder.AI_SDK_TELEMETRY_INTEGRATIONS ??= []
  const listeners = holder.AI_SDK_TELEMETRY_INTEGRATIONS
  listeners.unshift(listener)
  patcher.hook(() => {
    const at = listeners.indexOf(listener)
    if (at >= 0) listeners.splice(at, 1)
  })
}
