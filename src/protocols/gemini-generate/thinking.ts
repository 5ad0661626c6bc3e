/** Reasoning, both ways (https://ai.google.dev/gemini-api/docs/thinking): older models take a budget, newer ones a level. */
import type { ChatRequest } from '../../kernel/hub.js'
import { asNumber, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { Limits } from '../../kernel/limits.js'
import type { ModelTraits } from './model-traits.js'
import { message } from './wire.js'

/** The API's own equivalents: https://ai.google.dev/gemini-api/docs/openai#thinking */
const BUDGETS: ReadonlyMap<string, number> = new Map([
  ['none', 0],
  ['minimal', 1024],
  ['low', 1024],
  ['medium', 8192],
  ['high', 24_576],
  ['xhigh', 24_576],
  ['max', 24_576],
])

const LEVELS: ReadonlySet<string> = new Set(['minimal', 'low', 'medium', 'high'])

/** The budget that lets the model decide. */
const DYNAMIC = -1

type Reasoning = Pick<ChatRequest, 'thinking' | 'reasoning_effort'>

/** @param kept - The wire's own settings, as they were read; they go out as they were while they still say the same. */
export function encodeThinking(
  request: Reasoning,
  kept: unknown,
  traits: ModelTraits,
  limits: Limits,
): JsonObject | undefined {
  if (isObject(kept) && saysTheSame(decodeThinking(kept), request)) return kept
  const { thinking } = request
  const effort = request.reasoning_effort ?? undefined
  if (isObject(thinking)) {
    if (effort !== undefined) limits.warn('`thinking` is given, so `reasoning_effort` is left out')
    if (thinking.type === 'disabled') return { thinkingBudget: 0 }
    return {
      thinkingBudget: thinking.type === 'adaptive' ? DYNAMIC : (asNumber(thinking.budget_tokens) ?? DYNAMIC),
      includeThoughts: true,
    }
  }
  if (effort === undefined) return undefined
  const budget = BUDGETS.get(effort)
  if (budget === undefined) {
    limits.unsupported('reasoning_effort', `use ${[...BUDGETS.keys()].join(', ')}`)
    return undefined
  }
  if (!traits.thinks) {
    if (effort !== 'none') limits.unsupported('reasoning_effort', 'the model does not think')
    return undefined
  }
  if (effort === 'none' && !traits.canStopThinking)
    limits.warn('the model cannot be told not to think: `reasoning_effort` is its least')
  if (traits.thinkingLevel) return { thinkingLevel: levelOf(effort, traits), includeThoughts: effort !== 'none' }
  if (effort === 'none') return { thinkingBudget: traits.canStopThinking ? 0 : 128 }
  return { thinkingBudget: budget, includeThoughts: true }
}

function levelOf(effort: string, traits: ModelTraits): string {
  if (effort === 'none' || effort === 'minimal') return traits.minimalLevel ? 'MINIMAL' : 'LOW'
  return LEVELS.has(effort) ? effort.toUpperCase() : 'HIGH'
}

function saysTheSame(a: Reasoning, b: Reasoning): boolean {
  return (
    (a.reasoning_effort ?? undefined) === (b.reasoning_effort ?? undefined) &&
    a.thinking?.type === b.thinking?.type &&
    a.thinking?.budget_tokens === b.thinking?.budget_tokens
  )
}

/** What the hub can say of a `thinkingConfig`; `includeThoughts` alone says nothing there. */
export function decodeThinking(wire: unknown): Reasoning {
  const config = message(wire)
  if (!config) return {}
  const level = asString(config['thinkingLevel'])?.toLowerCase()
  const budget = asNumber(config['thinkingBudget'])
  if (level !== undefined && LEVELS.has(level)) return { reasoning_effort: level }
  if (budget === undefined) return {}
  if (budget === 0) return { thinking: { type: 'disabled' } }
  return { thinking: budget < 0 ? { type: 'adaptive' } : { type: 'enabled', budget_tokens: budget } }
}
