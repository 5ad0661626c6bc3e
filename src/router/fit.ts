/** Whether a target can serve a call at all, before a request is made. */
import type { Capability } from './options.js'
import type { RoutedCall } from './strategy.js'
import type { Target } from './target.js'

/** Why not, in a few words; `undefined` when it can, as far as is known. */
export function unfitness(call: RoutedCall, { facts }: Target): string | undefined {
  const { region, contextWindow, capabilities } = facts
  const wanted = call.metadata['region']
  if (typeof wanted === 'string' && region !== undefined && region !== wanted) return `is in ${region}`
  if (contextWindow !== undefined && call.inputTokens + call.outputTokens > contextWindow) {
    return `has a context of ${contextWindow} tokens`
  }
  for (const capability of capabilities ? call.needs : []) {
    if (capabilities?.[capability as Capability] === false) return `has no ${capability}`
  }
  return undefined
}
