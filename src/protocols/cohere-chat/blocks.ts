/**
 * An assistant message between its four fields (`content`, `tool_plan`, `tool_calls`, `citations`) and the hub's
 * ordered blocks. The wire gives the fields no order among them: content comes first here, then the plan, then the calls.
 */
import type { Block, FunctionToolCall, ToolCall } from '../../kernel/hub.js'
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { DecodedBlocks } from '../shared/stream-blocks.js'
import { annotationsOf, citationsOf, isPortable, placeOf } from './citations.js'
import { ID, PLAN, isPlan, ownRaw } from './wire.js'

/** Citations by where they stand. */
interface Placed {
  readonly content: Map<number, JsonObject[]>
  readonly plan: JsonObject[]
  readonly loose: JsonObject[]
}

function placeAll(citations: unknown, kinds: readonly (string | undefined)[]): Placed {
  const placed: Placed = { content: new Map(), plan: [], loose: [] }
  for (const citation of asArray(citations)) {
    if (!isObject(citation)) continue
    const place = placeOf(citation, kinds)
    if (place.kind === 'plan') placed.plan.push(citation)
    else if (place.kind === 'none') placed.loose.push(citation)
    else placed.content.set(place.index, [...(placed.content.get(place.index) ?? []), citation])
  }
  return placed
}

function contentOf(content: unknown): readonly unknown[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : asArray(content)
}

export function decodeBlocks(message: JsonObject): DecodedBlocks<FunctionToolCall> {
  const content = contentOf(message['content'])
  const placed = placeAll(
    message['citations'],
    content.map((item) => (isObject(item) ? asString(item['type']) : undefined)),
  )
  const blocks: Block[] = []
  let length = 0
  content.forEach((item, index) => {
    if (!isObject(item)) return
    const block = decodeContentItem(item, placed.content.get(index) ?? [], length)
    if (!block) return
    if (block.type === 'text') length += block.text.length
    blocks.push(block)
  })
  const plan = asString(message[PLAN])
  if (plan) blocks.push({ type: 'thinking', thinking: plan, raw: planRaw(placed.plan) })
  if (placed.loose.length > 0) blocks.push({ type: 'raw', protocol: ID, value: { citations: placed.loose } })
  const toolCalls = asArray(message['tool_calls']).filter(isObject).map(decodeCall)
  blocks.push(...toolCalls.map(({ id }): Block => ({ type: 'tool_call', id })))
  return { blocks, toolCalls }
}

export function planRaw(citations: readonly JsonObject[]): NonNullable<Block['raw']> {
  return { protocol: ID, value: { type: PLAN, ...(citations.length > 0 && { citations }) } }
}

/** @param start - Length of the text before this item. */
function decodeContentItem(item: JsonObject, citations: readonly JsonObject[], start: number): Block | undefined {
  const { type } = item
  const raw = citationRaw(citations)
  if (type === 'text' && typeof item['text'] === 'string') {
    if (item['text'] === '' && !raw) return undefined
    const annotations = citations.flatMap((citation) => annotationsOf(citation, start))
    return { type, text: item['text'], ...(annotations.length > 0 && { annotations }), ...raw }
  }
  if (type === 'thinking' && typeof item['thinking'] === 'string') return { type, thinking: item['thinking'], ...raw }
  return { type: 'raw', protocol: ID, value: item }
}

/** The raw form of a block whose citations say more than its annotations do. */
export function citationRaw(citations: readonly JsonObject[]): { raw?: NonNullable<Block['raw']> } {
  return citations.every(isPortable) ? {} : { raw: { protocol: ID, value: { citations } } }
}

function decodeCall(call: JsonObject, place: number): FunctionToolCall {
  const made = isObject(call['function']) ? call['function'] : {}
  return {
    id: asString(call['id']) || `call_${place}`,
    type: 'function',
    function: { name: asString(made['name']) ?? '', arguments: argumentsOf(made['arguments']) },
  }
}

/** A call without arguments comes as `null` or as nothing, where callers parse an object. */
export function argumentsOf(text: unknown): string {
  return typeof text === 'string' && text !== '' && text !== 'null' ? text : '{}'
}

export interface EncodedBlocks {
  readonly content: JsonObject[]
  readonly plan: string | undefined
  readonly citations: JsonObject[]
  /** Blocks that the format has no form for, in words. */
  readonly skipped: readonly string[]
}

export function encodeBlocks(blocks: readonly Block[]): EncodedBlocks {
  const content: JsonObject[] = []
  const citations: JsonObject[] = []
  const skipped: string[] = []
  let plan: string | undefined
  let length = 0
  for (const block of blocks) {
    switch (block.type) {
      case 'text':
        citations.push(...citationsOf(block, length, content.length))
        if (block.text !== '') content.push({ type: 'text', text: block.text })
        length += block.text.length
        break
      case 'refusal':
        content.push({ type: 'text', text: block.refusal })
        break
      case 'thinking':
        citations.push(...citationsOf(block, length, content.length))
        if (isPlan(block.raw)) plan = (plan ?? '') + block.thinking
        else if (block.thinking !== '') content.push({ type: 'thinking', thinking: block.thinking })
        break
      case 'raw': {
        const value = ownRaw(block)
        if (value && 'type' in value) content.push(value)
        else if (value) citations.push(...asArray(value['citations']).filter(isObject))
        else skipped.push(`blocks of ${block.protocol}`)
        break
      }
      case 'redacted_thinking':
        skipped.push('redacted thinking')
        break
      default:
        break
    }
  }
  return { content, plan, citations, skipped }
}

export function encodeCall(call: ToolCall): JsonObject {
  const made =
    call.type === 'custom'
      ? { name: call.custom.name, arguments: JSON.stringify({ input: call.custom.input }) }
      : { name: call.function.name, arguments: call.function.arguments }
  return { id: call.id, type: 'function', function: made }
}
