/**
 * `additionalModelRequestFields`, both ways: settings of the model's own, which the API passes on unread.
 * A field that a request spells out wins over what the hub's settings would make of it.
 */
import type { ChatRequest } from '../../kernel/hub.js'
import { asNumber, asString, isObject } from '../../kernel/json.js'
import type { Limits } from '../../kernel/limits.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { ConverseTraits } from '../../models/index.js'
import { dialectOf as messagesDialectOf } from '../anthropic-messages/dialect.js'
import { outputLimit } from '../anthropic-messages/output-limit.js'
import { encodeThinking, roomForThinking } from '../anthropic-messages/thinking.js'
import { dialectOf } from './dialect.js'

export interface EncodedModelFields {
  readonly fields: JsonObject
  /** Output limit, raised where it has to exceed a thinking budget that we chose. */
  readonly maxTokens: number | undefined
  /** Thinking is sent that the caller did not spell out. */
  readonly thinks: boolean
  /** The effort that was put in the words of the model's family. */
  readonly effort?: string
}

/** Fields that ask for reasoning, in the words of any family. */
const REASONING = ['thinking', 'output_config', 'reasoning_effort', 'reasoning_config', 'reasoningConfig', 'reasoning']

export interface SpelledOut {
  readonly modelFields: JsonObject
  readonly outputConfig: JsonObject
}

export function encodeModelFields(
  request: ChatRequest,
  model: string,
  spelledOut: SpelledOut,
  forced: boolean,
  limits: Limits,
): EncodedModelFields {
  const given = request.max_completion_tokens ?? request.max_tokens ?? undefined
  const fields: JsonObject = {}
  const dialect = dialectOf(model)
  if (request.top_k != null) {
    if (dialect.topK) Object.assign(fields, topKIn(dialect.topK, request.top_k))
    else limits.unsupported('top_k', 'the model takes none')
  }
  const said = { fields, maxTokens: given, thinks: false }
  const effort = request.reasoning_effort
  const isSpelledOut =
    REASONING.some((name) => spelledOut.modelFields[name] !== undefined) ||
    spelledOut.outputConfig['effort'] !== undefined
  if (dialect.reasoning === 'thinking') {
    // An effort in the words of the API itself wins over the hub's.
    const own = isSpelledOut ? { ...request, reasoning_effort: null } : request
    return encodeClaude(own, model, forced, said, limits)
  }
  if (request.thinking != null) fields['thinking'] = request.thinking
  if (effort == null || isSpelledOut) return said
  if (dialect.reasoning)
    return { ...said, fields: { ...fields, ...effortIn(dialect.reasoning, effort, limits) }, effort }
  limits.unsupported(
    'reasoning_effort',
    'the model is not known to take one; set it in extra_body.additionalModelRequestFields',
  )
  return said
}

function topKIn(place: NonNullable<ConverseTraits['topK']>, topK: number): JsonObject {
  return place === 'inferenceConfig.topK' ? { inferenceConfig: { topK } } : { [place]: topK }
}

/** In the words of the model's family. */
function effortIn(
  words: Exclude<ConverseTraits['reasoning'], 'thinking' | undefined>,
  effort: string,
  limits: Limits,
): JsonObject {
  if (words === 'reasoning.effort') return { reasoning: { effort } }
  if (words !== 'reasoningConfig') return { [words]: effort }
  // https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html
  if (effort === 'none') return { reasoningConfig: { type: 'disabled' } }
  const level = effort === 'low' || effort === 'medium' ? effort : effort === 'minimal' ? 'low' : 'high'
  if (level !== effort) limits.warn(`the model has no \`reasoning_effort\` ${effort}: ${level} is sent`)
  return { reasoningConfig: { type: 'enabled', maxReasoningEffort: level } }
}

function encodeClaude(
  request: ChatRequest,
  model: string,
  forced: boolean,
  said: EncodedModelFields,
  limits: Limits,
): EncodedModelFields {
  const thinking = encodeThinking(request, messagesDialectOf(model), forced, limits)
  const { fields, maxTokens } = said
  if (thinking.thinking) fields['thinking'] = thinking.thinking
  if (thinking.effort !== undefined) fields['output_config'] = { effort: thinking.effort }
  const isBudgeted = thinking.derived && thinking.thinking?.['budget_tokens'] !== undefined
  return {
    fields,
    maxTokens: isBudgeted
      ? roomForThinking(maxTokens ?? outputLimit(request, model, undefined, limits), thinking, limits)
      : maxTokens,
    thinks: thinking.derived,
  }
}

/** @returns What has no place in the hub, to be sent again as it was; `undefined` when nothing is left. */
export function decodeModelFields(request: ChatRequest, wire: unknown): unknown {
  if (!isObject(wire)) return wire ?? undefined
  const { top_k: topK, thinking, ...rest } = wire
  const left: [string, unknown][] = Object.entries(rest)
  const topNumber = asNumber(topK)
  // Only where it would be written as it stands here.
  if (topNumber !== undefined && dialectOf(request.model).topK === 'top_k') request.top_k = topNumber
  else if (topK !== undefined) left.push(['top_k', topK])
  if (isThinking(thinking)) request.thinking = thinking
  else if (thinking !== undefined) left.push(['thinking', thinking])
  const output = isObject(rest['output_config']) ? rest['output_config'] : {}
  const nova = isObject(rest['reasoningConfig']) ? rest['reasoningConfig'] : {}
  const openai = isObject(rest['reasoning']) ? rest['reasoning'] : {}
  const words = [rest['reasoning_effort'], rest['reasoning_config'], output['effort'], nova['maxReasoningEffort']]
  const effort = [...words, openai['effort']].map(asString).find((word) => word !== undefined)
  // Decoded for readers; the field itself, which depends on the model's family, is what is sent again.
  if (effort !== undefined) request.reasoning_effort = effort
  return left.length > 0 ? Object.fromEntries(left) : undefined
}

function isThinking(value: unknown): value is NonNullable<ChatRequest['thinking']> {
  if (!isObject(value)) return false
  const { type } = value
  return type === 'enabled' || type === 'disabled' || type === 'adaptive'
}
