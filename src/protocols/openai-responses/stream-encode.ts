/**
 * Turns hub chunks into the events of a Responses stream
 * (https://platform.openai.com/docs/api-reference/responses-streaming).
 *
 * One item grows at a time, except calls, whose arguments may interleave: they stay open to the end.
 * A stream without a finish reason was cut, and gets no last event, so that its reader sees the cut too.
 */
import type {
  Block,
  ChatChunk,
  ChatCompletion,
  ChunkChoice,
  ChunkDelta,
  FinishReason,
  ToolCallDelta,
  Usage,
} from '../../kernel/hub.js'
import type { JsonObject, StreamEncoder, WireEvent } from '../../kernel/protocol.js'
import { ownRaw } from './items.js'
import { encodeEnding, itemId, responseSkeleton } from './response.js'
import { CallItem, ReasoningItem, TextItem, wholeItem } from './stream-output.js'
import type { EmitItemEvent, GrowingItem } from './stream-output.js'
import { encodeUsage } from './usage.js'

class Encoder implements StreamEncoder {
  #response: JsonObject | undefined
  #events: WireEvent[] = []
  #sequence = 0
  #id = ''
  #model = ''
  #raw: JsonObject | undefined
  /** Finished items in their places; `undefined` while one grows. */
  readonly #output: (JsonObject | undefined)[] = []
  #open: { readonly item: TextItem | ReasoningItem; readonly ordinal: number | undefined } | undefined
  readonly #calls = new Map<number, CallItem>()
  /** Ordinals whose block is complete: what comes for them later only revises its form. */
  readonly #closed = new Set<number>()
  #ordinal: number | undefined
  #finish: FinishReason | undefined
  #native: string | undefined
  #usage: Usage | undefined
  #tier: ChatCompletion['service_tier']

  push(chunk: ChatChunk): readonly WireEvent[] {
    if (!this.#response) this.#begin(chunk)
    // Some servers give each event another id; the one of the end is what a follow-up names.
    if (chunk.id !== '') this.#id = chunk.id
    if (chunk.model !== '') this.#model = chunk.model
    if (chunk.usage) this.#usage = chunk.usage
    if (chunk.service_tier != null) this.#tier = chunk.service_tier
    if (chunk.raw) this.#raw = ownRaw(chunk.raw)
    for (const choice of chunk.choices) if (choice.index === 0) this.#pushChoice(choice)
    return this.#take()
  }

  end(): readonly WireEvent[] {
    if (!this.#response || this.#finish === undefined) return []
    // Not when the reason comes: some servers name their sources after it.
    this.#closeOpen()
    for (const call of this.#calls.values()) this.#close(call)
    const ending = encodeEnding(this.#finish, this.#native)
    this.#emit(ending.status === 'incomplete' ? 'response.incomplete' : 'response.completed', {
      response: {
        ...this.#response,
        ...this.#raw,
        id: this.#id,
        model: this.#model,
        ...ending,
        output: this.#output.filter((item) => item !== undefined),
        usage: this.#usage ? encodeUsage(this.#usage) : null,
        ...(this.#tier != null && { service_tier: this.#tier }),
      },
    })
    return this.#take()
  }

  #take(): WireEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  readonly #emit: EmitItemEvent = (type, fields) => {
    this.#events.push({ event: type, data: { type, sequence_number: this.#sequence++, ...fields } })
  }

  #begin(chunk: ChatChunk): void {
    const response = { ...responseSkeleton(chunk.id, chunk.created, chunk.model), ...ownRaw(chunk.raw) }
    this.#response = response
    this.#emit('response.created', { response })
    this.#emit('response.in_progress', { response })
  }

  #pushChoice(choice: ChunkChoice): void {
    const { delta } = choice
    if (delta.block !== undefined && delta.block !== this.#ordinal) {
      if (!delta.tool_calls && this.#open && this.#open.ordinal !== delta.block) this.#closeOpen()
      this.#ordinal = delta.block
    }
    this.#pushThinking(delta)
    if (delta.content || delta.annotations?.length) {
      const text = this.#textItem('output_text')
      if (delta.content) text.grow(delta.content, choice.logprobs?.content ?? [])
      for (const annotation of delta.annotations ?? []) text.annotate(annotation)
    }
    if (delta.refusal) this.#textItem('refusal').grow(delta.refusal, [])
    for (const call of delta.tool_calls ?? []) this.#pushCall(call)
    if (delta.function_call) {
      const { name } = delta.function_call
      this.#pushCall({ index: -1, function: delta.function_call, ...(name !== undefined && { id: `call_${name}` }) })
    }
    for (const block of delta.blocks ?? []) this.#pushBlock(block)
    if (!delta.content && choice.logprobs?.content && this.#open?.item instanceof TextItem) {
      this.#open.item.addLogprobs(choice.logprobs.content)
    }
    if (choice.native_finish_reason !== undefined) this.#native = choice.native_finish_reason
    if (choice.finish_reason) this.#finish = choice.finish_reason
  }

  #pushThinking(delta: ChunkDelta): void {
    if (!delta.thinking_blocks) {
      if (delta.reasoning_content) this.#reasoningItem().grow(delta.reasoning_content)
      return
    }
    for (const block of delta.thinking_blocks) {
      if (block.type === 'redacted_thinking') {
        this.#pushWhole(block)
        continue
      }
      const item = this.#reasoningItem()
      if (block.thinking !== '') item.grow(block.thinking)
      if (block.signature !== undefined) item.sign(block.signature)
    }
  }

