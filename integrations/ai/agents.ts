/** Agents of the AI SDK only call `generateText` or `streamText`. That call is the agent's span. */
import { context } from '@opentelemetry/api'
import { types } from 'node:util'
import {
  asString,
  contextKey,
  guard,
  path,
  type ModuleExports,
  type Patcher,
  type Replace,
} from '../../src/autolog/contract.js'
import { withOwnTelemetry } from './own-telemetry.js'

/** An agent whose method runs, until the call that it makes has begun. */
interface Asked {
  readonly name: string
  taken: boolean
}

const ASKED = contextKey('tracestitch.ai.agent')

/** @param hasChannel - Whether this version has a channel. Before, a call makes spans if its options say so. */
export function patchAgents(module: ModuleExports, patcher: Patcher, hasChannel: boolean): void {
  const agent = path(module, 'ToolLoopAgent', 'prototype') ?? path(module, 'Experimental_Agent', 'prototype')
  // Version 6 makes the options of its call in `prepareCall`. In 5, options of its methods override those of the agent.
  const prepares = path(agent, 'prepareCall') !== undefined
  for (const method of ['generate', 'stream']) patcher.wrap(agent, method, inAgent(!hasChannel && !prepares))
  if (!hasChannel && prepares) patcher.wrap(agent, 'prepareCall', preparing)
}

/** For a method that runs an agent. */
const inAgent =
  (givesOptions: boolean): Replace =>
  (original, active) =>
    function (...args) {
      if (!active()) return original.apply(this, args)
      const asked: Asked = { name: guard('ai', () => nameOf(this)) ?? 'agent', taken: false }
      const given = givesOptions ? [withOwnTelemetry(args[0], path(this, 'settings')), ...args.slice(1)] : args
      return context.with(context.active().setValue(ASKED, asked), () => original.apply(this, given))
    }

const preparing: Replace = (original, active) =>
  function (...args) {
    const prepared = original.apply(this, args)
    return active() && types.isPromise(prepared) ? prepared.then((options) => withOwnTelemetry(options)) : prepared
  }

function nameOf(agent: unknown): string | undefined {
  return asString(path(agent, 'settings', 'id')) ?? asString(path(agent, 'constructor', 'name'))
}

/** Name of the agent whose call begins here. Only its first call is the agent's own. */
export function takeAgent(): string | undefined {
  const asked = context.active().getValue(ASKED) as Asked | undefined
  if (!asked || asked.taken) return undefined
  asked.taken = true
  return asked.name
}
