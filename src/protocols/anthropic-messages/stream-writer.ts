/** Writes the deltas of an answer as content blocks: start, deltas, stop, one block after the other. */
import { StreamError } from '../../kernel/errors.js'
import type { Annotation, Block, ChunkDelta, ToolCallDelta } from '../../kernel/hub.js'
import { isObject, parseJson } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { BlockWriter } from '../shared/stream-blocks.js'
import { citationsOf, encodeToolId } from './blocks-encode.js'
import { ownRaw } from './wire.js'

interface Call {
  id: string
  name: string
  /** Arguments so far, and how much of them is written. */
  text: string
  written: number
  raw: JsonObject | undefined
  /** A call of a free text tool: its text becomes one JSON string, so it is written at its end. */
  custom: boolean
  state: 'held' | 'open' | 'closed'
}

interface OpenBlock {
  readonly kind: 'text' | 'thinking' | 'tool'
  readonly ordinal: number | undefined
  text: string
  signature: string | undefined
  annotations: Annotation[]
  raw: Block['raw']
}

export function createBlockWriter(emit: (type: string, fields: JsonObject) => void): BlockWriter {
  const calls = new Map<number, Call>()
  let index = 0
  let open: OpenBlock | undefined

  function emitDelta(delta: JsonObject): void {
    emit('content_block_delta', { index, delta })
  }
  function emitStart(block: JsonObject): void {
    emit('content_block_start', { index, content_block: block })
  }
  function emitStop(): void {
    emit('content_block_stop', { index })
    index++
  }

  /** The open block when the delta goes on with it, otherwise a new one. */
  function enter(kind: 'text' | 'thinking', ordinal: number | undefined, start: JsonObject): OpenBlock {
    if (open?.kind === kind && (ordinal === undefined || open.ordinal === ordinal)) return open
    closeAll()
    emitStart(start)
    open = { kind, ordinal, text: '', signature: undefined, annotations: [], raw: undefined }
    return open
  }

  function close(): void {
    const block = open
    open = undefined
    if (!block || block.kind === 'tool') return
    if (block.kind === 'thinking' && block.signature !== undefined) {
      emitDelta({ type: 'signature_delta', signature: block.signature })
    }
    if (block.kind === 'text') {
      const { text, annotations, raw } = block
      for (const citation of citationsOf({ type: 'text', text, annotations, ...(raw && { raw }) })) {
        emitDelta({ type: 'citations_delta', citation })
      }
    }
    emitStop()
  }

  /** Closes the open block and writes the calls that waited for it. */
  function closeAll(): void {
    close()
    for (const call of calls.values()) if (call.state !== 'closed') closeCall(call)
  }

  function openCall(call: Call): void {
    close()
    call.state = 'open'
    open = { kind: 'tool', ordinal: undefined, text: '', signature: undefined, annotations: [], raw: undefined }
    emitStart({ ...call.raw, type: 'tool_use', id: encodeToolId(call.id), name: call.name, input: {} })
  }

  function writeArguments(call: Call): void {
    if (call.custom || call.written === call.text.length) return
    emitDelta({ type: 'input_json_delta', partial_json: call.text.slice(call.written) })
    call.written = call.text.length
  }

  function closeCall(call: Call): void {
    if (call.state === 'held') openCall(call)
    writeArguments(call)
    if (call.custom) emitDelta({ type: 'input_json_delta', partial_json: JSON.stringify({ input: call.text }) })
    call.state = 'closed'
    open = undefined
    emitStop()
  }

  function writeCall(delta: ToolCallDelta, raw: JsonObject | undefined): void {
    let call = calls.get(delta.index)
    if (!call) {
      const custom = delta.type === 'custom'
      call = { id: delta.id ?? `call_${delta.index}`, name: '', text: '', written: 0, raw, custom, state: 'held' }
      calls.set(delta.index, call)
    }
    const piece = delta.function?.arguments ?? delta.custom?.input ?? ''
    call.name += delta.function?.name ?? delta.custom?.name ?? ''
    call.text += piece
    if (call.state === 'closed' && piece !== '') {
      throw new StreamError('a fragment of a tool call after the answer went on')
    }
    advance()
  }

  /** Writes calls in their order: the next one begins when the one before it is complete JSON. */
  function advance(): void {
    const waiting = [...calls.values()].filter(({ state }) => state !== 'closed')
    for (const [position, call] of waiting.entries()) {
      // The name may come in pieces, so a call opens with its first argument.
      if (call.state === 'held' && call.text !== '') openCall(call)
      if (call.state === 'open') writeArguments(call)
      const isLast = position === waiting.length - 1
      if (isLast || call.state === 'held' || call.custom || !isComplete(call.text)) return
      closeCall(call)
    }
  }

  function writeThinking(delta: ChunkDelta): void {
    const blocks = delta.thinking_blocks
    if (!blocks) {
      const thinking = delta.reasoning_content
      if (!thinking) return
      enter('thinking', delta.block, { type: 'thinking', thinking: '' })
      emitDelta({ type: 'thinking_delta', thinking })
      return
    }
    for (const block of blocks) {
      if (block.type === 'redacted_thinking') {
        closeAll()
        writeWhole({ type: block.type, data: block.data })
        continue
      }
      const current = enter('thinking', delta.block, { type: 'thinking', thinking: '' })
      if (block.thinking !== '') emitDelta({ type: 'thinking_delta', thinking: block.thinking })
      // Readers replace the signature with each delta, so its pieces are sent as one.
      if (block.signature !== undefined) current.signature = (current.signature ?? '') + block.signature
    }
  }

  function writeWhole(block: JsonObject): void {
    emitStart(block)
    emitStop()
  }

  function writeBlocks(delta: ChunkDelta): void {
    for (const block of delta.blocks ?? []) {
      if (block.type === 'text' && open?.kind === 'text' && open.ordinal === delta.block) {
        open.raw = block.raw
      } else if (block.type === 'text' && block.text !== '') {
        enter('text', delta.block, { type: 'text', text: '' }).raw = block.raw
        emitDelta({ type: 'text_delta', text: block.text })
      } else if (block.type === 'raw') {
        const value = ownRaw(block)
        if (!value) continue
        closeAll()
        writeWhole(value)
      }
    }
  }

  return {
    write(delta) {
      writeThinking(delta)
      if (delta.content) {
        enter('text', delta.block, { type: 'text', text: '' })
        emitDelta({ type: 'text_delta', text: delta.content })
      }
      if (delta.annotations?.length) {
        enter('text', delta.block, { type: 'text', text: '' }).annotations.push(...delta.annotations)
      }
      const raw = delta.blocks?.find(({ type }) => type === 'tool_call')?.raw
      const old = delta.function_call ? [{ index: 0, function: delta.function_call }] : []
      for (const call of delta.tool_calls ?? old) writeCall(call, ownRaw(raw))
      writeBlocks(delta)
    },
    end: closeAll,
  }
}

function isComplete(text: string): boolean {
  return text.trimEnd().endsWith('}') && isObject(parseJson(text))
}