  #next(type: string): { index: number; id: string } {
    const index = this.#output.length
    this.#output.push(undefined)
    return { index, id: itemId(String(this.#response?.id), type, index) }
  }

  #textItem(kind: TextItem['kind']): TextItem {
    const open = this.#open?.item
    if (open instanceof TextItem && open.kind === kind) return open
    this.#closeOpen()
    const { index, id } = this.#next('message')
    const item = new TextItem(kind, index, id, this.#emit)
    this.#open = { item, ordinal: this.#ordinal }
    return item
  }

  #reasoningItem(): ReasoningItem {
    const open = this.#open?.item
    if (open instanceof ReasoningItem) return open
    this.#closeOpen()
    const { index, id } = this.#next('reasoning')
    const item = new ReasoningItem(index, id, this.#emit)
    this.#open = { item, ordinal: this.#ordinal }
    return item
  }

  #pushCall(delta: ToolCallDelta): void {
    let call = this.#calls.get(delta.index)
    if (!call) {
      this.#closeOpen()
      const custom = delta.type === 'custom' || delta.custom !== undefined
      const { index, id } = this.#next(custom ? 'custom_tool_call' : 'function_call')
      call = new CallItem(custom, index, id, delta.id || `call_${index}`, this.#emit)
      this.#calls.set(delta.index, call)
    }
    const piece = delta.custom
      ? { name: delta.custom.name, text: delta.custom.input }
      : { name: delta.function?.name, text: delta.function?.arguments }
    call.grow(piece.name ?? '', piece.text ?? '')
  }

  #pushBlock(block: Block): void {
    if (this.#ordinal !== undefined && this.#closed.has(this.#ordinal)) return
    const raw = block.type === 'raw' ? undefined : ownRaw(block.raw)
    switch (block.type) {
      case 'tool_call': {
        const call = [...this.#calls.values()].find(({ callId }) => callId === block.id)
        if (call && raw) call.raw = raw
        return
      }
      case 'raw':
      case 'redacted_thinking':
        this.#pushWhole(block)
        return
      case 'thinking': {
        const item = this.#reasoningItem()
        if (block.thinking !== '') item.grow(block.thinking)
        if (raw) item.raw = raw
        return
      }
      default: {
        const item = this.#textItem(block.type === 'text' ? 'output_text' : 'refusal')
        const text = block.type === 'text' ? block.text : block.refusal
        if (text !== '' && raw) item.restate(text)
        else if (text !== '') item.grow(text, [])
        if (block.type === 'text') for (const annotation of block.annotations ?? []) item.annotate(annotation)
        if (raw) item.raw = raw
      }
    }
  }

  /** An item that comes in one piece. Blocks only another format knows have no place here. */
  #pushWhole(block: Block): void {
    this.#closeOpen()
    const index = this.#output.length
    const item = wholeItem(block, (type) => itemId(String(this.#response?.id), type, index))
    if (!item) return
    this.#output.push(item)
    this.#emit('response.output_item.added', { output_index: index, item })
    this.#emit('response.output_item.done', { output_index: index, item })
    if (this.#ordinal !== undefined) this.#closed.add(this.#ordinal)
  }

  #closeOpen(): void {
    if (!this.#open) return
    const { item, ordinal } = this.#open
    this.#open = undefined
    if (ordinal !== undefined) this.#closed.add(ordinal)
    this.#close(item)
  }

  #close(item: GrowingItem): void {
    if (this.#output[item.index]) return
    this.#output[item.index] = item.close(
      this.#finish === 'length' || this.#finish === 'content_filter' ? 'incomplete' : 'completed',
    )
  }
}

export function createStreamEncoder(): StreamEncoder {
  return new Encoder()
}
