/** The items of a stream that is being written, each with the events of its life. */
import type { Annotation, Block, TokenLogprob, ToolCall } from '../../kernel/hub.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { PROTOCOL, encodeAnnotation, encodeItems, encodeThinking, encodeToolCall } from './items.js'
import { addLogprobs, outputItem } from './response.js'

export type EmitItemEvent = (type: string, fields: JsonObject) => void

export interface GrowingItem {
  /** `output_index`. */
  readonly index: number
  /** Emits the events of the end and returns the item as it is then. */
  close(status: string): JsonObject
}

type Form = JsonObject | undefined

function rawOf(value: Form): { raw?: NonNullable<Block['raw']> } {
  return value ? { raw: { protocol: PROTOCOL, value } } : {}
}

/** The item of one block, as `encodeResponse` would write it, under the id the stream announced. */
function finished(
  block: Block,
  id: string,
  status: string,
  calls: readonly ToolCall[],
  logprobs: TokenLogprob[],
): JsonObject {
  const items = encodeItems([block], calls, {
    foreign: (foreign) =>
      foreign.type === 'thinking' || foreign.type === 'redacted_thinking' ? encodeThinking(foreign) : undefined,
  })
  if (logprobs.length > 0) addLogprobs(items, { content: logprobs, refusal: null })
  return { ...outputItem(items[0] ?? {}, id, status), id }
}

/** `undefined` for a block that has no place in this format. */
export function wholeItem(block: Block, idOf: (type: string) => string): JsonObject | undefined {
  const [item] = encodeItems([block], [], {
    foreign: (foreign) => (foreign.type === 'redacted_thinking' ? encodeThinking(foreign) : undefined),
  })
  return item && outputItem(item, idOf(typeof item.type === 'string' ? item.type : 'message'), 'completed')
}

export class TextItem implements GrowingItem {
  raw: Form
  readonly kind: 'output_text' | 'refusal'
  readonly index: number
  readonly #id: string
  readonly #emit: EmitItemEvent
  #text = ''
  readonly #annotations: Annotation[] = []
  readonly #logprobs: TokenLogprob[] = []

  constructor(kind: 'output_text' | 'refusal', index: number, id: string, emit: EmitItemEvent) {
    this.kind = kind
    this.index = index
    this.#id = id
    this.#emit = emit
    const part =
      kind === 'output_text' ? { type: kind, text: '', annotations: [], logprobs: [] } : { type: kind, refusal: '' }
    const item = { id, type: 'message', status: 'in_progress', role: 'assistant', content: [] }
    emit('response.output_item.added', { output_index: index, item })
    emit('response.content_part.added', { ...this.#place(), part })
  }

  #place(): JsonObject {
    return { item_id: this.#id, output_index: this.index, content_index: 0 }
  }

  grow(delta: string, logprobs: readonly TokenLogprob[]): void {
    this.#text += delta
    this.addLogprobs(logprobs)
    if (this.kind === 'refusal') this.#emit('response.refusal.delta', { ...this.#place(), delta })
    else this.#emit('response.output_text.delta', { ...this.#place(), delta, logprobs })
  }

  /** The text as the server has it in the end, where its deltas said another. */
  restate(text: string): void {
    if (this.#text === '') this.grow(text, [])
    else this.#text = text
  }

  addLogprobs(logprobs: readonly TokenLogprob[]): void {
    for (const token of logprobs) this.#logprobs.push(token)
  }

  annotate(annotation: Annotation): void {
    this.#emit('response.output_text.annotation.added', {
      ...this.#place(),
      annotation_index: this.#annotations.length,
      annotation: encodeAnnotation(annotation),
    })
    this.#annotations.push(annotation)
  }

  close(status: string): JsonObject {
    const text = this.#text
    const annotations = this.#annotations
    const block: Block =
      this.kind === 'refusal'
        ? { type: 'refusal', refusal: text, ...rawOf(this.raw) }
        : { type: 'text', text, ...(annotations.length > 0 && { annotations }), ...rawOf(this.raw) }
    const item = finished(block, this.#id, status, [], this.#logprobs)
    const part = Array.isArray(item.content) ? (item.content[0] as unknown) : undefined
    if (this.kind === 'refusal') this.#emit('response.refusal.done', { ...this.#place(), refusal: text })
    else this.#emit('response.output_text.done', { ...this.#place(), text, logprobs: this.#logprobs })
    this.#emit('response.content_part.done', { ...this.#place(), part })
    this.#emit('response.output_item.done', { output_index: this.index, item })
    return item
  }
}

export class ReasoningItem implements GrowingItem {
  raw: Form
  readonly index: number
  readonly #id: string
  readonly #emit: EmitItemEvent
  #text = ''
  #signature: string | undefined

  constructor(index: number, id: string, emit: EmitItemEvent) {
    this.index = index
    this.#id = id
    this.#emit = emit
    emit('response.output_item.added', { output_index: index, item: { id, type: 'reasoning', summary: [] } })
  }

  #place(): JsonObject {
    return { item_id: this.#id, output_index: this.index, summary_index: 0 }
  }

  grow(delta: string): void {
    if (this.#text === '') {
      this.#emit('response.reasoning_summary_part.added', {
        ...this.#place(),
        part: { type: 'summary_text', text: '' },
      })
    }
    this.#text += delta
    this.#emit('response.reasoning_summary_text.delta', { ...this.#place(), delta })
  }

