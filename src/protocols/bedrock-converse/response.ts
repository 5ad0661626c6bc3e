/** Whole answers (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html), both ways. */
import { blocksOf, messageFromBlocks } from '../../kernel/message-blocks.js'
import { StreamError } from '../../kernel/errors.js'
import type { Block, ChatCompletion, CompletionMessage } from '../../kernel/hub.js'
import { asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject } from '../../kernel/protocol.js'
import { decodeBlocks } from './blocks-decode.js'
import { citationsOf, encodeBlock, encodeThinking } from './blocks-encode.js'
import { providerError } from './error.js'
import { decodeFinish, encodeFinish } from './finish-reason.js'
import { decodeServiceTier, decodeUsage, encodeServiceTier, encodeUsage } from './usage.js'
import { ID, ownRaw } from './wire.js'

/** The format names no id, and a model only where a router chose it: they are empty, and the client fills them in. */
export function decodeResponse(wire: unknown, options: DecodeOptions = {}): ChatCompletion {
  if (!isObject(wire)) throw new StreamError(`expected an answer of converse, got ${typeName(wire)}`)
  const { output } = wire
  const message = isObject(output) && isObject(output['message']) ? output['message'] : undefined
  if (!message) {
    if (typeof wire['message'] === 'string' || wire['__type'] !== undefined) throw providerError(wire)
    if (wire['stopReason'] === undefined) throw new StreamError('expected an answer of converse, got another object')
  }
  const content = options.content ?? true
  const usage = decodeUsage(wire['usage'])
  const raw = rawOf(wire, content)
  return {
    id: '',
    object: 'chat.completion',
    created: 0,
    model: routedModel(wire),
    choices: [
      {
        index: 0,
        ...decodeFinish(wire['stopReason']),
        message: content ? decodeMessage(message) : { role: 'assistant', content: null, refusal: null },
        logprobs: null,
      },
    ],
    ...(usage && { usage }),
    ...decodeServiceTier(wire['serviceTier']),
    ...(raw && { raw }),
  }
}

function decodeMessage(message: JsonObject | undefined): CompletionMessage {
  const { blocks, toolCalls } = decodeBlocks(message?.['content'])
  return messageFromBlocks(blocks, toolCalls)
}

/**
 * The model that a prompt router chose (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_PromptRouterTrace.html).
 * Empty where none did: an answer names no other.
 */
export function routedModel({ trace }: JsonObject): string {
  const router = isObject(trace) ? trace['promptRouter'] : undefined
  return (isObject(router) ? asString(router['invokedModelId']) : undefined) ?? ''
}

/** Fields without content. */
const SCALARS = ['metrics', 'performanceConfig'] as const
const CONTENT = ['additionalModelResponseFields', 'trace'] as const

/** Fields of an answer outside its message, kept for the codec that read it. */
export function rawOf(wire: JsonObject, content: boolean): ChatCompletion['raw'] {
  const fields = content ? [...SCALARS, ...CONTENT] : SCALARS
  const kept: [string, unknown][] = fields.flatMap((field) => (wire[field] == null ? [] : [[field, wire[field]]]))
  // A tier the hub has no word for.
  if (wire['serviceTier'] != null && !decodeServiceTier(wire['serviceTier']).service_tier)
    kept.push(['serviceTier', wire['serviceTier']])
  return kept.length > 0 ? { protocol: ID, value: Object.fromEntries(kept) } : undefined
}

/** Writes the first choice: the format has only one. Blocks of other formats have no counterpart here. */
export function encodeResponse(response: ChatCompletion): JsonObject {
  const choice = response.choices[0]
  const message = choice?.message
  const blocks = message ? blocksOf(message) : []
  const refused = blocks.some((block) => block.type === 'refusal')
  const finish = choice?.finish_reason ?? 'stop'
  return {
    output: { message: { role: 'assistant', content: blocks.flatMap((block) => encodeAnswerBlock(block, message)) } },
    // OpenAI ends a refusal with `stop`; this format has a finish reason for it.
    stopReason: encodeFinish(refused && finish === 'stop' ? 'content_filter' : finish, choice?.native_finish_reason),
    // Unknown counts are not zero.
    ...(response.usage && { usage: encodeUsage(response.usage) }),
    ...encodeServiceTier(response.service_tier),
    ...ownRaw(response.raw),
  }
}

function encodeAnswerBlock(block: Block, message: CompletionMessage | undefined): JsonObject[] {
  const wire = encodeBlock(block, message?.tool_calls ?? [])
  // Thinking of another provider has no signature; readers of an answer do not need one.
  if (wire === 'unsigned thinking' && block.type === 'thinking') return [encodeThinking(block)]
  if (wire === 'refusal' && block.type === 'refusal') return block.refusal === '' ? [] : [{ text: block.refusal }]
  if (typeof wire !== 'object') return []
  const citations = block.type === 'text' && !block.raw ? citationsOf(block) : []
  if (block.type !== 'text' || citations.length === 0) return wire
  return [{ citationsContent: { content: [{ text: block.text }], citations } }]
}
