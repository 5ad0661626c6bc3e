/**
 * Between the items of the Responses API and the hub's blocks. History in a request and the output of a
 * response are the same items, so both directions of both use this file.
 *
 * A block keeps its item in `raw` when the block alone does not say everything (ids, status, phase,
 * encrypted reasoning, file citations). Text items keep one content part each: `raw.value` is the
 * message item with that part only, and parts of one item meet again by the item's id.
 */
import { StreamError } from '../../kernel/errors.js'
import type { Annotation, Block, RawPart, ToolCall, UrlCitation } from '../../kernel/hub.js'
import { asArray, asNumber, asString, isObject } from '../../kernel/json.js'
import type { JsonObject, ProtocolId } from '../../kernel/protocol.js'

export const PROTOCOL = 'openai-responses' satisfies ProtocolId

/** Proofs of other providers travel to a Responses client and back where that client keeps opaque reasoning. */
const SIGNATURE_PREFIX = 'thinking-signature:'
const REDACTED_PREFIX = 'redacted-thinking:'

export function rawPart(value: unknown): RawPart {
  return { type: 'raw', protocol: PROTOCOL, value }
}

/** The form this codec wrote, if this codec wrote it. */
export function ownRaw(
  raw: { readonly protocol: ProtocolId; readonly value: unknown } | undefined,
): JsonObject | undefined {
  return raw?.protocol === PROTOCOL && isObject(raw.value) ? raw.value : undefined
}

function withRaw<T extends Block>(block: T, needed: boolean, value: JsonObject): T {
  return needed ? { ...block, raw: { protocol: PROTOCOL, value } } : block
}

function hasOther(object: JsonObject, known: ReadonlySet<string>): boolean {
  for (const key in object) if (!known.has(key)) return true
  return false
}

/** Text that some servers send as an object. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value
  if (!isObject(value) && !Array.isArray(value)) return ''
  try {
    return JSON.stringify(value)
  } catch (cause) {
    throw new StreamError('an item of a Responses body is nested too deep', { cause })
  }
}

export function decodeAnnotation(value: unknown): UrlCitation | undefined {
  if (!isObject(value) || value.type !== 'url_citation') return undefined
  const { url, title, start_index: start, end_index: end } = value
  if (typeof url !== 'string') return undefined
  return {
    type: 'url_citation',
    url_citation: {
      url,
      title: asString(title) ?? '',
      start_index: asNumber(start) ?? 0,
      end_index: asNumber(end) ?? 0,
    },
  }
}

export function decodeAnnotations(values: unknown): Annotation[] {
  return asArray(values).flatMap((value) => decodeAnnotation(value) ?? [])
}

export function encodeAnnotation(annotation: Annotation): JsonObject {
  return { type: 'url_citation', ...annotation.url_citation }
}

const TEXT_KEYS = new Set(['type', 'text', 'annotations', 'logprobs'])
const REFUSAL_KEYS = new Set(['type', 'refusal'])
const MESSAGE_KEYS = new Set(['type', 'role', 'content'])
const CITATION_KEYS = new Set(['type', 'url', 'title', 'start_index', 'end_index'])

function isPlainCitation(value: unknown): boolean {
  return (
    isObject(value) &&
    decodeAnnotation(value) !== undefined &&
    !hasOther(value, CITATION_KEYS) &&
    Object.keys(value).length === CITATION_KEYS.size
  )
}

function isPlainText(part: JsonObject): boolean {
  if (part.type !== 'output_text' || hasOther(part, TEXT_KEYS) || asArray(part.logprobs).length > 0) return false
  return asArray(part.annotations).every(isPlainCitation)
}

const TEXT_TYPES: ReadonlySet<unknown> = new Set(['output_text', 'input_text', 'text'])

/** The block of one content part. `item` gives the fields of the message around it. */
export function partBlock(part: JsonObject, item: JsonObject): Block {
  const whole = { ...item, content: [part] }
  const named = hasOther(item, MESSAGE_KEYS)
  if (TEXT_TYPES.has(part.type) && typeof part.text === 'string') {
    const annotations = decodeAnnotations(part.annotations)
    const block: Block = { type: 'text', text: part.text, ...(annotations.length > 0 && { annotations }) }
    // A flat message cannot tell an empty text from none.
    return withRaw(block, named || part.text === '' || !isPlainText(part), whole)
  }
  if (part.type === 'refusal' && typeof part.refusal === 'string') {
    return withRaw<Block>({ type: 'refusal', refusal: part.refusal }, named || hasOther(part, REFUSAL_KEYS), whole)
  }
  return rawPart(whole)
}

function messageBlocks(item: JsonObject): Block[] {
  const { content } = item
  if (typeof content === 'string') {
    return [withRaw<Block>({ type: 'text', text: content }, content === '' || hasOther(item, MESSAGE_KEYS), item)]
  }
  const blocks = asArray(content).map((part) =>
    partBlock(isObject(part) ? part : { type: 'unknown', value: part }, item),
  )
  return blocks.length > 0 ? blocks : [rawPart(item)]
}

/** The summary, which is meant to be shown, or else the reasoning itself. */
function reasoningText(item: JsonObject): string {
  const texts = (parts: unknown) => asArray(parts).flatMap((part) => (isObject(part) ? asString(part.text) || [] : []))
  const summary = texts(item.summary)
  return (summary.length > 0 ? summary : texts(item.content)).join('\n\n')
}