  sign(signature: string): void {
    this.#signature = (this.#signature ?? '') + signature
  }

  close(status: string): JsonObject {
    const thinking = this.#text
    if (thinking !== '') {
      this.#emit('response.reasoning_summary_text.done', { ...this.#place(), text: thinking })
      this.#emit('response.reasoning_summary_part.done', {
        ...this.#place(),
        part: { type: 'summary_text', text: thinking },
      })
    }
    const signature = this.#signature
    const block: Block = {
      type: 'thinking',
      thinking,
      ...(signature !== undefined && { signature }),
      ...rawOf(this.raw),
    }
    const item = finished(block, this.#id, status, [], [])
    this.#emit('response.output_item.done', { output_index: this.index, item })
    return item
  }
}

export class CallItem implements GrowingItem {
  raw: Form
  readonly index: number
  readonly callId: string
  readonly #id: string
  readonly #emit: EmitItemEvent
  readonly #custom: boolean
  #name = ''
  #text = ''
  #announced = false

  constructor(custom: boolean, index: number, id: string, callId: string, emit: EmitItemEvent) {
    this.index = index
    this.callId = callId
    this.#custom = custom
    this.#id = id
    this.#emit = emit
  }

  #call(): ToolCall {
    const [id, name, text] = [this.callId, this.#name, this.#text]
    return this.#custom
      ? { id, type: 'custom', custom: { name, input: text } }
      : { id, type: 'function', function: { name, arguments: text } }
  }

  #announce(): void {
    this.#announced = true
    this.#emit('response.output_item.added', {
      output_index: this.index,
      item: { id: this.#id, ...encodeToolCall(this.#call()), status: 'in_progress' },
    })
  }

  grow(name: string, text: string): void {
    this.#name += name
    if (!this.#announced && this.#name !== '') this.#announce()
    if (text === '') return
    if (!this.#announced) this.#announce()
    this.#text += text
    const type = this.#custom ? 'response.custom_tool_call_input.delta' : 'response.function_call_arguments.delta'
    this.#emit(type, { item_id: this.#id, output_index: this.index, delta: text })
  }

  close(status: string): JsonObject {
    if (!this.#announced) this.#announce()
    const place = { item_id: this.#id, output_index: this.index }
    const text = this.#text
    if (this.#custom) this.#emit('response.custom_tool_call_input.done', { ...place, input: text })
    else this.#emit('response.function_call_arguments.done', { ...place, name: this.#name, arguments: text })
    const item = finished(
      { type: 'tool_call', id: this.callId, ...rawOf(this.raw) },
      this.#id,
      status,
      [this.#call()],
      [],
    )
    this.#emit('response.output_item.done', { output_index: this.index, item })
    return item
  }
}
