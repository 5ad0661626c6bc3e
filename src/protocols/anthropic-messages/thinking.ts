/**
 * Reasoning, both ways (https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking and
 * /extended-thinking): older models take a token budget, newer ones an effort.
 */
import type { ChatRequest } from '../../kernel/hub.js'
import { asNumber, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { Limits } from '../../kernel/limits.js'
import type { ModelTraits } from './model-traits.js'
import { ownRaw } from './wire.js'

/** Tokens an effort may think; the API's least is 1024. */
const BUDGETS: ReadonlyMap<string, number> = new Map([
  ['minimal', 1024],
  ['low', 1024],
  ['medium', 2048],
  ['high', 4096],
  ['xhigh', 8192],
  ['max', 16_384],
])

export interface EncodedThinking {
  readonly thinking?: JsonObject
  readonly effort?: string
  /** Thinking that the caller did not spell out, so the rest of the request has to fit it. */
  readonly derived: boolean
}

/**
 * `thinking` goes out as it was given. Without it `reasoning_effort` becomes a budget, or adaptive
 * thinking with an effort where the model takes that; an effort that is spelled out in
 * `output_config` keeps it from both.
 */
export function encodeThinking(request: ChatRequest, traits: ModelTraits, limits: Limits): EncodedThinking {
  const effort = request.reasoning_effort ?? undefined
  const given = isObject(request.thinking) ? request.thinking : undefined
  const spelledOut = [request.extra_body, ownRaw(request.raw), request as unknown].some(hasEffort)
  if (spelledOut || effort === undefined) return { derived: false, ...(given && { thinking: given }) }
  const budget = BUDGETS.get(effort)
  if (effort !== 'none' && budget === undefined) {
    limits.unsupported('reasoning_effort', `use none, ${[...BUDGETS.keys()].join(', ')}`)
    return { derived: false, ...(given && { thinking: given }) }
  }
  const level = effort === 'minimal' ? 'low' : effort
  if (given) {
    if (!traits.adaptiveThinking) limits.warn('`thinking` is given, so `reasoning_effort` is left out')
    return { thinking: given, derived: false, ...(traits.adaptiveThinking && effort !== 'none' && { effort: level }) }
  }
  if (effort === 'none') return { thinking: { type: 'disabled' }, derived: false }
  return traits.adaptiveThinking
    ? { thinking: { type: 'adaptive' }, effort: level, derived: true }
    : { thinking: { type: 'enabled', budget_tokens: budget }, derived: true }
}

/** Whether the wire fields say the effort themselves. */
function hasEffort(fields: unknown): boolean {
  const output = isObject(fields) ? fields['output_config'] : undefined
  return isObject(output) && output['effort'] !== undefined
}

/** The output limit with room for thinking: on the wire it counts both. */
export function roomForThinking(maxTokens: number, thinking: EncodedThinking, limits: Limits): number {
  const budget = thinking.derived ? asNumber(thinking.thinking?.['budget_tokens']) : undefined
  if (budget === undefined || maxTokens > budget) return maxTokens
  limits.warn(`max_tokens is raised by the thinking budget of ${budget}, which it has to exceed`)
  return maxTokens + budget
}

export interface DecodedThinking {
  readonly thinking?: NonNullable<ChatRequest['thinking']>
  readonly reasoning_effort?: string
  /** The effort stands alone or beside another kind of thinking, so the hub's two fields cannot say it. */
  readonly keepEffort: boolean
  /** The hub has no such kind of thinking. */
  readonly keepThinking: boolean
}

export function decodeThinking(wireThinking: unknown, wireEffort: unknown): DecodedThinking {
  const effort = asString(wireEffort)
  const thinking = isObject(wireThinking) ? wireThinking : undefined
  const derived = thinking?.['type'] === 'adaptive' && Object.keys(thinking).length === 1
  if (effort !== undefined && derived && BUDGETS.has(effort) && effort !== 'minimal') {
    return { reasoning_effort: effort, keepEffort: false, keepThinking: false }
  }
  const known = thinking !== undefined && isKnown(thinking)
  return {
    ...(effort !== undefined && { reasoning_effort: effort }),
    ...(known && { thinking }),
    keepEffort: effort !== undefined,
    keepThinking: thinking !== undefined && !known,
  }
}

function isKnown(thinking: JsonObject): thinking is NonNullable<ChatRequest['thinking']> {
  const { type } = thinking
  return type === 'enabled' || type === 'disabled' || type === 'adaptive'
}
