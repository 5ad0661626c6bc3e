/** Agents of the AI SDK only set up a call of `generateText` or `streamText`: that call is the agent's. */
import { context } from '@opentelemetry/api'
import { asString, contextKey, guard, path, type Replace } from '../../src/autolog/contract.js'

/** An agent that was asked, until the call that it makes has begun. */
interface Asked {
  readonly name: string
  taken: boolean
}

const ASKED = contextKey('tracestitch.ai.agent')

/** A method that asks an agent. */
export const inAgent: Replace = (original, active) =>
  function (...args) {
    if (!active()) return original.apply(this, args)
    const asked: Asked = { name: guard('ai', () => nameOf(this)) ?? 'agent', taken: false }
    return context.with(context.active().setValue(ASKED, asked), () => original.apply(this, args))
  }

function nameOf(agent: unknown): string | undefined {
  return asString(path(agent, 'settings', 'id')) ?? asString(path(agent, 'constructor', 'name'))
}

/** Name of the agent that makes the call which begins here. Only its first call is the agent's own. */
export function takeAgent(): string | undefined {
  const asked = context.active().getValue(ASKED) as Asked | undefined
  if (!asked || asked.taken) return undefined
  asked.taken = true
  return asked.name
}
