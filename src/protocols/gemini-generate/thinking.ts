/** Reasoning, both ways (https://ai.google.dev/gemini-api/docs/thinking): older models take a budget, newer ones a level. */
import type { ChatRequest } from '../../kernel/hub.js'
import { asNumber, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { Limits } from '../../kernel/limits.js'
import type { GeminiTraits, ThinkingLevel } from '../../models/index.js'
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

const LEVELS: readonly string[] = ['minimal', 'low', 'medium', 'high'] satisfies ThinkingLevel[]

/** The budget that lets the model decide. */
const DYNAMIC = -1

type Reasoning = Pick<ChatRequest, 'thinking' | 'reasoning_effort'>

/** @param kept - The wire's own settings, as they were read; they are sent as they were while they still say the same. */
export function encodeThinking(
  request: Reasoning,
  kept: unknown,
  traits: GeminiTraits,
  limits: Limits,
): JsonObject | undefined {
  if (isObject(kept) && saysTheSame(decodeThinking(kept), request)) return kept
  const { thinking } = request
  const effort = request.reasoning_effort ?? undefined
  // Adaptive thinking leaves to the effort how much there is.
  const isByEffort = thinking?.type === 'adaptive' && effort !== undefined && effort !== 'none'
  if (isObject(thinking) && !isByEffort) {
    if (effort !== undefined) limits.warn('`thinking` is given, so `reasoning_effort` is left out')
    if (thinking.type === 'disabled') return withoutThinking('thinking', traits, limits)
    if (!traits.thinks) {
      limits.unsupported('thinking', 'the model does not think')
      return undefined
    }
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
  if (effort === 'none') return withoutThinking('reasoning_effort', traits, limits)
  if (!traits.thinks) {
    limits.unsupported('reasoning_effort', 'the model does not think')
    return undefined
  }
  if (traits.thinkingLevels.length > 0) return { thinkingLevel: levelOf(effort, traits, limits), includeThoughts: true }
  if (effort === 'xhigh' || effort === 'max') warnOfLevel(effort, 'high', limits)
  return { thinkingBudget: budget, includeThoughts: true }
}

function warnOfLevel(effort: string, level: string, limits: Limits): void {
  limits.warn(`the model has no \`reasoning_effort\` ${effort}: ${level} is sent`)
}

/** The least that the model can be told, where it cannot be told to stop. */
function withoutThinking(field: string, traits: GeminiTraits, limits: Limits): JsonObject | undefined {
  if (!traits.thinks) return undefined
  if (traits.canStopThinking) return { thinkingBudget: 0 }
  limits.warn(`thinking cannot be turned off for this model: \`${field}\` is its least`)
  const [least] = traits.thinkingLevels
  return least === undefined ? { thinkingBudget: 128 } : { thinkingLevel: least.toUpperCase(), includeThoughts: false }
}

/** The level itself, or the next above it that the model takes. */
function levelOf(effort: string, { thinkingLevels }: GeminiTraits, limits: Limits): string {
  const wanted = LEVELS.indexOf(effort)
  const taken = wanted < 0 ? undefined : thinkingLevels.find((level) => LEVELS.indexOf(level) >= wanted)
  const level = taken ?? 'high'
  if (level !== effort) warnOfLevel(effort, level, limits)
  return level.toUpperCase()
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
  if (level !== undefined && LEVELS.includes(level)) return { reasoning_effort: level }
  if (budget === undefined) return {}
  if (budget === 0) return { thinking: { type: 'disabled' } }
  return { thinking: budget < 0 ? { type: 'adaptive' } : { type: 'enabled', budget_tokens: budget } }
}
