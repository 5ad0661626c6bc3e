/**
 * Writes the deltas of an answer as content blocks. Text and reasoning follow one another; tool calls are
 * numbered, so that several may be open at once and their fragments may come in any order.
 */
import type { Annotation, Block, ChunkDelta, ToolCallDelta } from '../../kernel/hub.js'
import { asArray, isObject } from '../../kernel/json.js'
import { StreamError } from '../../kernel/errors.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { BlockWriter } from '../shared/stream-blocks.js'
import { citationsOf, encodeBlock, toolUseHead } from './blocks-encode.js'
import { memberOf, ownRaw } from './wire.js'

interface Call {
  id: string
  name: string
  /** Text that waits: for the whole name, or for the end of a free text tool's call. */
  held: string
  readonly custom: boolean
  readonly raw: Block['raw']
  /** `undefined` until it is written. */
  index: number | undefined
  closed: boolean
}

interface OpenBlock {
  readonly kind: 'text' | 'thinking'
  readonly ordinal: number | undefined
  readonly index: number
  signature: string | undefined
  annotations: Annotation[]
  raw: Block['raw']
}

export function createBlockWriter(emit: (event: string, data: JsonObject) => void): BlockWriter {
  const calls = new Map<number, Call>()
  let next = 0
  let open: OpenBlock | undefined

  function emitDelta(contentBlockIndex: number, delta: JsonObject): void {
    emit('contentBlockDelta', { contentBlockIndex, delta })
  }
  function emitStop(contentBlockIndex: number): void {
    emit('contentBlockStop', { contentBlockIndex })
  }

  /** The open block when the delta goes on with it, otherwise a new one. It begins with its first delta. */
  function enter(kind: OpenBlock['kind'], ordinal: number | undefined): OpenBlock {
    if (open?.kind === kind && (ordinal === undefined || open.ordinal === ordinal)) return open
    closeAll()
    open = { kind, ordinal, index: next++, signature: undefined, annotations: [], raw: undefined }
    return open
  }

  function close(): void {
    const block = open
    open = undefined
    if (!block) return
    const { index, signature, annotations, raw } = block
    // Readers replace the signature with each delta, so its pieces are sent as one.
    if (signature !== undefined) emitDelta(index, { reasoningContent: { signature } })
    for (const citation of citationsOf({ annotations, ...(raw && { raw }) })) emitDelta(index, { citation })
    emitStop(index)
  }

  function closeAll(): void {
    close()
    for (const call of calls.values()) if (!call.closed) closeCall(call)
  }

  function start(call: Call): number {
    if (call.index !== undefined) return call.index
    close()
    call.index = next++
    const named = { id: call.id, type: 'function', function: { name: call.name, arguments: '' } } as const
    emit('contentBlockStart', { contentBlockIndex: call.index, start: { toolUse: toolUseHead(named, call.raw) } })
    return call.index
  }

  function flush(call: Call): void {
    const index = start(call)
    const input = call.custom ? JSON.stringify({ input: call.held }) : call.held
    if (input !== '') emitDelta(index, { toolUse: { input } })
    call.held = ''
  }

  function closeCall(call: Call): void {
    flush(call)
    call.closed = true
    emitStop(start(call))
  }

  function writeCall(delta: ToolCallDelta, raw: Block['raw']): void {
    let call = calls.get(delta.index)
    if (!call) {
      call = {
        id: delta.id ?? `call_${delta.index}`,
        name: '',
        held: '',
        custom: delta.type === 'custom',
        raw,
        index: undefined,
        closed: false,
      }
      // An older call whose name never got an argument keeps its place before this one.
      for (const earlier of calls.values()) if (!earlier.closed) start(earlier)
      calls.set(delta.index, call)
    }
    const piece = delta.function?.arguments ?? delta.custom?.input ?? ''
    if (call.closed && piece !== '') throw new StreamError('a fragment of a tool call after the answer went on')
    call.name += delta.function?.name ?? delta.custom?.name ?? ''
    call.held += piece
    // The name may come in pieces, so a call opens with its first argument.
    if (!call.custom && call.held !== '') flush(call)
  }

  function writeThinking(delta: ChunkDelta): void {
    const blocks = delta.thinking_blocks
    if (!blocks) {
      if (!delta.reasoning_content) return
      emitDelta(enter('thinking', delta.block).index, { reasoningContent: { text: delta.reasoning_content } })
      return
    }
    for (const block of blocks) {
      if (block.type === 'redacted_thinking') {
        for (const wire of asArray(encodeBlock(block, []))) if (isObject(wire)) writeWhole(wire)
        continue
      }
      let current = enter('thinking', delta.block)
      // A signature ends its block.
      if (current.signature !== undefined && block.thinking !== '') {
        close()
        current = enter('thinking', delta.block)
      }
      if (block.thinking !== '') emitDelta(current.index, { reasoningContent: { text: block.thinking } })
      if (block.signature !== undefined) current.signature = (current.signature ?? '') + block.signature
    }
  }

  /** A block that came whole, in the events that its kind has; one that has none cannot be streamed. */
  function writeWhole(wire: JsonObject): void {
    const { reasoningContent } = wire
    const kind = memberOf(wire, ['toolUse', 'toolResult', 'image'])
    const value = kind === undefined ? undefined : wire[kind]
    if (isObject(reasoningContent)) {
      closeAll()
      emitDelta(next, { reasoningContent })
    } else if (kind !== undefined && isObject(value)) {
      closeAll()
      const { input, content, source, ...head } = value
      emit('contentBlockStart', { contentBlockIndex: next, start: { [kind]: head } })
      if (kind === 'toolUse') emitDelta(next, { toolUse: { input: JSON.stringify(input ?? {}) } })
      else emitDelta(next, kind === 'image' ? { image: { source } } : { toolResult: content ?? [] })
    } else return
    emitStop(next++)
  }

  function writeBlocks(delta: ChunkDelta): void {
    for (const block of delta.blocks ?? []) {
      if (block.type === 'text') {
        if (block.text === '' && open?.kind !== 'text') continue
        const current = enter('text', delta.block)
        if (block.text !== '') emitDelta(current.index, { text: block.text })
        current.raw = block.raw
      } else if (block.type === 'raw') {
        const value = ownRaw(block)
        if (value) writeWhole(value)
      }
    }
  }

  return {
    write(delta) {
      writeThinking(delta)
      // The format has no refusal: its text is what the answer says.
      const text = (delta.content ?? '') + (delta.refusal ?? '')
      if (text !== '') emitDelta(enter('text', delta.block).index, { text })
      if (delta.annotations?.length) enter('text', delta.block).annotations.push(...delta.annotations)
      const raw = delta.blocks?.find(({ type }) => type === 'tool_call')?.raw
      const old = delta.function_call ? [{ index: 0, function: delta.function_call }] : []
      for (const call of delta.tool_calls ?? old) writeCall(call, raw)
      writeBlocks(delta)
    },
    end: closeAll,
  }
}
