/** The hub's blocks to content blocks, for assistant history and for answers. */
import type { Annotation, Block, ToolCall } from '../../kernel/hub.js'
import { asArray } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { argumentsObject } from '../shared/tool-arguments.js'
import { ownRaw } from './wire.js'

/** What cannot be written in a block's place; the caller decides what that means. */
export type Skipped = 'foreign block' | 'unsigned thinking' | 'refusal'

/** @returns The block's wire form, the reason it has none, or `undefined` for one that says nothing. */
export function encodeBlock(block: Block, toolCalls: readonly ToolCall[]): JsonObject | Skipped | undefined {
  switch (block.type) {
    case 'text':
      return encodeText(block)
    case 'thinking':
      return block.signature === undefined
        ? 'unsigned thinking'
        : { type: 'thinking', thinking: block.thinking, signature: block.signature }
    case 'redacted_thinking':
      return { type: 'redacted_thinking', data: block.data }
    case 'tool_call': {
      const call = toolCalls.find(({ id }) => id === block.id)
      return call && encodeToolUse(call, block)
    }
    case 'raw':
      return ownRaw(block) ?? 'foreign block'
    default:
      return 'refusal'
  }
}

function encodeText(block: Extract<Block, { type: 'text' }>): JsonObject | undefined {
  const raw = ownRaw(block.raw)
  if (raw && raw['text'] === block.text) return raw
  const cache = block.cache_control ? { cache_control: block.cache_control } : {}
  return block.text === '' ? undefined : { type: 'text', text: block.text, ...cache }
}

export function encodeToolUse(call: ToolCall, block?: Block): JsonObject {
  const named =
    call.type === 'custom'
      ? { name: call.custom.name, input: { input: call.custom.input } }
      : { name: call.function.name, input: argumentsObject(call.function.arguments) }
  return { ...ownRaw(block?.raw), type: 'tool_use', id: encodeToolId(call.id), ...named }
}

/** The API takes only these characters in an id; other providers' ids may hold a dot or a colon. */
export function encodeToolId(id: string): string {
  return id.replace(/[^a-zA-Z0-9_-]/gu, (character) => `_${character.codePointAt(0)?.toString(16) ?? ''}`) || '_'
}

/**
 * An annotation of another provider as a citation a reader of the format understands. It has no proof
 * (`encrypted_index`), so it goes into answers only; the span is not part of the format and rides along.
 */
export function encodeCitation(annotation: Annotation): JsonObject[] {
  if (annotation.type !== 'url_citation') return []
  const { url, title, start_index: start, end_index: end } = annotation.url_citation
  return [
    {
      type: 'web_search_result_location',
      url,
      title,
      cited_text: '',
      encrypted_index: '',
      start_index: start,
      end_index: end,
    },
  ]
}

export function citationsOf(block: Extract<Block, { type: 'text' }>): JsonObject[] {
  const raw = ownRaw(block.raw)
  if (raw) return asArray(raw['citations']) as JsonObject[]
  return (block.annotations ?? []).flatMap(encodeCitation)
}

export function encodeStopDetails(refusal: Extract<Block, { type: 'refusal' }> | undefined): JsonObject | null {
  if (!refusal) return null
  return ownRaw(refusal.raw) ?? { type: 'refusal', category: null, explanation: refusal.refusal }
}
