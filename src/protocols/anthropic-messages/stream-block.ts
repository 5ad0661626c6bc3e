/** One content block of a stream, from its start to its stop, as hub deltas. */
import { StreamError } from '../../kernel/errors.js'
import { asString } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { toolCallBlock, type OpenBlock, type StreamPosition } from '../shared/stream-blocks.js'
import { argumentsObject } from '../shared/tool-arguments.js'
import { decodeBlock, decodeToolUse } from './blocks-decode.js'

export function createOpenBlock(start: JsonObject, position: StreamPosition): OpenBlock {
  const block = position.ordinal++
  switch (start['type']) {
    case 'text':
      return textBlock(start, block, position)
    case 'thinking':
      return thinkingBlock(start, block)
    case 'tool_use':
      return toolCallBlock(decodeToolUse(start), { block, index: position.toolCalls++ }, (delta) =>
        pieceOf(delta, 'input_json_delta', 'partial_json'),
      )
    default:
      return wholeBlock(start, block, position)
  }
}

/** The string of a known delta, `undefined` for a kind of delta this version does not know. */
function pieceOf(delta: JsonObject, type: string, field: string): string | undefined {
  if (delta['type'] === type) return asString(delta[field])
  if (KNOWN_DELTAS.has(delta['type'])) throw new StreamError(`a ${String(delta['type'])} in a block of another type`)
  return undefined
}

const KNOWN_DELTAS: ReadonlySet<unknown> = new Set([
  'text_delta',
  'thinking_delta',
  'signature_delta',
  'input_json_delta',
  'citations_delta',
])

function textBlock(start: JsonObject, block: number, position: StreamPosition): OpenBlock {
  let text = asString(start['text']) ?? ''
  const citations: unknown[] = Array.isArray(start['citations']) ? [...(start['citations'] as unknown[])] : []
  return {
    open: () => (text === '' ? [] : [{ content: text, block }]),
    grow(delta) {
      if (delta['type'] === 'citations_delta') {
        citations.push(delta['citation'])
        return undefined
      }
      const piece = pieceOf(delta, 'text_delta', 'text')
      if (!piece) return undefined
      text += piece
      return { content: piece, block }
    },
    close() {
      // Annotations span the whole block, and its raw form holds all of it: both are known only now.
      const wire = { ...start, text, ...(citations.length > 0 && { citations }) }
      const decoded = decodeBlock(wire, position.textLength)
      position.textLength += text.length
      if (decoded?.type !== 'text' || (!decoded.raw && !decoded.annotations)) return []
      const { annotations, raw } = decoded
      return [
        {
          block,
          ...(annotations && { annotations }),
          ...(raw && { blocks: [{ type: 'text', text: '', raw }] }),
        },
      ]
    },
  }
}

function thinkingBlock(start: JsonObject, block: number): OpenBlock {
  const first = asString(start['thinking']) ?? ''
  const signature = asString(start['signature'])
  let shown = first !== ''
  let signed = false
  return {
    open() {
      if (first === '') return []
      return [{ reasoning_content: first, thinking_blocks: [{ type: 'thinking', thinking: first }], block }]
    },
    grow(delta) {
      if (delta['type'] === 'signature_delta') {
        signed = true
        shown = true
        const proof = asString(delta['signature']) ?? ''
        return { thinking_blocks: [{ type: 'thinking', thinking: '', signature: proof }], block }
      }
      const thinking = pieceOf(delta, 'thinking_delta', 'thinking')
      if (!thinking) return undefined
      shown = true
      return { reasoning_content: thinking, thinking_blocks: [{ type: 'thinking', thinking }], block }
    },
    close() {
      // The start holds an empty signature that the deltas fill, unless the provider has none.
      if (shown && (signed || signature === undefined)) return []
      const proof = signed || signature === undefined ? {} : { signature }
      return [{ thinking_blocks: [{ type: 'thinking', thinking: '', ...proof }], block }]
    },
  }
}

/** Blocks shown only when complete: those of this format alone, and redacted thinking. */
function wholeBlock(start: JsonObject, block: number, position: StreamPosition): OpenBlock {
  let input = ''
  let wire = start
  return {
    open: () => [],
    grow(delta) {
      const { type, ...fields } = delta
      if (type === 'input_json_delta') input += asString(delta['partial_json']) ?? ''
      // Kinds such as `compaction_delta` carry the final value of the fields they name.
      else wire = { ...wire, ...fields }
      return undefined
    },
    close() {
      const whole = input === '' ? wire : { ...wire, input: argumentsObject(input) }
      const decoded = decodeBlock(whole, position.textLength)
      if (decoded?.type === 'redacted_thinking') return [{ thinking_blocks: [decoded], block }]
      return decoded ? [{ blocks: [decoded], block }] : []
    },
  }
}
