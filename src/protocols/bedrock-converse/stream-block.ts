/** One content block of a stream, from its first event to its stop, as hub deltas. */
import { StreamError } from '../../kernel/errors.js'
import type { ChunkDelta } from '../../kernel/hub.js'
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { toolCallBlock, type OpenBlock, type StreamPosition } from '../shared/stream-blocks.js'
import { argumentsValue } from '../shared/tool-arguments.js'
import { clientToolUse, decodeBlock, decodeToolUse } from './blocks-decode.js'
import { memberOf } from './wire.js'

const NOTHING: readonly ChunkDelta[] = []

/** @param start - What `contentBlockStart` says; text and reasoning begin without one. */
export function createOpenBlock(start: JsonObject, position: StreamPosition): OpenBlock {
  const block = position.ordinal++
  const toolUse = clientToolUse(start)
  if (toolUse) return toolCallBlock(decodeToolUse(toolUse), { block, index: position.toolCalls++ }, inputPiece)
  return memberOf(start, ['toolUse', 'toolResult', 'image']) ? wholeBlock(start, block) : plainBlock(block, position)
}

/** Text, with citations that come in between, or reasoning: the first delta says which. */
function plainBlock(block: number, position: StreamPosition): OpenBlock {
  let text = ''
  const citations: unknown[] = []
  /** Latin-1, as redacted reasoning is bytes that may come in pieces of any length. */
  let redacted = ''
  let other: JsonObject | undefined

  function reason(reasoning: JsonObject): ChunkDelta | undefined {
    const { text: thinking, signature, redactedContent } = reasoning
    if (typeof redactedContent === 'string') redacted += binaryOf(redactedContent)
    if (typeof signature === 'string')
      return { thinking_blocks: [{ type: 'thinking', thinking: '', signature }], block }
    if (typeof thinking !== 'string' || thinking === '') return undefined
    return { reasoning_content: thinking, thinking_blocks: [{ type: 'thinking', thinking }], block }
  }
  return {
    open: () => NOTHING,
    grow(delta) {
      const { text: piece, reasoningContent, citation } = delta
      if (typeof piece === 'string') {
        if (piece === '') return undefined
        text += piece
        return { content: piece, block }
      }
      if (isObject(reasoningContent)) return reason(reasoningContent)
      if (isObject(citation)) citations.push(citation)
      else other = { ...other, ...delta }
      return undefined
    },
    close() {
      const start = position.textLength
      position.textLength += text.length
      if (redacted !== '') {
        const decoded = decodeBlock({ reasoningContent: { redactedContent: btoa(redacted) } }, start)
        if (decoded?.type === 'redacted_thinking') return [{ thinking_blocks: [decoded], block }]
        return decoded ? [{ blocks: [decoded], block }] : NOTHING
      }
      if (citations.length > 0) {
        // Annotations span the whole block, and its raw form holds all of it: both are known only now.
        const decoded = decodeBlock({ citationsContent: { content: [{ text }], citations } }, start)
        if (decoded?.type !== 'text' || !decoded.raw) return NOTHING
        const { annotations, raw } = decoded
        return [{ block, ...(annotations && { annotations }), blocks: [{ type: 'text', text: '', raw }] }]
      }
      const decoded = other && text === '' ? decodeBlock(other, start) : undefined
      return decoded?.type === 'raw' ? [{ blocks: [decoded], block }] : NOTHING
    },
  }
}

function binaryOf(base64: string): string {
  try {
    return atob(base64)
  } catch (cause) {
    throw new StreamError('redacted reasoning is not base64', { cause })
  }
}

function inputPiece(delta: JsonObject): string | undefined {
  const toolUse = delta['toolUse']
  return isObject(toolUse) ? asString(toolUse['input']) : undefined
}

/** Blocks shown only when complete: tools that run at the provider, their results, and images. */
function wholeBlock(start: JsonObject, block: number): OpenBlock {
  const kind = memberOf(start, ['toolUse', 'toolResult', 'image']) ?? 'image'
  const head = start[kind]
  let input = ''
  const content: unknown[] = []
  let fields: JsonObject = {}
  return {
    open: () => NOTHING,
    grow(delta) {
      input += inputPiece(delta) ?? ''
      // One by one: a result may be too long for a spread.
      for (const piece of asArray(delta['toolResult'])) content.push(piece)
      if (isObject(delta['image'])) fields = { ...fields, ...delta['image'] }
      return undefined
    },
    close() {
      const whole: JsonObject = { ...(isObject(head) ? head : {}), ...fields }
      if (kind === 'toolUse') whole['input'] = argumentsValue(input)
      if (kind === 'toolResult') whole['content'] = joinTexts(content)
      const decoded = decodeBlock({ [kind]: whole }, 0)
      return decoded ? [{ blocks: [decoded], block }] : NOTHING
    },
  }
}

/** The text of a result may come in pieces. */
function joinTexts(pieces: readonly unknown[]): unknown[] {
  const joined: unknown[] = []
  let texts: string[] = []
  function flush(): void {
    if (texts.length > 0) joined.push({ text: texts.join('') })
    texts = []
  }
  for (const piece of pieces) {
    const text = isObject(piece) ? asString(piece['text']) : undefined
    if (text !== undefined) texts.push(text)
    else {
      flush()
      joined.push(piece)
    }
  }
  flush()
  return joined
}
