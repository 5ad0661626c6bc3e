/** The hub's blocks to content blocks, for assistant history and for answers. */
import type { Annotation, Block, ToolCall } from '../../kernel/hub.js'
import { asArray, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { toBase64 } from '../../kernel/data-url.js'
import { argumentsObject } from '../shared/tool-arguments.js'
import { cachePointOf, encodeToolId, ownRaw, type ToolIds } from './wire.js'

/** What cannot be written in a block's place; the caller decides what that means. */
export type Skipped = 'foreign block' | 'unsigned thinking' | 'refusal'

/** @returns The block's wire form, with a cache point behind it where it asks for one, or the reason it has none. */
export function encodeBlock(
  block: Block,
  toolCalls: readonly ToolCall[],
  ids: ToolIds = 'api',
): JsonObject[] | Skipped {
  switch (block.type) {
    case 'text':
      return encodeText(block)
    case 'thinking':
      return block.signature === undefined ? 'unsigned thinking' : [encodeThinking(block)]
    case 'redacted_thinking':
      return [{ reasoningContent: { redactedContent: toBase64(block.data) } }]
    case 'tool_call': {
      const call = toolCalls.find(({ id }) => id === block.id)
      return call ? [{ toolUse: { ...toolUseHead(call, block.raw, ids), input: inputOf(call) } }] : []
    }
    case 'raw': {
      const value = ownRaw(block)
      return value ? [value] : 'foreign block'
    }
    default:
      return 'refusal'
  }
}

export function encodeThinking({ thinking, signature }: { thinking: string; signature?: string }): JsonObject {
  return { reasoningContent: { reasoningText: { text: thinking, ...(signature !== undefined && { signature }) } } }
}

function encodeText(block: Extract<Block, { type: 'text' }>): JsonObject[] {
  const wire = ownCited(block) ?? (block.text === '' ? undefined : { text: block.text })
  return wire ? [wire, ...cachePointOf(block.cache_control)] : []
}

/** The raw form, unless the text was changed since. */
function ownCited(block: Extract<Block, { type: 'text' }>): JsonObject | undefined {
  const raw = ownRaw(block.raw)
  const cited = raw?.['citationsContent']
  if (!raw || !isObject(cited)) return undefined
  const text = asArray(cited['content'])
    .map((piece) => (isObject(piece) ? piece['text'] : ''))
    .join('')
  return text === block.text ? raw : undefined
}

/** What the start of a tool use says, before its input. */
export function toolUseHead(call: ToolCall, raw: Block['raw'], ids: ToolIds = 'api'): JsonObject {
  const name = call.type === 'custom' ? call.custom.name : call.function.name
  return { ...ownRaw(raw), toolUseId: encodeToolId(call.id, ids), name }
}

function inputOf(call: ToolCall): unknown {
  return call.type === 'custom' ? { input: call.custom.input } : argumentsObject(call.function.arguments)
}

/** Citations as a reader of an answer understands them. They prove nothing, so requests do without. */
export function citationsOf(block: { annotations?: readonly Annotation[]; raw?: Block['raw'] }): JsonObject[] {
  const cited = ownRaw(block.raw)?.['citationsContent']
  if (isObject(cited)) return asArray(cited['citations']).filter(isObject)
  return (block.annotations ?? []).flatMap((annotation) => {
    if (annotation.type !== 'url_citation') return []
    const { url, title } = annotation.url_citation
    const domain = URL.canParse(url) ? { domain: new URL(url).hostname } : {}
    return [{ title, location: { web: { url, ...domain } } }]
  })
}
