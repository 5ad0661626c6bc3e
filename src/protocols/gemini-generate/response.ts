/** Whole answers (https://ai.google.dev/api/generate-content#generatecontentresponse), both ways. */
import { createChatAccumulator } from '../../kernel/accumulate.js'
import { blocksOf, messageFromBlocks } from '../../kernel/message-blocks.js'
import { StreamError } from '../../kernel/errors.js'
import type { ChatChoice, ChatCompletion, CompletionMessage } from '../../kernel/hub.js'
import { asArray, asString, compact, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject } from '../../kernel/protocol.js'
import {
  blockReasonOf,
  blockedChoice,
  createTimeOf,
  createdOf,
  groundedTexts,
  indexOf,
  mergeAnswerLeftovers,
  mergeLeftovers,
  rawOf,
  readRaw,
} from './candidate.js'
import { providerErrorOf } from './error.js'
import { decodeFinish, encodeFinish } from './finish-reason.js'
import { decodeSources, encodeSources } from './grounding.js'
import { decodeLogprobs, encodeLogprobs } from './logprobs.js'
import { decodeParts, generatedId } from './parts-decode.js'
import { encodeBlock } from './parts-encode.js'
import { createStreamDecoder } from './stream-decode.js'
import { decodeServiceTier, decodeUsage, encodeUsage, usageLeftovers } from './usage.js'

export function decodeResponse(wire: unknown, options: DecodeOptions = {}): ChatCompletion {
  const error = providerErrorOf(wire)
  if (error) throw error
  if (Array.isArray(wire)) return decodeList(wire, options)
  if (!isObject(wire)) throw new StreamError(`expected a generateContent answer, got ${typeName(wire)}`)
  const content = options.content ?? true
  const candidates = asArray(wire['candidates']).filter(isObject)
  const blocked = blockReasonOf(wire)
  if (candidates.length === 0 && blocked === undefined) throw new StreamError('the answer has no candidates')

  const id = asString(wire['responseId']) ?? ''
  const made = { count: 0 }
  const choices = candidates.map((candidate, position) => decodeCandidate(candidate, position, id, made, content))
  const leftovers = new Map<number, JsonObject>()
  if (content) {
    candidates.forEach((candidate, position) => {
      const fields = mergeLeftovers(undefined, candidate)
      if (fields) leftovers.set(indexOf(candidate, position), fields)
    })
  }
  const usage = decodeUsage(wire['usageMetadata'])
  return {
    id,
    object: 'chat.completion',
    created: createdOf(wire['createTime']),
    model: asString(wire['modelVersion']) ?? '',
    choices:
      choices.length === 0 && blocked !== undefined
        ? [blockedChoice(blocked)]
        : choices.sort((a, b) => a.index - b.index),
    ...(usage && { usage }),
    ...decodeServiceTier(wire['usageMetadata']),
    ...(content && rawOf(mergeAnswerLeftovers(undefined, wire), leftovers, usageLeftovers(wire['usageMetadata']))),
  }
}

/** The body of `streamGenerateContent` without `alt=sse`: a list of what would be events. */
function decodeList(wire: readonly unknown[], options: DecodeOptions): ChatCompletion {
  const decoder = createStreamDecoder(options)
  const accumulator = createChatAccumulator({ content: options.content ?? true })
  for (const event of wire) for (const chunk of decoder.push(event)) accumulator.push(chunk)
  for (const chunk of decoder.end()) accumulator.push(chunk)
  const completion = accumulator.result()
  if (completion.choices.length === 0) throw new StreamError('the answer has no candidates')
  return completion
}

function decodeCandidate(
  candidate: JsonObject,
  position: number,
  id: string,
  made: { count: number },
  content: boolean,
): ChatChoice {
  const wireParts = isObject(candidate['content']) ? asArray(candidate['content']['parts']) : []
  const hasCalls = wireParts.some((part) => isObject(part) && isObject(part['functionCall']))
  return {
    index: indexOf(candidate, position),
    ...(decodeFinish(candidate['finishReason'], hasCalls) ?? { finish_reason: hasCalls ? 'tool_calls' : 'stop' }),
    message: content
      ? decodeMessage(candidate, wireParts, () => generatedId(id, made.count++))
      : { role: 'assistant', content: null, refusal: null },
    logprobs: content ? decodeLogprobs(candidate['logprobsResult']) : null,
  }
}

function decodeMessage(candidate: JsonObject, parts: readonly unknown[], nextId: () => string): CompletionMessage {
  const { blocks, toolCalls } = decodeParts(parts, nextId)
  const annotations = decodeSources(candidate, groundedTexts(blocks))
  const text = annotations.length > 0 ? blocks.findLast((block) => block.type === 'text') : undefined
  if (text?.type === 'text') text.annotations = annotations
  return messageFromBlocks(blocks, toolCalls)
}

export function encodeResponse(response: ChatCompletion): JsonObject {
  const { answer, candidates, usage } = readRaw(response.raw)
  const blocked =
    blockReasonOf(answer) !== undefined && response.choices.every(({ message }) => blocksOf(message).length === 0)
  return {
    ...(!blocked && {
      candidates: response.choices.map((choice) => encodeCandidate(choice, candidates.get(choice.index))),
    }),
    ...answer,
    ...compact({
      usageMetadata: encodeUsage(response.usage, response.service_tier, usage),
      modelVersion: response.model,
      responseId: response.id,
      createTime: createTimeOf(response.created),
    }),
  }
}

function encodeCandidate(choice: ChatChoice, leftovers: JsonObject | undefined): JsonObject {
  const { message } = choice
  const parts = blocksOf(message).flatMap((block): JsonObject[] => {
    const part = encodeBlock(block, message.tool_calls ?? [])
    return typeof part === 'object' ? [part] : []
  })
  return {
    content: { role: 'model', parts },
    finishReason: encodeFinish(choice.finish_reason, choice.native_finish_reason),
    index: choice.index,
    ...compact({
      logprobsResult: encodeLogprobs(choice.logprobs),
      groundingMetadata: encodeSources(message.annotations ?? [], message.content ?? ''),
    }),
    ...leftovers,
  }
}
