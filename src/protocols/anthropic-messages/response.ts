/** Whole answers (https://platform.claude.com/docs/en/api/messages/create), both ways. */
import { blocksOf, messageFromBlocks } from '../../kernel/message-blocks.js'
import { StreamError } from '../../kernel/errors.js'
import type { Block, ChatCompletion, CompletionMessage } from '../../kernel/hub.js'
import { asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject } from '../../kernel/protocol.js'
import { rawOf } from './answer-raw.js'
import { decodeBlocks, decodeRefusal } from './blocks-decode.js'
import { citationsOf, encodeBlock, encodeStopDetails } from './blocks-encode.js'
import { providerError } from './error.js'
import { decodeFinish, encodeFinish } from './finish-reason.js'
import { decodeServiceTier, decodeUsage, encodeServiceTier, encodeUsage } from './usage.js'
import { ownRaw } from './wire.js'

export function decodeResponse(wire: unknown, options: DecodeOptions = {}): ChatCompletion {
  if (!isObject(wire)) throw new StreamError(`expected a message, got ${typeName(wire)}`)
  if (wire['type'] === 'error') throw providerError(wire)
  if (wire['type'] !== 'message' && !Array.isArray(wire['content'])) {
    throw new StreamError('expected a message, got another object')
  }
  const content = options.content ?? true
  const usage = decodeUsage(wire['usage'])
  const raw = rawOf(wire, wire['usage'], content)
  return {
    id: asString(wire['id']) ?? '',
    object: 'chat.completion',
    created: 0,
    model: asString(wire['model']) ?? '',
    choices: [
      {
        index: 0,
        ...decodeFinish(wire['stop_reason']),
        message: content ? decodeMessage(wire) : { role: 'assistant', content: null, refusal: null },
        logprobs: null,
      },
    ],
    ...(usage && { usage }),
    ...decodeServiceTier(wire['usage']),
    ...(raw && { raw }),
  }
}

function decodeMessage(wire: JsonObject): CompletionMessage {
  const { content } = wire
  // A request may write its only text so, and some providers of the format do in an answer.
  const { blocks, toolCalls } = decodeBlocks(typeof content === 'string' ? [{ type: 'text', text: content }] : content)
  const refusal = decodeRefusal(wire['stop_details'])
  return messageFromBlocks(refusal ? [...blocks, refusal] : blocks, toolCalls)
}

/** Writes the first choice: the format has only one. Blocks of other formats have no counterpart here. */
export function encodeResponse(response: ChatCompletion): JsonObject {
  const choice = response.choices[0]
  const message = choice?.message
  const blocks = message ? blocksOf(message) : []
  const refusal = blocks.findLast((block) => block.type === 'refusal')
  const finish = choice?.finish_reason ?? 'stop'
  const { usage, ...rest } = ownRaw(response.raw) ?? {}
  return {
    id: response.id,
    type: 'message',
    role: 'assistant',
    model: response.model,
    content: blocks.flatMap((block) => encodeAnswerBlock(block, message)),
    // OpenAI ends a refusal with `stop`; this format has a finish reason for it.
    stop_reason: encodeFinish(refusal && finish === 'stop' ? 'content_filter' : finish, choice?.native_finish_reason),
    stop_sequence: null,
    stop_details: encodeStopDetails(refusal),
    ...rest,
    usage: {
      ...encodeUsage(response.usage),
      ...encodeServiceTier(response.service_tier),
      ...(isObject(usage) ? usage : {}),
    },
  }
}

function encodeAnswerBlock(block: Block, message: CompletionMessage | undefined): JsonObject[] {
  const wire = encodeBlock(block, message?.tool_calls ?? [])
  // Thinking of another provider has no signature; readers of an answer do not need one.
  if (wire === 'unsigned thinking' && block.type === 'thinking') return [{ type: 'thinking', thinking: block.thinking }]
  if (typeof wire !== 'object') return []
  if (block.type !== 'text' || 'citations' in wire) return [wire]
  const citations = citationsOf(block)
  return [citations.length > 0 ? { ...wire, citations } : wire]
}
