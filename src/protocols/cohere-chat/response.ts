/** Whole answers (https://docs.cohere.com/reference/chat), both ways. */
import { blocksOf, messageFromBlocks } from '../../kernel/message-blocks.js'
import { StreamError } from '../../kernel/errors.js'
import type { ChatCompletion, CompletionMessage } from '../../kernel/hub.js'
import { asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject } from '../../kernel/protocol.js'
import { providerErrorOf } from '../openai-chat/error.js'
import { rawOf, unknownFields } from '../shared/raw.js'
import { decodeBlocks, encodeBlocks, encodeCall } from './blocks.js'
import { decodeFinish, encodeFinish } from './finish-reason.js'
import { decodeLogprobs, encodeLogprobs } from './logprobs.js'
import { decodeUsage, encodeUsage } from './usage.js'
import { ID, PLAN, ownRaw } from './wire.js'

const KNOWN: ReadonlySet<string> = new Set(['id', 'model', 'message', 'finish_reason', 'usage'])

export function decodeResponse(wire: unknown, options: DecodeOptions = {}): ChatCompletion {
  if (!isObject(wire)) throw providerErrorOf(wire) ?? new StreamError(`the answer is ${typeName(wire)}, not an object`)
  const { message } = wire
  if (!isObject(message)) throw providerErrorOf(wire) ?? new StreamError('the answer has no `message`')
  const content = options.content ?? true
  const usage = decodeUsage(wire['usage'])
  return {
    id: asString(wire['id']) ?? '',
    object: 'chat.completion',
    created: 0,
    // The API does not say which model answered; our own gateway does.
    model: asString(wire['model']) ?? '',
    choices: [
      {
        index: 0,
        ...decodeFinish(wire['finish_reason']),
        message: content ? decodeMessage(message) : { role: 'assistant', content: null, refusal: null },
        logprobs: content ? decodeLogprobs(wire['logprobs']) : null,
      },
    ],
    ...(usage && { usage }),
    ...(content && rawOf(ID, unknownFields(wire, KNOWN))),
  }
}

function decodeMessage(message: JsonObject): CompletionMessage {
  const { blocks, toolCalls } = decodeBlocks(message)
  return messageFromBlocks(blocks, toolCalls)
}

/** Writes the first choice: the format has only one. Blocks of other formats have no counterpart here. */
export function encodeResponse(response: ChatCompletion): JsonObject {
  const choice = response.choices[0]
  const message = choice?.message
  const { content, plan, citations } = encodeBlocks(message ? blocksOf(message) : [])
  const calls = (message?.tool_calls ?? []).map(encodeCall)
  const logprobs = encodeLogprobs(choice?.logprobs)
  const usage = encodeUsage(response.usage)
  return {
    id: response.id,
    ...(response.model !== '' && { model: response.model }),
    finish_reason: encodeFinish(choice?.finish_reason ?? 'stop', choice?.native_finish_reason),
    message: {
      role: 'assistant',
      ...(plan !== undefined && { [PLAN]: plan }),
      ...(calls.length > 0 && { tool_calls: calls }),
      ...(content.length > 0 && { content }),
      ...(citations.length > 0 && { citations }),
    },
    ...(usage && { usage }),
    ...(logprobs.length > 0 && { logprobs }),
    ...ownRaw(response.raw),
  }
}