function reasoningBlock(item: JsonObject): Block {
  const thinking = reasoningText(item)
  const sealed = asString(item.encrypted_content) ?? ''
  if (sealed.startsWith(SIGNATURE_PREFIX)) {
    return { type: 'thinking', thinking, signature: sealed.slice(SIGNATURE_PREFIX.length) }
  }
  if (sealed.startsWith(REDACTED_PREFIX))
    return { type: 'redacted_thinking', data: sealed.slice(REDACTED_PREFIX.length) }
  return thinking === '' ? rawPart(item) : { type: 'thinking', thinking, raw: { protocol: PROTOCOL, value: item } }
}

/** A reasoning item for thinking that no item of this format is behind. */
export function encodeThinking(block: Extract<Block, { type: 'thinking' | 'redacted_thinking' }>): JsonObject {
  if (block.type === 'redacted_thinking') {
    return { type: 'reasoning', summary: [], encrypted_content: REDACTED_PREFIX + block.data }
  }
  return {
    type: 'reasoning',
    summary: block.thinking === '' ? [] : [{ type: 'summary_text', text: block.thinking }],
    ...(block.signature !== undefined && { encrypted_content: SIGNATURE_PREFIX + block.signature }),
  }
}

const FUNCTION_CALL_KEYS = new Set(['type', 'call_id', 'name', 'arguments'])
const CUSTOM_CALL_KEYS = new Set(['type', 'call_id', 'name', 'input'])

export function toolCallOf(item: JsonObject): ToolCall | undefined {
  const id = asString(item.call_id) || asString(item.id) || ''
  const name = asString(item.name) ?? ''
  if (item.type === 'function_call')
    return { id, type: 'function', function: { name, arguments: asText(item.arguments) } }
  if (item.type === 'custom_tool_call') return { id, type: 'custom', custom: { name, input: asText(item.input) } }
  return undefined
}

export interface DecodedItem {
  readonly blocks: readonly Block[]
  readonly call?: ToolCall
}

/** The blocks of one item of the assistant's side; an item the hub has no word for is one raw block. */
export function decodeItem(item: JsonObject): DecodedItem {
  if ((item.type === 'message' || item.type === undefined) && item.role === 'assistant')
    return { blocks: messageBlocks(item) }
  if (item.type === 'reasoning') return { blocks: [reasoningBlock(item)] }
  const call = toolCallOf(item)
  if (!call) return { blocks: [rawPart(item)] }
  const keys = call.type === 'function' ? FUNCTION_CALL_KEYS : CUSTOM_CALL_KEYS
  return { blocks: [withRaw<Block>({ type: 'tool_call', id: call.id }, hasOther(item, keys), item)], call }
}

export function encodeToolCall(call: ToolCall, own: JsonObject = {}): JsonObject {
  return call.type === 'custom'
    ? { ...own, type: 'custom_tool_call', call_id: call.id, name: call.custom.name, input: call.custom.input }
    : { ...own, type: 'function_call', call_id: call.id, name: call.function.name, arguments: call.function.arguments }
}

type TextBlock = Extract<Block, { type: 'text' | 'refusal' }>

function encodeTextBlock(block: TextBlock, own: JsonObject | undefined): JsonObject {
  const first = own && asArray(own.content)[0]
  const base = isObject(first) ? first : {}
  if (block.type === 'refusal') {
    const part = { ...base, type: 'refusal', refusal: block.refusal }
    return { type: 'message', role: 'assistant', ...own, content: [part] }
  }
  if (own && !Array.isArray(own.content)) return { ...own, content: block.text }
  if (!own && !block.annotations?.length) return { type: 'message', role: 'assistant', content: block.text }
  const annotations = (block.annotations ?? []).map(encodeAnnotation)
  // Citations point into the text, so those of a text that was changed since would point astray.
  const part =
    own && base.text === block.text
      ? base
      : { ...base, type: base.type ?? 'output_text', text: block.text, annotations }
  return { type: 'message', role: 'assistant', ...own, content: [part] }
}

export interface ItemSink {
  /** A block of another format, or thinking without an item: the item to send for it, if any. */
  foreign(block: Block): JsonObject | undefined
}

/** The items of an assistant message's blocks, in their order. */
export function encodeItems(blocks: readonly Block[], calls: readonly ToolCall[], sink: ItemSink): JsonObject[] {
  const items: JsonObject[] = []
  let open: { readonly content: unknown[]; readonly id: unknown } | undefined
  for (const block of blocks) {
    const own = block.type === 'raw' ? ownRaw(block) : ownRaw(block.raw)
    let item: JsonObject | undefined
    if (block.type === 'text' || block.type === 'refusal') {
      item = encodeTextBlock(block, own)
    } else if (block.type === 'tool_call') {
      const call = calls.find(({ id }) => id === block.id)
      item = call && encodeToolCall(call, own)
    } else {
      item = own ?? sink.foreign(block)
    }
    if (own && item?.role === 'assistant' && Array.isArray(item.content)) {
      const content: unknown[] = item.content
      if (open && open.id === own.id) {
        for (const part of content) open.content.push(part)
        continue
      }
      open = { content: [...content], id: own.id }
      item = { ...item, content: open.content }
    } else {
      open = undefined
    }
    if (item) items.push(item)
  }
  return items
}

/** What the API's ids of items begin with; it refuses others, which a server in front of other models may have given. */
const ID_BEGINNINGS: ReadonlyMap<unknown, string> = new Map([
  ['function_call', 'fc'],
  ['custom_tool_call', 'ctc'],
  ['message', 'msg'],
])

/** The id of an item with a meaning of its own says nothing more. */
export function withOwnId(item: JsonObject): JsonObject {
  const beginning = ID_BEGINNINGS.get(item.type)
  if (beginning === undefined || typeof item.id !== 'string' || item.id.startsWith(beginning)) return item
  const { id: _id, ...rest } = item
  return rest
}
