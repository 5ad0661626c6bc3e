/**
 * OpenAI's text completions (https://platform.openai.com/docs/api-reference/completions), the format before chat.
 *
 * Each prompt is a user message, and a request of user messages alone is a list of prompts. A conversation becomes
 * one prompt: a transcript that ends where the assistant speaks.
 */
import type {
  ChatChunk,
  ChatCompletion,
  ChatRequest,
  ContentPart,
  Logprobs,
  Message,
  TokenLogprob,
} from '../kernel/hub.js'
import { formatHint, withSystemText } from '../kernel/format-hint.js'
import { asNumber, asString, isObject } from '../kernel/json.js'
import { limitsOf } from '../kernel/limits.js'
import type {
  ChatProtocol,
  DecodeOptions,
  EncodeContext,
  EncodedRequest,
  JsonObject,
  StreamEncoder,
  WireEvent,
} from '../kernel/protocol.js'
import { warnForeign, warnNoCounterpart } from '../kernel/no-counterpart.js'
import { decodeError, encodeError } from './openai-chat/error.js'
import { scalarsOf } from './openai-chat/request-decode.js'
import { refuse } from './openai-chat/request-encode.js'
import { decodeResponse } from './openai-chat/response.js'
import { createStreamDecoder } from './openai-chat/stream-decode.js'
import { requestObject } from './shared/malformed.js'
import { checkSpoken } from './shared/prompt.js'
import { asksNothing } from './shared/request-fields.js'
import { quoted } from './shared/quoted.js'

const PATH = '/completions'

/** Fields of chat that a prompt cannot say. `null` and `undefined` say nothing. */
const CHAT_ONLY = [
  'audio',
  'parallel_tool_calls',
  'prediction',
  'previous_response_id',
  'reasoning_effort',
  'thinking',
  'tool_choice',
  'tools',
  'verbosity',
  'web_search_options',
] as const satisfies readonly (keyof ChatRequest)[]

function textOf(message: Message, context: EncodeContext): string {
  const { content } = message
  if (typeof content === 'string') return content
  if (message.role === 'assistant' && message.refusal && !content?.length) return message.refusal
  return (content ?? [])
    .map((part) => {
      if (part.type === 'text') return part.text
      refuse(`content part of type ${quoted(part.type)}`, context)
      return ''
    })
    .join('')
}

function encodePrompt(messages: readonly Message[], context: EncodeContext): unknown {
  const prompts = messages.map((message) =>
    message.role === 'user' ? (tokensOf(message.content) ?? textOf(message, context)) : undefined,
  )
  if (prompts.length === 1 && prompts[0] !== undefined) return prompts[0]
  if (prompts.length > 0 && prompts.every((prompt) => prompt !== undefined)) return prompts
  context.warn('the conversation is sent as one prompt, a transcript of its messages')
  const lines = messages.map((message) => `${message.role}: ${textOf(message, context)}`)
  return [...lines, 'assistant:'].join('\n\n')
}

/**
 * Asks for the format in words: at the end of each prompt, or in the system message of a conversation. A prompt of token
 * numbers has no words.
 */
function withHint(messages: readonly Message[], hint: string, context: EncodeContext): readonly Message[] {
  if (!messages.every(({ role }) => role === 'user')) return withSystemText(messages, hint)
  return messages.map((message) => {
    if (tokensOf(message.content) === undefined)
      return { role: 'user', content: `${textOf(message, context)}\n\n${hint}` }
    refuse('response_format', context)
    return message
  })
}

/** A prompt of token numbers, as `decodeRequest` keeps it. */
function tokensOf(content: Message['content']): unknown {
  const part = Array.isArray(content) && content.length === 1 ? content[0] : undefined
  return part?.type === 'raw' && part.protocol === 'openai-completions' ? part.value : undefined
}

function encodeRequest(request: ChatRequest, context: EncodeContext): EncodedRequest {
  const {
    extra_body: extra,
    messages,
    max_completion_tokens: limit,
    logprobs,
    top_logprobs: top,
    response_format: format,
    raw,
    ...rest
  } = request
  const limits = limitsOf(context)
  warnForeign(request, 'openai-completions', limits.warn)
  warnNoCounterpart(request, ['blocks', 'cache_control', 'reasoning'], limits.warn)
  for (const message of messages) checkSpoken(message, limits)
  for (const field of CHAT_ONLY) {
    if (!asksNothing(field, rest[field])) refuse(field, context)
    delete rest[field]
  }
  if (context.quirks.streamOptions === false) delete rest.stream_options
  const own = raw?.protocol === 'openai-completions' ? raw.value : undefined
  // Some servers take it here too, and then the caller wrote it in this format.
  const hint = own?.response_format === undefined ? formatHint(format, limits) : undefined
  const said = hint === undefined ? messages : withHint(messages, hint, context)
  const body: JsonObject = {
    ...rest,
    model: context.model,
    ...(messages.length > 0 && { prompt: encodePrompt(said, context) }),
    ...(limit !== undefined && { max_tokens: limit }),
    ...(logprobs && { logprobs: top ?? 0 }),
    ...own,
    ...extra,
  }
  return { path: PATH, body }
}

