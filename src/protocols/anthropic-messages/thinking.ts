/**
 * Reasoning, both ways (https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking and
 * /extended-thinking): older models take a token budget, newer ones an effort.
 */
import type { Block, ChatRequest, Message } from '../../kernel/hub.js'
import { asNumber, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { Limits } from '../../kernel/limits.js'
import type { Dialect } from './dialect.js'
import { withClaudeProof } from '../shared/history/proofs.js'
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
  /** Thinking that the caller did not set explicitly, so the rest of the request has to fit it. */
  readonly derived: boolean
}

/**
 * `thinking` is sent as it was given. Without it `reasoning_effort` becomes a budget, or adaptive
 * thinking with an effort where the model takes that; an effort that is spelled out in
 * `output_config` keeps it from both.
 */
export function encodeThinking(
  request: ChatRequest,
  traits: Dialect,
  forced: boolean,
  limits: Limits,
): EncodedThinking {
  const thinking = chooseThinking(request, traits, limits)
  if (thinking.thinking?.['type'] !== 'enabled') return thinking
  // Other providers of the format have no proofs of thinking, and no such rules.
  if (!thinking.derived) return traits.isClaude ? thinkingNow(thinking, request.messages, forced, limits) : thinking
  // A budget that we chose gives way to what the API refuses beside it; adaptive thinking does not mind.
  if (forced) limits.warn('a forced tool excludes a thinking budget, so `reasoning_effort` is left out')
  else if (callsWithoutThinking(request.messages))
    limits.warn('the tools were called without thinking, so `reasoning_effort` is left out until they are done')
  else return thinking
  return { derived: false }
}

/**
 * A budget that the caller gives, where the API takes one: it refuses one in the middle of calls that were made without
 * thinking ("Expected `thinking` or `redacted_thinking`, but found `tool_use`"), and beside a forced tool
 * (https://platform.claude.com/docs/en/build-with-claude/extended-thinking#toggling-thinking-modes-in-conversations).
 */
function thinkingNow(
  given: EncodedThinking,
  messages: readonly Message[],
  forced: boolean,
  limits: Limits,
): EncodedThinking {
  if (forced) limits.unsupported('thinking', 'a forced tool excludes a thinking budget: leave one of them out')
  else if (callsWithoutThinking(messages))
    limits.warn('the tools were called without thinking, so `thinking` is left out until they are done')
  else return given
  const { thinking: _left, ...rest } = given
  return rest
}

function chooseThinking(request: ChatRequest, traits: Dialect, limits: Limits): EncodedThinking {
  const effort = request.reasoning_effort ?? undefined
  const given = isObject(request.thinking) ? fitGiven(request.thinking, traits, limits) : undefined
  const spelledOut = [request.extra_body, ownRaw(request.raw), request as unknown].some(hasEffort)
  if (spelledOut || effort === undefined) return { derived: false, ...(given && { thinking: given }) }
  const budget = BUDGETS.get(effort)
  if (effort !== 'none' && budget === undefined) {
    limits.unsupported('reasoning_effort', `use none, ${[...BUDGETS.keys()].join(', ')}`)
    return { derived: false, ...(given && { thinking: given }) }
  }
  const level = encodeEffort(effort, traits, limits)
  if (given) {
    if (!traits.adaptiveThinking) limits.warn('`thinking` is given, so `reasoning_effort` is left out')
    return { thinking: given, derived: false, ...(traits.adaptiveThinking && effort !== 'none' && { effort: level }) }
  }
  if (effort === 'none') return { ...leastThinking('reasoning_effort', traits, limits), derived: false }
  return traits.adaptiveThinking
    ? { thinking: { type: 'adaptive' }, effort: level, derived: true }
    : { thinking: { type: 'enabled', budget_tokens: budget }, derived: true }
}

function encodeEffort(effort: string, traits: Dialect, limits: Limits): string {
  if (effort === 'minimal') {
    limits.warn('the model has no `reasoning_effort` minimal: low is sent')
    return 'low'
  }
  if (effort !== 'xhigh' || traits.xhighEffort || !traits.adaptiveThinking) return effort
  limits.warn('the model has no `reasoning_effort` xhigh: high is sent')
  return 'high'
}

/** The least thinking of the model: not all can turn it off. */
function leastThinking(
  field: string,
  { leastThinking: least }: Dialect,
  limits: Limits,
): Pick<EncodedThinking, 'thinking' | 'effort'> {
  if (least === 'disabled') return { thinking: { type: 'disabled' } }
  const said = least === undefined ? 'it decides by itself how much to think' : `\`${least}\` is sent`
  limits.warn(`thinking cannot be turned off for this model (\`${field}\`): ${said}`)
  return least === undefined ? { thinking: { type: 'adaptive' }, effort: 'low' } : { thinking: { type: least } }
}

/** Newer models decide by themselves how long to think. */
function fitGiven(thinking: JsonObject, traits: Dialect, limits: Limits): JsonObject {
  if (thinking['type'] === 'disabled') return leastThinking('thinking', traits, limits).thinking ?? thinking
  if (thinking['type'] !== 'enabled' || traits.thinkingBudget) return thinking
  const { budget_tokens: _budget, ...rest } = thinking
  limits.warn('the model takes no thinking budget: adaptive thinking is sent')
  return { ...rest, type: 'adaptive' }
}

/**
 * Whether the answer goes on after calls of tools that none of the model's messages began with thinking: the API
 * refuses a budget until the results are dealt with. Such calls are another provider's, or lost their `thinking_blocks`.
 */
function callsWithoutThinking(messages: readonly Message[]): boolean {
  let called = false
  for (const message of messages.toReversed()) {
    if (message.role === 'user' && called) break
    if (message.role !== 'assistant') continue
    if (!message.function_call && !message.tool_calls?.length) break
    if ([...(message.thinking_blocks ?? []), ...(message.blocks ?? [])].some(isProven)) return false
    called = true
  }
  return called
}

function isProven(block: Block): boolean {
  return (
    block.type === 'redacted_thinking' || (block.type === 'thinking' && withClaudeProof(block).signature !== undefined)
  )
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
