/** Writes the deltas of an answer as events: content items one after the other, then the calls. */
import { StreamError } from '../../kernel/errors.js'
import type { Annotation, Block, ChunkDelta, Logprobs, ToolCallDelta } from '../../kernel/hub.js'
import { asArray, isObject, parseJson } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { encodeAnnotation } from './citations.js'
import { encodeLogprobs } from './logprobs.js'
import { PLAN, isPlan, ownRaw } from './wire.js'

export interface MessageWriter {
  write(delta: ChunkDelta, logprobs: Logprobs | null | undefined): void
  /** Closes what is open and writes what was held back. */
  end(): void
}

interface Item {
  readonly kind: 'text' | 'thinking'
  readonly ordinal: number | undefined
  readonly index: number
  /** Characters of text before this item. */
  readonly start: number
  text: string
  annotations: Annotation[]
  citations: readonly unknown[]
}

interface Call {
  readonly id: string
  readonly custom: boolean
  name: string
  /** Arguments that are not written yet, and all of them, to know when they are complete. */
  pending: string
  text: string
  state: 'held' | 'open' | 'closed'
}

export function createMessageWriter(emit: (type: string, fields: JsonObject) => void): MessageWriter {
  const items: Item[] = []
  const calls = new Map<number, Call>()
  let open: Item | undefined
  let count = 0
  let textLength = 0
  let plan: { readonly ordinal: number | undefined } | undefined
  const loose: unknown[] = []

  function emitMessage(type: string, message: JsonObject, more: JsonObject = {}): void {
    emit(type, { ...more, delta: { message } })
  }

  function enter(kind: Item['kind'], ordinal: number | undefined): Item {
    if (open?.kind === kind && (ordinal === undefined || open.ordinal === ordinal)) return open
    const known =
      ordinal === undefined ? undefined : items.find((item) => item.kind === kind && item.ordinal === ordinal)
    // Items may interleave here, since every event names its item.
    if (known) return known
    close()
    open = { kind, ordinal, index: count, start: textLength, text: '', annotations: [], citations: [] }
    count += 1
    items.push(open)
    emitMessage('content-start', { content: { type: kind, [kind]: '' } }, { index: open.index })
    return open
  }

  function close(): void {
    if (open) emit('content-end', { index: open.index })
    open = undefined
  }

  function writeText(kind: Item['kind'], piece: string, ordinal: number | undefined, logprobs?: Logprobs | null): void {
    const item = enter(kind, ordinal)
    if (kind === 'text') {
      item.text += piece
      textLength += piece.length
    }
    // An event holds one entry, so the tokens of a chunk are sent as one piece of text.
    const entries = encodeLogprobs(logprobs)
    const entry = { text: piece, token_ids: [], logprobs: entries.flatMap((one) => asArray(one['logprobs'])) }
    emitMessage(
      'content-delta',
      { content: { [kind]: piece } },
      { index: item.index, ...(entries.length > 0 && { logprobs: entry }) },
    )
  }

  function writeThinking(delta: ChunkDelta): void {
    const marked = delta.blocks?.find((block) => block.type === 'thinking' && isPlan(block.raw))
    if (marked) plan ??= { ordinal: delta.block }
    const pieces = delta.thinking_blocks?.map((block) => (block.type === 'thinking' ? block.thinking : '')) ?? [
      delta.reasoning_content ?? '',
    ]
    for (const piece of pieces) {
      if (piece === '') continue
      if (plan && plan.ordinal === delta.block) emitMessage('tool-plan-delta', { [PLAN]: piece })
      else writeText('thinking', piece, delta.block)
    }
  }

  /** Citations of a block come in its raw form, at the end of a stream. */
  function writeBlocks(delta: ChunkDelta): void {
    for (const block of delta.blocks ?? []) {
      const citations = asArray(ownRaw(block.raw)?.['citations'])
      if (block.type === 'text') {
        if (block.text !== '') writeText('text', block.text, delta.block)
        if (citations.length > 0) enter('text', delta.block).citations = citations
      } else if (block.type === 'thinking' && citations.length > 0) {
        if (isPlan(block.raw)) loose.push(...citations)
        else enter('thinking', delta.block).citations = citations
      } else if (block.type === 'raw') writeWhole(block)
    }
  }

  function writeWhole(block: Extract<Block, { type: 'raw' }>): void {
    const value = ownRaw(block)
    if (value && !('type' in value)) loose.push(...asArray(value['citations']))
    else if (value) {
      close()
      emitMessage('content-start', { content: value }, { index: count })
      emit('content-end', { index: count })
      count += 1
    }
  }

  function writeCall(delta: ToolCallDelta): void {
    close()
    let call = calls.get(delta.index)
    if (!call) {
      for (const [index, other] of calls) {
        if (isComplete(other)) closeCall(index, other)
        // The order in which calls begin is their order, and a name is whole when the next call begins.
        else openCall(index, other)
      }
      call = {
        id: delta.id ?? `call_${delta.index}`,
        custom: delta.type === 'custom',
        name: '',
        pending: '',
        text: '',
        state: 'held',
      }
      calls.set(delta.index, call)
    }
    const piece = delta.function?.arguments ?? delta.custom?.input ?? ''
    call.name += delta.function?.name ?? delta.custom?.name ?? ''
    call.text += piece
    call.pending += piece
    if (call.state === 'closed' && piece !== '')
      throw new StreamError('a fragment of a tool call after the answer went on')
    // The name may come in pieces, so a call opens with its first argument. Free text becomes JSON when it is whole.
    if (!call.custom && call.pending !== '') writeArguments(delta.index, call)
  }

  function openCall(index: number, call: Call): void {
    if (call.state !== 'held') return
    call.state = 'open'
    emitMessage(
      'tool-call-start',
      { tool_calls: { id: call.id, type: 'function', function: { name: call.name, arguments: '' } } },
      { index },
    )
  }

  function writeArguments(index: number, call: Call): void {
    openCall(index, call)
    if (call.pending !== '')
      emitMessage('tool-call-delta', { tool_calls: { function: { arguments: call.pending } } }, { index })
    call.pending = ''
  }

  function closeCall(index: number, call: Call): void {
    if (call.state === 'closed') return
    if (call.custom) call.pending = JSON.stringify({ input: call.text })
    writeArguments(index, call)
    call.state = 'closed'
    emit('tool-call-end', { index })
  }

  function writeCitations(): void {
    const all = items.flatMap((item): unknown[] =>
      item.citations.length > 0
        ? [...item.citations]
        : item.annotations.flatMap((annotation) => encodeAnnotation(annotation, item.text, item.start, item.index)),
    )
    ;[...all, ...loose].forEach((citations, index) => {
      emitMessage('citation-start', { citations }, { index })
      emit('citation-end', { index })
    })
  }

  return {
    write(delta, logprobs) {
      writeThinking(delta)
      if (delta.content) writeText('text', delta.content, delta.block, logprobs)
      if (delta.refusal) writeText('text', delta.refusal, delta.block)
      if (delta.annotations?.length) enter('text', delta.block).annotations.push(...delta.annotations)
      const old = delta.function_call ? [{ index: 0, function: delta.function_call }] : []
      for (const call of delta.tool_calls ?? old) writeCall(call)
      writeBlocks(delta)
    },
    end() {
      close()
      for (const [index, call] of calls) closeCall(index, call)
      writeCitations()
    },
  }
}

function isComplete(call: Call): boolean {
  return !call.custom && call.text.trimEnd().endsWith('}') && isObject(parseJson(call.text))
}
