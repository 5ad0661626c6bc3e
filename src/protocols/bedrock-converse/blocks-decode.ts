/**
 * Content blocks of an assistant message to the hub's blocks. A block with more than the hub has a place
 * for keeps its wire form beside its meaning; a block of another kind (tools that run at the provider,
 * images, guarded content, and kinds this version does not know) is a raw block.
 */
import type { Annotation, Block, CacheControl, FunctionToolCall, ToolCall } from '../../kernel/hub.js'
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { fromBase64, isHttpUrl } from '../../kernel/data-url.js'
import type { DecodedBlocks } from '../shared/stream-blocks.js'
import { argumentsText } from '../shared/tool-arguments.js'
import { ID, asCacheControl } from './wire.js'

/**
 * @param options.types - Keep the word for the usual kind of tool use, which its absence means too. A request keeps it
 *   for its way back; in an answer it would only be noise.
 */
export function decodeBlocks(content: unknown, options: { readonly types?: boolean } = {}): DecodedBlocks {
  const blocks: Block[] = []
  const toolCalls: ToolCall[] = []
  let textLength = 0
  for (const wire of asArray(content)) {
    if (!isObject(wire)) continue
    const toolUse = clientToolUse(wire)
    if (toolUse) {
      const { call, block } = decodeToolUse(toolUse, options.types)
      toolCalls.push(call)
      blocks.push(block)
      continue
    }
    const cache = asCacheControl(wire['cachePoint'])
    const last = blocks.at(-1)
    if (cache && last?.type === 'text' && !last.cache_control) {
      blocks[blocks.length - 1] = { ...last, cache_control: cache }
      continue
    }
    const block = decodeBlock(wire, textLength)
    if (!block) continue
    if (block.type === 'text') textLength += block.text.length
    blocks.push(block)
  }
  return { blocks, toolCalls }
}

/** A cache point at the very end covers the message. */
export function splitLastCachePoint(content: readonly unknown[]): {
  content: readonly unknown[]
  cache: CacheControl | undefined
} {
  const last = content.at(-1)
  const cache = content.length > 1 && isObject(last) ? asCacheControl(last['cachePoint']) : undefined
  const before = content.at(-2)
  // Two points in a row cannot both belong to the message.
  const single = cache && !(isObject(before) && before['cachePoint'] != null)
  return single ? { content: content.slice(0, -1), cache } : { content, cache: undefined }
}

/** A tool use that the caller has to answer; one that runs at the provider is not. */
export function clientToolUse(wire: JsonObject): JsonObject | undefined {
  const toolUse = wire['toolUse']
  return isObject(toolUse) && toolUse['type'] !== 'server_tool_use' ? toolUse : undefined
}

export function decodeToolUse(toolUse: JsonObject, types = false): { call: FunctionToolCall; block: Block } {
  const id = asString(toolUse['toolUseId']) ?? ''
  const type = asString(toolUse['type'])
  const special = type !== undefined && (types || type !== 'tool_use')
  return {
    call: {
      id,
      type: 'function',
      function: { name: asString(toolUse['name']) ?? '', arguments: argumentsText(toolUse['input']) },
    },
    block: { type: 'tool_call', id, ...(special && { raw: { protocol: ID, value: { type } } }) },
  }
}

/**
 * @param textLength - Length of the message's text before this block: annotations point into the whole text.
 * @returns `undefined` for a text block that says nothing.
 */
export function decodeBlock(wire: JsonObject, textLength: number): Block | undefined {
  const { text, reasoningContent, citationsContent } = wire
  if (typeof text === 'string') return text === '' ? undefined : { type: 'text', text }
  if (isObject(citationsContent)) return decodeCited(wire, citationsContent, textLength)
  const reasoning = isObject(reasoningContent) ? decodeReasoning(reasoningContent) : undefined
  return reasoning ?? { type: 'raw', protocol: ID, value: wire }
}

function decodeReasoning(reasoning: JsonObject): Block | undefined {
  const { reasoningText, redactedContent } = reasoning
  if (isObject(reasoningText) && typeof reasoningText['text'] === 'string') {
    const signature = asString(reasoningText['signature'])
    return { type: 'thinking', thinking: reasoningText['text'], ...(signature !== undefined && { signature }) }
  }
  // Bytes on this wire; Anthropic's own format writes the same bytes as text, so that a conversation can move.
  const data = typeof redactedContent === 'string' ? fromBase64(redactedContent) : undefined
  return data === undefined ? undefined : { type: 'redacted_thinking', data }
}

function decodeCited(wire: JsonObject, cited: JsonObject, start: number): Block {
  const text = asArray(cited['content'])
    .map((piece) => (isObject(piece) ? (asString(piece['text']) ?? '') : ''))
    .join('')
  const annotations = asArray(cited['citations']).flatMap((citation) =>
    annotationOf(citation, start, start + text.length),
  )
  return {
    type: 'text',
    text,
    ...(annotations.length > 0 && { annotations }),
    raw: { protocol: ID, value: wire },
  }
}

/** A citation of a page becomes an annotation of its text; others stay in the raw form. */
function annotationOf(citation: unknown, start: number, end: number): Annotation[] {
  if (!isObject(citation)) return []
  const { location, source, title } = citation
  const web = isObject(location) && isObject(location['web']) ? location['web']['url'] : undefined
  const url = [web, source].find(isHttpUrl)
  if (url === undefined) return []
  const place = { start_index: start, end_index: end }
  return [{ type: 'url_citation', url_citation: { url, title: asString(title) ?? '', ...place } }]
}
