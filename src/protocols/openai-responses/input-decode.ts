/**
 * From `instructions` and `input` to hub messages
 * (https://platform.openai.com/docs/api-reference/responses/create).
 *
 * A system message in first place whose content is a string is `instructions`, and `instructions` becomes
 * that message. A system item in first place of `input` is one with content parts, so both keep their place:
 * `instructions` are not carried over by `previous_response_id`, items are.
 */
import { messageFromBlocks } from '../../kernel/message-blocks.js'
import type { Block, ContentPart, Message, RawPart, ToolCall } from '../../kernel/hub.js'
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { asText, decodeItem, rawPart } from './items.js'

/**
 * Fields of an item of the caller's side that the hub has no word for. `id` and `status` are not among them:
 * the API gave them to its copy of the item, and they mean nothing to the model.
 */
const ITEM_FIELDS = ['phase', 'caller', 'name', 'namespace', 'async']

/** Fields of an item, or of the part before it, on their way through the hub; they return to where they were. */
export interface ExtraFields {
  readonly of: 'item' | 'part'
  readonly fields: JsonObject
}

export function extraFields(of: ExtraFields['of'], fields: JsonObject): RawPart {
  return rawPart({ of, fields } satisfies ExtraFields)
}

function pick(object: JsonObject, fields: readonly string[]): JsonObject | undefined {
  const entries = Object.entries(object).filter(([key]) => fields.includes(key))
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}

/** Parts this codec can put back among the content of a message; others keep their message item whole. */
export const PART_TYPE = /^(?:input|output)_/

/** The hub's part, and the raw part with its other fields. Empty when it is not a content part. */
function decodePart(part: unknown): ContentPart[] {
  if (!isObject(part)) return []
  const { type } = part
  let decoded: ContentPart | undefined
  if ((type === 'input_text' || type === 'output_text' || type === 'text') && typeof part.text === 'string') {
    decoded = { type: 'text', text: part.text }
  } else if (type === 'input_image' && typeof part.image_url === 'string') {
    const detail = asString(part.detail)
    decoded = { type: 'image_url', image_url: { url: part.image_url, ...(detail !== undefined && { detail }) } }
  } else if (type === 'input_file' && (typeof part.file_data === 'string' || typeof part.file_id === 'string')) {
    const { file_id: id, file_data: data, filename } = part
    decoded = {
      type: 'file',
      file: {
        ...(typeof id === 'string' && { file_id: id }),
        ...(typeof data === 'string' && { file_data: data }),
        ...(typeof filename === 'string' && { filename }),
      },
    }
  } else if (type === 'input_audio' && isObject(part.input_audio)) {
    const { data, format } = part.input_audio
    decoded = { type: 'input_audio', input_audio: { data: asString(data) ?? '', format: asString(format) ?? '' } }
  }
  if (!decoded) return typeof type === 'string' && PART_TYPE.test(type) ? [rawPart(part)] : []
  // Parts of OpenAI's chat format carry the breakpoint under the same name.
  if (part.prompt_cache_breakpoint != null) decoded = { ...decoded, ...pick(part, ['prompt_cache_breakpoint']) }
  // A file by its address has no field in the hub; beside another source it rides along.
  const rest =
    type === 'input_file'
      ? pick(part, ['detail', 'file_url'])
      : type === 'input_image'
        ? pick(part, ['file_id'])
        : undefined
  return rest ? [decoded, extraFields('part', rest)] : [decoded]
}

/** `undefined` when some part could not be put back in its place. */
function decodeContent(content: unknown, extra: JsonObject | undefined): string | ContentPart[] | undefined {
  if (typeof content === 'string' && !extra) return content
  const parts: ContentPart[] = typeof content === 'string' ? [{ type: 'text', text: content }] : []
  for (const part of asArray(content)) {
    const decoded = decodePart(part)
    if (decoded.length === 0) return undefined
    parts.push(...decoded)
  }
  if (extra) parts.push(extraFields('item', extra))
  return parts
}

function decodeMessage(item: JsonObject, role: 'user' | 'system' | 'developer', first: boolean): Message {
  const content = decodeContent(item.content, pick(item, ITEM_FIELDS))
  if (content === undefined) return { role: 'user', content: [rawPart(item)] }
  if (role === 'system' && first && typeof content === 'string')
    return { role, content: [{ type: 'text', text: content }] }
  return { role, content }
}

/** The output of a tool the caller ran. */
function decodeOutput(item: JsonObject, kinds: ReadonlyMap<string, ToolCall['type']>): Message {
  const id = asString(item.call_id) ?? ''
  const rest = pick(item, ITEM_FIELDS) ?? {}
  // Without the call in sight, nothing else says what kind of call this answers.
  if (item.type === 'custom_tool_call_output' && kinds.get(id) !== 'custom') rest.type = item.type
  const extra = Object.keys(rest).length > 0 ? rest : undefined
  const output = isObject(item.output) ? asText(item.output) : item.output
  const content = decodeContent(output, extra)
  return content === undefined
    ? { role: 'user', content: [rawPart(item)] }
    : { role: 'tool', tool_call_id: id, content }
}

/** Items that the caller wrote, not the model, besides messages and tool outputs. */
const CALLER_ITEM =
  /_output$|_response$|^item_reference$|^additional_tools$|^configuration_update$|^compaction_trigger$/

/** Items of the assistant's side that follow each other become one message with ordered blocks. */
export function decodeInput(instructions: unknown, input: unknown): Message[] {
  const messages: Message[] = []
  if (typeof instructions === 'string') messages.push({ role: 'system', content: instructions })
  if (typeof input === 'string') messages.push({ role: 'user', content: input })
  const kinds = new Map<string, ToolCall['type']>()
  let blocks: Block[] = []
  let calls: ToolCall[] = []
  const closeTurn = () => {
    if (blocks.length > 0) {
      const { refusal, ...message } = messageFromBlocks(blocks, calls)
      messages.push(refusal === null ? message : { ...message, refusal })
    }
    blocks = []
    calls = []
  }
  for (const item of asArray(input)) {
    if (!isObject(item)) continue
    const message = decodeCallerItem(item, kinds, messages.length === 0 && blocks.length === 0)
    if (message) {
      closeTurn()
      messages.push(message)
      continue
    }
    const decoded = decodeItem(item)
    for (const block of decoded.blocks) blocks.push(block)
    if (decoded.call) {
      calls.push(decoded.call)
      kinds.set(decoded.call.id, decoded.call.type)
    }
  }
  closeTurn()
  return messages
}

/** `undefined` when the item is of the assistant's side. */
function decodeCallerItem(
  item: JsonObject,
  kinds: ReadonlyMap<string, ToolCall['type']>,
  first: boolean,
): Message | undefined {
  const { type, role } = item
  if (type === undefined || type === 'message') {
    return role === 'user' || role === 'system' || role === 'developer' ? decodeMessage(item, role, first) : undefined
  }
  if (type === 'function_call_output' || type === 'custom_tool_call_output') return decodeOutput(item, kinds)
  return typeof type === 'string' && CALLER_ITEM.test(type) ? { role: 'user', content: [rawPart(item)] } : undefined
}
