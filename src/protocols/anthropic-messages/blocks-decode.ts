/**
 * Content blocks of an assistant message to the hub's blocks. A block with fields the hub has no place
 * for keeps its wire form beside its meaning; a block of another kind (server tools and their results,
 * and kinds this version does not know) is a raw block.
 */
import type { Annotation, Block, FunctionToolCall, ToolCall } from '../../kernel/hub.js'
import { asArray, asNumber, asString, isObject, parseJson } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { isHttpUrl } from '../../kernel/data-url.js'
import type { DecodedBlocks } from '../shared/stream-blocks.js'
import { argumentsText } from '../shared/tool-arguments.js'
import { ID, asCacheControl, cacheFields } from './wire.js'

/**
 * @param options.callers - Keep that the model itself made a call, which is what the field's absence means too. A
 *   request keeps it for its way back; in an answer it would only be noise.
 */
export function decodeBlocks(content: unknown, options: { readonly callers?: boolean } = {}): DecodedBlocks {
  const blocks: Block[] = []
  const toolCalls: ToolCall[] = []
  let textLength = 0
  for (const wire of asArray(content)) {
    if (!isObject(wire)) continue
    if (wire['type'] === 'tool_use') {
      const { call, block } = decodeToolUse(wire, options.callers)
      toolCalls.push(call)
      blocks.push(block)
      continue
    }
    const block = decodeBlock(wire, textLength)
    if (!block) continue
    if (block.type === 'text') textLength += block.text.length
    blocks.push(block)
  }
  return { blocks, toolCalls }
}

/**
 * @param textLength - Length of the message's text before this block: citations point into the whole text.
 * @returns `undefined` for a text block that says nothing.
 */
export function decodeBlock(wire: JsonObject, textLength: number): Block | undefined {
  const { type } = wire
  if (type === 'text' && typeof wire['text'] === 'string') return decodeText(wire, wire['text'], textLength)
  if (type === 'thinking' && typeof wire['thinking'] === 'string') {
    const signature = asString(wire['signature'])
    return { type, thinking: wire['thinking'], ...(signature !== undefined && { signature }) }
  }
  if (type === 'redacted_thinking' && typeof wire['data'] === 'string') {
    return { type, data: wire['data'] }
  }
  return { type: 'raw', protocol: ID, value: wire }
}

const TEXT_FIELDS = new Set(['type', 'text', 'citations', 'cache_control'])

function decodeText(wire: JsonObject, text: string, textLength: number): Block | undefined {
  const citations = asArray(wire['citations'])
  const known = hasOnly(wire, TEXT_FIELDS)
  if (text === '' && citations.length === 0 && known) return undefined
  const annotations = citations.flatMap((citation) => annotationOf(citation, textLength, text.length))
  return {
    type: 'text',
    text,
    ...(annotations.length > 0 && { annotations }),
    ...cacheFields(wire),
    ...(!(known && citations.every(isPortable)) && { raw: { protocol: ID, value: wire } }),
  }
}

/** A citation of a page becomes an annotation of its text; others stay in the raw form. */
function annotationOf(citation: unknown, start: number, length: number): Annotation[] {
  if (!isObject(citation)) return []
  const url = [citation['url'], citation['source']].find(isHttpUrl)
  if (url === undefined) return []
  const span = isPortable(citation) ? citation : undefined
  return [
    {
      type: 'url_citation',
      url_citation: {
        url,
        title: asString(citation['title']) ?? '',
        start_index: asNumber(span?.['start_index']) ?? start,
        end_index: asNumber(span?.['end_index']) ?? start + length,
      },
    },
  ]
}

/** Whether the citation was an annotation before `encodeCitation` wrote it, so that it holds nothing more. */
function isPortable(citation: unknown): citation is JsonObject {
  return (
    isObject(citation) &&
    citation['type'] === 'web_search_result_location' &&
    citation['encrypted_index'] === '' &&
    asNumber(citation['start_index']) !== undefined
  )
}

/** A block's wire form stays beside its meaning as soon as one field has no place in the hub. */
function hasOnly(wire: JsonObject, known: ReadonlySet<string>): boolean {
  return Object.keys(wire).every((key) => {
    if (wire[key] == null) return true
    return known.has(key) && (key !== 'cache_control' || asCacheControl(wire[key]) !== undefined)
  })
}

const TOOL_USE_FIELDS = new Set(['type', 'id', 'name', 'input'])

/** The raw form of a tool use leaves its `input` out: the caller's `tool_calls` entry holds that. */
export function decodeToolUse(wire: JsonObject, callers = false): { call: FunctionToolCall; block: Block } {
  const id = asString(wire['id']) ?? ''
  const { input: _input, ...rest } = wire
  const caller = rest['caller']
  if (!callers && isObject(caller) && caller['type'] === 'direct' && Object.keys(caller).length === 1)
    delete rest['caller']
  return {
    call: {
      id,
      type: 'function',
      function: { name: asString(wire['name']) ?? '', arguments: inputText(wire['input']) },
    },
    block: {
      type: 'tool_call',
      id,
      ...(!hasOnly(rest, TOOL_USE_FIELDS) && { raw: { protocol: ID, value: rest } }),
    },
  }
}

/** Some providers of the format give the object as its text. */
function inputText(input: unknown): string {
  return typeof input === 'string' && isObject(parseJson(input)) ? input : argumentsText(input)
}

const STOP_DETAILS_FIELDS = new Set(['type', 'explanation'])

/** What a refusal says about itself is beside the content on the wire, and is the last block in the hub. */
export function decodeRefusal(stopDetails: unknown): Block | undefined {
  if (!isObject(stopDetails) || stopDetails['type'] !== 'refusal') return undefined
  const explanation = asString(stopDetails['explanation']) ?? ''
  const known = hasOnly(stopDetails, STOP_DETAILS_FIELDS)
  if (explanation === '' && known) return undefined
  return { type: 'refusal', refusal: explanation, ...(!known && { raw: { protocol: ID, value: stopDetails } }) }
}
