/** Whole answers: https://platform.openai.com/docs/api-reference/chat/object */
import { StreamError } from '../../kernel/errors.js'
import type { Annotation, Block, ChatChoice, ChatCompletion, CompletionMessage } from '../../kernel/hub.js'
import { asNumber, asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject } from '../../kernel/protocol.js'
import { errorInChunk, providerErrorOf } from './error.js'
import { finishReasonOf, isFinishReason } from './finish-reason.js'
import { isHubLogprobs, readLogprobs } from './logprobs.js'
import { isAudio, isHubSpeech, readSpeech } from './message.js'
import { sourcesOf } from './sources.js'
import { isHubToolCall, readToolCalls } from './tool-calls.js'
import { usageOf } from './usage.js'

/** The list of choices of an answer, checked to be one. */
function choicesOf(wire: unknown): { body: JsonObject; choices: readonly JsonObject[] } {
  if (!isObject(wire)) throw providerErrorOf(wire) ?? new StreamError(`the answer is ${typeName(wire)}, not an object`)
  const refused = isObject(wire.error) || errorInChunk(wire) !== undefined
  if (!Array.isArray(wire.choices) || (refused && wire.choices.length === 0)) {
    throw providerErrorOf(wire) ?? new StreamError('the answer has no `choices`')
  }
  const choices = wire.choices as unknown[]
  if (!choices.every(isObject)) throw new StreamError('a choice of the answer is not an object')
  for (const choice of choices) {
    const error = isObject(choice.error) ? providerErrorOf(choice) : undefined
    if (error) throw error
  }
  return { body: wire, choices }
}

function isHubMessage(message: unknown): boolean {
  return (
    isObject(message) &&
    message.role === 'assistant' &&
    message.content !== undefined &&
    message.refusal !== undefined &&
    (message.tool_calls === undefined ||
      (Array.isArray(message.tool_calls) && message.tool_calls.every(isHubToolCall))) &&
    (message.audio === undefined || message.audio === null || isAudio(message.audio)) &&
    isHubSpeech(message)
  )
}

function isHubChoice(choice: JsonObject): boolean {
  return (
    typeof choice.index === 'number' &&
    isFinishReason(choice.finish_reason) &&
    (choice.native_finish_reason === undefined || typeof choice.native_finish_reason === 'string') &&
    (choice.logprobs === null || isHubLogprobs(choice.logprobs)) &&
    isHubMessage(choice.message)
  )
}

function readMessage(wire: unknown): CompletionMessage {
  if (!isObject(wire)) return { role: 'assistant', content: null, refusal: null }
  const {
    tool_calls: _calls,
    function_call: _call,
    annotations: _annotations,
    thinking_blocks: _thinking,
    reasoning_content: _reasoning,
    audio,
    blocks: _blocks,
    block: _block,
    ...rest
  } = wire
  const calls = readToolCalls(wire.tool_calls)
  const { function_call: call, blocks, ...speech } = readSpeech(wire)
  return {
    ...rest,
    role: 'assistant',
    ...speech,
    ...(calls && { tool_calls: calls }),
    ...(call && { function_call: { name: call.name ?? '', arguments: call.arguments ?? '' } }),
    ...(isAudio(audio) && { audio }),
    ...(blocks && { blocks: [...blocks, ...(calls ?? []).map(({ id }): Block => ({ type: 'tool_call', id }))] }),
  }
}

function readChoice(choice: JsonObject, place: number): ChatChoice {
  const { native_finish_reason: ownNative, text: ownText, ...rest } = choice
  const text = asString(ownText)
  // Text endpoints, and servers with their habits, answer `text` instead of a message.
  const message = readMessage(choice.message ?? (text === undefined ? undefined : { content: text }))
  const word = choice.finish_reason
  const finish = finishReasonOf(word) ?? (message.tool_calls ? 'tool_calls' : 'stop')
  const native = asString(ownNative) ?? (typeof word === 'string' && word !== '' && word !== finish ? word : undefined)
  return {
    ...rest,
    index: asNumber(choice.index) ?? place,
    finish_reason: finish,
    message,
    logprobs: readLogprobs(choice.logprobs),
    ...(native !== undefined && { native_finish_reason: native }),
  }
}

function withSources(choice: ChatChoice, sources: Annotation[]): ChatChoice {
  const { message } = choice
  return message.annotations?.length ? choice : { ...choice, message: { ...message, annotations: sources } }
}

/** Stands for every message whose content is not wanted. */
const NO_MESSAGE: CompletionMessage = Object.freeze({ role: 'assistant', content: null, refusal: null })

function withoutContent(choice: JsonObject, place: number): ChatChoice {
  const called =
    isObject(choice.message) && Array.isArray(choice.message.tool_calls) && choice.message.tool_calls.length > 0
  const word = choice.finish_reason
  const finish = finishReasonOf(word) ?? (called ? 'tool_calls' : 'stop')
  const native =
    asString(choice.native_finish_reason) ??
    (typeof word === 'string' && word !== '' && word !== finish ? word : undefined)
  const read: ChatChoice = {
    index: asNumber(choice.index) ?? place,
    finish_reason: finish,
    message: NO_MESSAGE,
    logprobs: null,
  }
  if (native !== undefined) read.native_finish_reason = native
  return read
}

/**
 * An answer that has the hub's shape already is returned itself, not copied.
 *
 * @throws ProviderError for an error in place of an answer, StreamError for anything that is not an answer.
 */
export function decodeResponse(wire: unknown, options: DecodeOptions = {}): ChatCompletion {
  const { body, choices } = choicesOf(wire)
  const usage = usageOf(body)
  const head: ChatCompletion = {
    id: asString(body.id) ?? '',
    object: 'chat.completion',
    created: asNumber(body.created) ?? 0,
    model: asString(body.model) ?? '',
    choices: [],
  }
  if (options.content === false) {
    head.choices = choices.map(withoutContent)
    if (usage) head.usage = usage
    const tier = asString(body.service_tier) as ChatCompletion['service_tier']
    if (tier !== undefined) head.service_tier = tier
    const fingerprint = asString(body.system_fingerprint)
    if (fingerprint !== undefined) head.system_fingerprint = fingerprint
    return head
  }
  const same =
    head.id === body.id && head.object === body.object && head.created === body.created && head.model === body.model
  const sources = sourcesOf(body)
  if (same && usage === body.usage && sources.length === 0 && choices.every(isHubChoice))
    return body as unknown as ChatCompletion
  const { usage: _usage, ...rest } = body
  const read = choices.map((choice, place) =>
    isHubChoice(choice) ? (choice as unknown as ChatChoice) : readChoice(choice, place),
  )
  return {
    ...rest,
    ...head,
    choices: sources.length === 0 ? read : read.map((choice) => withSources(choice, sources)),
    ...(usage && { usage }),
  }
}

/**
 * OpenAI's shape, without what only another format can say. `reasoning_content` and `thinking_blocks` stay, as clients of
 * reasoning models know them.
 */
export function encodeResponse(response: ChatCompletion): JsonObject {
  const { raw: _raw, ...plain } = response
  if (plain.choices.every((choice) => choice.message.blocks === undefined)) return plain
  return {
    ...plain,
    choices: plain.choices.map((choice) => {
      const { blocks: _blocks, ...message } = choice.message
      return { ...choice, message }
    }),
  }
}
