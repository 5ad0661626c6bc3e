/** The hub's blocks to the parts of a model's content, for history and for answers. */
import type { Block, ToolCall } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { argumentsObject } from '../shared/tool-arguments.js'
import { wireId } from './parts-decode.js'
import { ownRaw } from './wire.js'

/** What cannot be written in a block's place; the caller decides what that means. */
export type Skipped = 'foreign block' | 'redacted thinking'

/** @returns The block's part, the reason it has none, or `undefined` for one that says nothing. */
export function encodeBlock(block: Block, toolCalls: readonly ToolCall[]): JsonObject | Skipped | undefined {
  const raw = ownRaw('raw' in block ? block.raw : undefined)
  switch (block.type) {
    case 'text':
      return block.text === '' && !raw ? undefined : { ...raw, text: block.text }
    case 'thinking': {
      const { signature } = block
      return {
        ...raw,
        text: block.thinking,
        thought: true,
        ...(signature !== undefined && { thoughtSignature: signature }),
      }
    }
    case 'redacted_thinking':
      return 'redacted thinking'
    case 'refusal':
      return block.refusal === '' ? undefined : { text: block.refusal }
    case 'tool_call': {
      const call = toolCalls.find(({ id }) => id === block.id)
      return call && encodeCall(call, raw)
    }
    default:
      return ownRaw(block) ?? 'foreign block'
  }
}

/** @param raw - What the wire said beside the call. */
export function encodeCall(call: ToolCall, raw?: JsonObject): JsonObject {
  const named =
    call.type === 'custom'
      ? { name: call.custom.name, args: { input: call.custom.input } }
      : { name: call.function.name, args: argumentsObject(call.function.arguments) }
  const id = wireId(call.id)
  const kept = raw?.['functionCall']
  return {
    ...raw,
    functionCall: { ...(isObject(kept) && kept), ...(id !== undefined && { id }), ...named },
  }
}
