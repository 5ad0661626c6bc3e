/** Requests: https://platform.openai.com/docs/api-reference/chat/create */
import { StreamError, UnsupportedParameterError } from '../../kernel/errors.js'
import type { AssistantMessage, ChatRequest, ContentPart, Message, Tool } from '../../kernel/hub.js'
import { isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, EncodeContext, EncodedRequest, JsonObject, ProtocolId } from '../../kernel/protocol.js'
import { isHubToolCall, readToolCalls } from './tool-calls.js'

export const PATH = '/chat/completions'

/** Leaves `parameter` out with a warning where the caller allows that. */
export function refuse(parameter: string, context: EncodeContext): void {
  if (!context.dropUnsupported) throw new UnsupportedParameterError(parameter, context.provider)
  context.warn(`${context.provider} does not support \`${parameter}\`; it was left out`)
}

/** Maps, leaves out `undefined`, and returns the very list when nothing changed. */
function mapShared<T>(list: readonly T[], map: (value: T) => T | undefined): readonly T[] {
  let changed: T[] | undefined
  list.forEach((value, place) => {
    const next = map(value)
    if (next !== value) changed ??= list.slice(0, place)
    if (next !== undefined) changed?.push(next)
  })
  return changed ?? list
}

/** A copy without the fields, or the object itself when it has none of them. */
function without<T extends object>(value: T, fields: readonly string[]): T {
  if (!fields.some((field) => field in value)) return value
  return Object.fromEntries(Object.entries(value).filter(([key]) => !fields.includes(key))) as T
}

/** The value that only this format knows, or `undefined` after a refusal. */
function rawValue(raw: { protocol: ProtocolId; value: unknown }, parameter: string, context: EncodeContext): unknown {
  if (raw.protocol === 'openai-chat') return raw.value
  refuse(parameter, context)
  return undefined
}

function encodePart(part: ContentPart, context: EncodeContext): ContentPart | undefined {
  if (part.type === 'raw') return rawValue(part, `content part of ${part.protocol}`, context) as ContentPart | undefined
  return context.quirks.cacheControl ? part : without(part, ['cache_control'])
}

/** Fields of the hub's messages that OpenAI's API rejects, by the quirks of the target. */
function hubOnlyFields(context: EncodeContext): readonly string[] {
  const { quirks } = context
  return [
    'blocks',
    'annotations',
    'is_error',
    ...(quirks.cacheControl ? [] : ['cache_control']),
    ...(quirks.thinkingBlocks ? [] : ['thinking_blocks']),
    ...(quirks.reasoningContent ? [] : ['reasoning_content', 'reasoning', 'reasoning_details']),
  ]
}

function encodeMessage(message: Message, hubOnly: readonly string[], context: EncodeContext): Message {
  let plain = without(message, hubOnly)
  if (Array.isArray(plain.content)) {
    const content = mapShared(plain.content, (part) => encodePart(part, context))
    if (content !== plain.content) plain = { ...plain, content: [...content] } as Message
  }
  if (plain.role === 'developer' && context.quirks.developerAsSystem) plain = { ...plain, role: 'system' }
  return plain
}

function encodeTool(tool: Tool, context: EncodeContext): Tool | undefined {
  if (tool.type === 'raw') return rawValue(tool, `tool of ${tool.protocol}`, context) as Tool | undefined
  return context.quirks.cacheControl ? tool : without(tool, ['cache_control'])
}

function encodeLimit(request: ChatRequest, context: EncodeContext): JsonObject | undefined {
  const field = context.quirks.maxTokensField
  const other = field === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
  if (!field || request[other] === undefined) return undefined
  return { [field]: request.max_completion_tokens ?? request.max_tokens }
}

/**
 * The body is the request itself but for what the target cannot take; what need not change is shared with the
 * request. Fields of other formats that OpenAI-shaped servers commonly take (`top_k`, `thinking`) and unknown
 * fields go through, `extra_body` last.
 *
 * @throws UnsupportedParameterError unless `dropUnsupported`.
 */
