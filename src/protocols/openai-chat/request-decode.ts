/** Reading requests: what a gateway's client or an instrumented SDK sends. */
import type { ChatRequest, ContentPart, Message, RawPart, Tool } from '../../kernel/hub.js'
import { asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject } from '../../kernel/protocol.js'
import { badRequest } from '../shared/malformed.js'
import { isThinkingBlock } from './message.js'
import { isHubToolCall, readToolCalls } from './tool-calls.js'

/** What a span reads of a request when content is off. None of it grows with the conversation. */
const SCALARS: ReadonlySet<string> = new Set([
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
] satisfies (keyof ChatRequest)[])

export function scalarsOf(wire: JsonObject): Partial<ChatRequest> {
  const scalars: JsonObject = {}
  for (const field in wire) if (SCALARS.has(field) && wire[field] !== undefined) scalars[field] = wire[field]
  const format = wire.response_format
  if (isObject(format)) {
    // A schema's descriptions are the caller's words; only the kind of output is told.
    scalars.response_format =
      format.type === 'json_schema' ? { type: 'json_schema', json_schema: { name: '' } } : { type: format.type }
  }
  return scalars
}

/** Maps, and returns the same list if no element changed. */
function readList<T>(wires: readonly unknown[], read: (wire: unknown, place: number) => T): T[] {
  const list = wires.map(read)
  return list.every((value, place) => value === wires[place]) ? (wires as T[]) : list
}

/** A part or tool that the hub has no type for keeps its form and comes back from `encodeRequest` as it was. */
function raw(value: JsonObject): RawPart {
  return { type: 'raw', protocol: 'openai-chat', value }
}

const PART_TYPES: ReadonlySet<unknown> = new Set(['input_audio', 'file', 'refusal'])

function readPart(part: unknown): ContentPart {
  if (!isObject(part)) throw badRequest(`a content part is ${typeName(part)}`)
  if (part.type === 'text' && typeof part.text === 'string') return part as unknown as ContentPart
  if (part.type === 'image_url') {
    if (isObject(part.image_url) && typeof part.image_url.url === 'string') return part as unknown as ContentPart
    // Mistral's short form.
    if (typeof part.image_url === 'string') return { ...part, type: 'image_url', image_url: { url: part.image_url } }
  }
  if (part.type === 'document_url' && typeof part.document_url === 'string')
    return readDocument(part, part.document_url)
  const isKnown =
    PART_TYPES.has(part.type) &&
    (part.type === 'refusal' ? typeof part.refusal === 'string' : isObject(part[part.type as string]))
  return isKnown ? (part as unknown as ContentPart) : raw(part)
}

/** Mistral's form of a file. One with settings of its own stays as it is. */
function readDocument(part: JsonObject, url: string): ContentPart {
  const { type: _type, document_url: _url, document_name: name, ...rest } = part
  if (Object.keys(rest).length > 0 || (name !== undefined && typeof name !== 'string')) return raw(part)
  return { type: 'file', file: { file_data: url, ...(name !== undefined && { filename: name }) } }
}

/** Fields that would have to be read to be trusted, and that no client of this format sends. */
function hasForeignFields(message: JsonObject): boolean {
  const { thinking_blocks: thinking } = message
  return (
    message.blocks !== undefined ||
    (thinking !== undefined && !(Array.isArray(thinking) && thinking.every(isThinkingBlock)))
  )
}

function readMessage(wire: unknown, place: number): Message {
  if (!isObject(wire) || typeof wire.role !== 'string') throw badRequest(`messages[${place}] is not a message`)
  const { content, tool_calls: calls } = wire
  if (content !== undefined && content !== null && typeof content !== 'string' && !Array.isArray(content)) {
    throw badRequest(`messages[${place}].content is ${typeName(content)}`)
  }
  let message: JsonObject = wire
  if (Array.isArray(content)) {
    const parts = readList(content as unknown[], readPart)
    if (parts !== content) message = { ...message, content: parts }
  }
  if (calls !== undefined && calls !== null && !(Array.isArray(calls) && calls.every(isHubToolCall))) {
    const { tool_calls: _calls, ...rest } = message
    const read = readToolCalls(calls)
    message = { ...rest, ...(read && { tool_calls: read }) }
  }
  if (hasForeignFields(message)) {
    const { blocks: _blocks, thinking_blocks: _thinking, ...rest } = message
    message = rest
  }
  if (message.role === 'tool' && typeof message.tool_call_id !== 'string') message = { ...message, tool_call_id: '' }
  return message as unknown as Message
}

function readTool(wire: unknown, place: number): Tool {
  if (!isObject(wire)) throw badRequest(`tools[${place}] is ${typeName(wire)}`)
  if (isObject(wire.function) && typeof wire.function.name === 'string') {
    if (wire.type === 'function') return wire as unknown as Tool
    if (wire.type === undefined) return { ...wire, type: 'function' } as unknown as Tool
  }
  const isCustom = wire.type === 'custom' && isObject(wire.custom) && typeof wire.custom.name === 'string'
  return isCustom ? (wire as unknown as Tool) : raw(wire)
}

function checkSettings(wire: JsonObject): void {
  for (const field of ['response_format', 'stream_options', 'thinking'] as const) {
    const value = wire[field]
    if (value !== undefined && value !== null && !isObject(value))
      throw badRequest(`\`${field}\` is ${typeName(value)}`)
  }
}

function readToolChoice(choice: unknown): unknown {
  if (choice === undefined || choice === null || typeof choice === 'string') return choice
  if (isObject(choice)) {
    if (typeof choice.type === 'string' && isObject(choice[choice.type])) return choice
    if (choice.type === undefined && isObject(choice.function)) return { ...choice, type: 'function' }
  }
  throw badRequest('`tool_choice` names nothing')
}

/**
 * The wire request itself when it is sound, as the hub's shape is this format's.
 *
 * @throws StreamError when it is not a request.
 */
export function decodeRequest(wire: unknown, options: DecodeOptions = {}): ChatRequest {
  if (!isObject(wire)) throw badRequest(`it is ${typeName(wire)}, not an object`)
  if (!Array.isArray(wire.messages)) throw badRequest('it has no `messages`')
  const model = asString(wire.model) ?? ''
  if (options.content === false) return Object.assign(scalarsOf(wire), { model, messages: [] })
  checkSettings(wire)
  const messages = readList(wire.messages as unknown[], readMessage)
  const { tools, tool_choice: choice } = wire
  const hubChoice = readToolChoice(choice)
  if (tools !== undefined && tools !== null && !Array.isArray(tools))
    throw badRequest(`\`tools\` is ${typeName(tools)}`)
  const hubTools = Array.isArray(tools) ? readList(tools as unknown[], readTool) : tools
  const same = messages === wire.messages && hubTools === tools && hubChoice === choice && wire.model === model
  if (same) return wire as unknown as ChatRequest
  return {
    ...wire,
    model,
    messages,
    ...(tools !== undefined && { tools: hubTools }),
    ...(choice !== undefined && { tool_choice: hubChoice }),
  } as unknown as ChatRequest
}