/** One message a prompt; `[1, 2]` is one prompt of tokens, `[[1], [2]]` are two. */
function decodePrompt(prompt: unknown): Message[] {
  if (typeof prompt === 'string') return [{ role: 'user', content: prompt }]
  if (!Array.isArray(prompt)) return []
  const list = prompt as unknown[]
  if (list.length > 0 && list.every((token) => typeof token === 'number')) return [tokenMessage(list)]
  return list.map((entry) => (typeof entry === 'string' ? { role: 'user', content: entry } : tokenMessage(entry)))
}

function tokenMessage(tokens: unknown): Message {
  const part: ContentPart = { type: 'raw', protocol: 'openai-completions', value: tokens }
  return { role: 'user', content: [part] }
}

function decodeRequest(body: unknown, options: DecodeOptions = {}): ChatRequest {
  const wire = requestObject(body)
  const { prompt, logprobs, model: ownModel, messages: _messages, ...rest } = wire
  const model = asString(ownModel) ?? ''
  // Here `logprobs` is the number of alternatives, not a switch.
  const count = asNumber(logprobs)
  const logs = count === undefined ? {} : { logprobs: true, ...(count > 0 && { top_logprobs: count }) }
  if (options.content === false) return { ...scalarsOf(rest), ...logs, model, messages: [] }
  const format = rest.response_format
  const raw = isObject(format) && {
    raw: { protocol: 'openai-completions' as const, value: { response_format: format } },
  }
  return { ...rest, ...logs, ...raw, model, messages: decodePrompt(prompt) }
}

function encodeLogprobs(logprobs: Logprobs | null | undefined): JsonObject | null {
  const content = logprobs?.content
  if (!content) return null
  return {
    tokens: content.map(({ token }) => token),
    token_logprobs: content.map(({ logprob }) => logprob),
    top_logprobs: content.map(encodeTop),
    text_offset: offsetsOf(content),
  }
}

function encodeTop({ top_logprobs: top }: TokenLogprob): Record<string, number> | null {
  return top.length === 0 ? null : Object.fromEntries(top.map(({ token, logprob }) => [token, logprob]))
}

function offsetsOf(content: readonly TokenLogprob[]): number[] {
  let offset = 0
  return content.map(({ token }) => {
    const start = offset
    offset += token.length
    return start
  })
}

/** A text endpoint calls no tools, so an answer with calls is written as stopped. */
function encodeFinish(reason: string | null): string | null {
  return reason === 'tool_calls' || reason === 'function_call' ? 'stop' : reason
}

function encodeResponse(response: ChatCompletion): JsonObject {
  return {
    ...response,
    object: 'text_completion',
    choices: response.choices.map((choice) => ({
      index: choice.index,
      text: choice.message.content ?? '',
      logprobs: encodeLogprobs(choice.logprobs),
      finish_reason: encodeFinish(choice.finish_reason),
    })),
  }
}

function encodeChunk(chunk: ChatChunk): readonly WireEvent[] {
  const choices = chunk.choices
    .filter(({ delta, finish_reason: reason }) => Boolean(delta.content) || reason !== null)
    .map((choice) => ({
      index: choice.index,
      text: choice.delta.content ?? '',
      logprobs: encodeLogprobs(choice.logprobs),
      finish_reason: encodeFinish(choice.finish_reason),
    }))
  if (choices.length === 0 && !chunk.usage) return []
  return [{ data: { ...chunk, object: 'text_completion', choices } }]
}

function createStreamEncoder(): StreamEncoder {
  return { push: encodeChunk, end: () => [{ data: '[DONE]' }] }
}

/** OpenAI's legacy Completions API (https://platform.openai.com/docs/api-reference/completions). */
export const openaiCompletions: ChatProtocol = {
  id: 'openai-completions',
  kind: 'chat',
  operation: 'text_completion',
  path: PATH,
  usageOnRequest: true,
  encodeRequest,
  decodeRequest,
  // The answers differ from chat's only in `text`, which the chat codec reads for servers that mix the two.
  decodeResponse,
  encodeResponse,
  createStreamDecoder,
  createStreamEncoder,
  decodeError,
  encodeError,
}