export function encodeRequest(request: ChatRequest, context: EncodeContext): EncodedRequest {
  const { extra_body: extra, messages, tools, previous_response_id: previous, ...rest } = request
  if (previous) refuse('previous_response_id', context)
  const hubOnly = hubOnlyFields(context)
  const wireTools = tools && mapShared(tools, (tool) => encodeTool(tool, context))
  const limit = encodeLimit(request, context)
  if (limit) {
    delete rest.max_tokens
    delete rest.max_completion_tokens
  }
  if (context.quirks.streamOptions === false) delete rest.stream_options
  if (context.quirks.jsonSchema === false && rest.response_format?.type === 'json_schema') {
    refuse('response_format: json_schema', context)
    rest.response_format = { type: 'json_object' }
  }
  if (wireTools?.length === 0 && tools?.length !== 0) delete rest.tool_choice
  const body: JsonObject = {
    ...rest,
    ...limit,
    model: context.model,
    messages: mapShared(messages, (message) => encodeMessage(message, hubOnly, context)),
    ...(wireTools && (wireTools.length > 0 || tools?.length === 0) && { tools: wireTools }),
    ...extra,
  }
  return { path: PATH, body }
}

/** What a span reads of a request when content is off. None of it grows with the conversation. */
const SCALARS = [
  'frequency_penalty',
  'logprobs',
  'max_completion_tokens',
  'max_tokens',
  'modalities',
  'n',
  'parallel_tool_calls',
  'presence_penalty',
  'reasoning_effort',
  'seed',
  'service_tier',
  'stop',
  'store',
  'stream',
  'stream_options',
  'temperature',
  'top_k',
  'top_logprobs',
  'top_p',
  'user',
  'verbosity',
] as const satisfies readonly (keyof ChatRequest)[]

export function scalarsOf(wire: JsonObject): Partial<ChatRequest> {
  const scalars: JsonObject = {}
  for (const field of SCALARS) if (wire[field] !== undefined) scalars[field] = wire[field]
  const format = wire.response_format
  if (isObject(format)) {
    // A schema's descriptions are the caller's words; only the kind of output is told.
    scalars.response_format =
      format.type === 'json_schema' ? { type: 'json_schema', json_schema: { name: '' } } : { type: format.type }
  }
  return scalars
}

function checkMessage(message: unknown, place: number): Message {
  if (!isObject(message) || typeof message.role !== 'string') {
    throw new StreamError(`messages[${place}] of the request is no message`, { isRetryable: false })
  }
  const { content } = message
  if (Array.isArray(content) && !content.every(isObject)) {
    throw new StreamError(`messages[${place}].content of the request has a part that is no object`, { isRetryable: false })
  }
  const sound =
    (message.tool_calls ?? undefined) === undefined || (Array.isArray(message.tool_calls) && message.tool_calls.every(isHubToolCall))
  if (sound) return message as unknown as Message
  const { tool_calls: _calls, ...rest } = message
  const calls = readToolCalls(message.tool_calls)
  return { ...rest, ...(calls && { tool_calls: calls }) } as unknown as AssistantMessage
}

/** The wire request itself when its messages are sound: the hub's shape is this format's. */
export function decodeRequest(wire: unknown, options: DecodeOptions = {}): ChatRequest {
  if (!isObject(wire)) throw new StreamError(`the request is ${typeName(wire)}, not an object`, { isRetryable: false })
  if (!Array.isArray(wire.messages)) throw new StreamError('the request has no `messages`', { isRetryable: false })
  const model = typeof wire.model === 'string' ? wire.model : ''
  if (options.content === false) return { ...scalarsOf(wire), model, messages: [] }
  const messages = (wire.messages as unknown[]).map(checkMessage)
  const same = messages.every((message, place) => message === (wire.messages as unknown[])[place])
  if (wire.tools !== undefined && wire.tools !== null && !isToolList(wire.tools)) {
    throw new StreamError('`tools` of the request is not a list of objects', { isRetryable: false })
  }
  if (same && wire.model === model) return wire as unknown as ChatRequest
  return { ...wire, model, messages } as unknown as ChatRequest
}

function isToolList(tools: unknown): boolean {
  return Array.isArray(tools) && tools.every(isObject)
}
