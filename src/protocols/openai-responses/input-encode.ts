/** From hub messages to `instructions` and `input`; see input-decode.ts for what stands where. */
import { blocksOf } from '../../kernel/message-blocks.js'
import { UnsupportedParameterError } from '../../kernel/errors.js'
import type { AssistantMessage, Block, ContentPart, Message, ToolCall } from '../../kernel/hub.js'
import { asString, isObject } from '../../kernel/json.js'
import type { EncodeContext, JsonObject } from '../../kernel/protocol.js'
import { PART_TYPE } from './input-decode.js'
import { encodeItems, encodeToolCall, ownRaw, withOwnId } from './items.js'

/** Throws, or warns where the caller prefers a request without the parameter. */
export function unsupported(parameter: string, context: EncodeContext): void {
  if (!context.dropUnsupported) throw new UnsupportedParameterError(parameter, context.provider)
  context.onDropped?.(parameter)
  context.warn(`${context.provider}: \`${parameter}\` left out, the Responses format has no field for it`)
}

/** What became of a message's content: parts, fields for the item around them, whole items among them. */
interface EncodedContent {
  readonly content: string | JsonObject[]
  readonly fields: JsonObject
  readonly items: JsonObject[]
}

function encodePart(part: Exclude<ContentPart, { type: 'raw' }>): JsonObject {
  switch (part.type) {
    case 'text':
      return { type: 'input_text', text: part.text }
    case 'refusal':
      return { type: 'input_text', text: part.refusal }
    case 'image_url': {
      const { url, detail } = part.image_url
      return { type: 'input_image', image_url: url, ...(detail !== undefined && { detail }) }
    }
    case 'file':
      return { type: 'input_file', ...part.file }
    case 'input_audio':
      return { type: 'input_audio', input_audio: part.input_audio }
    default:
      // A part of the API's own that the caller wrote in its form.
      return { ...(part as JsonObject) }
  }
}

function encodeContent(content: string | readonly ContentPart[], context: EncodeContext): EncodedContent {
  if (!Array.isArray(content)) return { content: asString(content) ?? '', fields: {}, items: [] }
  const parts: JsonObject[] = []
  const items: JsonObject[] = []
  let fields: JsonObject = {}
  for (const part of content as readonly ContentPart[]) {
    if (part.type !== 'raw') {
      const { prompt_cache_breakpoint: breakpoint } = part as { prompt_cache_breakpoint?: unknown }
      parts.push({ ...encodePart(part), ...(breakpoint != null && { prompt_cache_breakpoint: breakpoint }) })
      continue
    }
    const own = ownRaw(part)
    if (!own) {
      unsupported(`a message part of ${part.protocol}`, context)
    } else if (own.of === 'item' && isObject(own.fields)) {
      fields = { ...fields, ...own.fields }
    } else if (own.of === 'part' && isObject(own.fields)) {
      const last = parts.pop()
      if (last) parts.push({ ...last, ...own.fields })
    } else if (typeof own.type === 'string' && PART_TYPE.test(own.type) && own.role === undefined) {
      parts.push(own)
    } else {
      items.push(own)
    }
  }
  return { content: parts, fields, items }
}

class InputEncoder {
  readonly #context: EncodeContext
  readonly items: JsonObject[] = []
  readonly #kinds = new Map<string, ToolCall['type']>()
  #warnedThinking = false

  constructor(context: EncodeContext) {
    this.#context = context
  }

  add(message: Message, first: boolean): void {
    switch (message.role) {
      case 'assistant':
        this.#addAssistant(message)
        return
      case 'tool':
        this.#addOutput(message.tool_call_id, message.content)
        return
      case 'function':
        this.#addOutput(legacyCallId(message.name), message.content ?? '')
        return
      default:
        this.#addMessage(message, first)
    }
  }

  #addMessage(message: Extract<Message, { role: 'system' | 'developer' | 'user' }>, first: boolean): void {
    if (message.name !== undefined)
      this.#context.warn(`${this.#context.provider}: the name of a ${message.role} message left out`)
    const role = message.role === 'developer' && this.#context.quirks.developerAsSystem ? 'system' : message.role
    const { content, fields, items } = encodeContent(message.content, this.#context)
    const only = content.length === 1 && typeof content[0] === 'object' ? content[0] : undefined
    // Where a string would be `instructions`, a lone text part stands for it.
    const lone = role === 'system' && first && only?.type === 'input_text' && Object.keys(only).length === 2
    const empty = content.length === 0 && typeof content !== 'string'
    if (!empty || items.length === 0)
      this.items.push({ type: 'message', ...fields, role, content: lone ? only.text : content })
    for (const item of items) this.items.push(item)
  }

  #addAssistant(message: AssistantMessage): void {
    if (message.audio) unsupported('messages[].audio', this.#context)
    const calls = message.tool_calls ?? []
    for (const call of calls) this.#kinds.set(call.id, call.type)
    const items = encodeItems(blocksOf(message), calls, { foreign: (block) => this.#foreign(block) }).map(withOwnId)
    const { function_call: legacy } = message
    if (legacy) {
      items.push(encodeToolCall({ id: legacyCallId(legacy.name), type: 'function', function: legacy }))
    }
    if (items.length === 0 && typeof message.content === 'string')
      items.push({ type: 'message', role: 'assistant', content: message.content })
    for (const item of items) this.items.push(item)
  }

  #foreign(block: Block): JsonObject | undefined {
    const { provider, quirks } = this.#context
    if (block.type === 'raw') {
      this.#context.warn(`${provider}: a block of ${block.protocol} left out`)
      return undefined
    }
    if (block.type === 'thinking' && quirks.reasoningContent) {
      return { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: block.thinking }] }
    }
    if (!this.#warnedThinking) {
      this.#warnedThinking = true
      this.#context.warn(`${provider}: thinking that is not of the Responses format left out`)
    }
    return undefined
  }

  #addOutput(id: string, content: string | readonly ContentPart[]): void {
    const { content: output, fields, items } = encodeContent(content, this.#context)
    const type = this.#kinds.get(id) === 'custom' ? 'custom_tool_call_output' : 'function_call_output'
    this.items.push({ type, call_id: id, output, ...fields }, ...items)
  }
}

/** Before `tool_calls`, a call had no id and its result named the function. */
function legacyCallId(name: string): string {
  return `call_${name}`
}

export interface EncodedInput {
  readonly instructions?: string
  readonly input: JsonObject[]
}

export function encodeInput(messages: readonly Message[], context: EncodeContext): EncodedInput {
  const encoder = new InputEncoder(context)
  const [first] = messages
  const leading =
    first?.role === 'system' && typeof first.content === 'string' && first.name === undefined
      ? first.content
      : undefined
  for (const [index, message] of messages.entries()) {
    if (index > 0 || leading === undefined) encoder.add(message, index === 0)
  }
  return { ...(leading !== undefined && { instructions: leading }), input: encoder.items }
}
