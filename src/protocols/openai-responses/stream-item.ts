/** Decodes the events of one output item to deltas of the hub. */
import type { Block, ChunkDelta, Logprobs } from '../../kernel/hub.js'
import { asArray, asNumber, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { PROTOCOL, decodeAnnotation, decodeItem, partBlock, toolCallOf } from './items.js'
import { logprobsOf } from './response.js'

/** A delta, with what is beside it in a chunk's choice. */
export type ItemDelta = ChunkDelta & { logprobs?: Logprobs }

export interface ItemDecoder {
  /** Whether it comes in pieces; other items come whole at their end. */
  readonly grows: boolean
  done: boolean
  push(event: JsonObject, deltas: ItemDelta[]): void
  /** The item as it is at its end: emits what the events before did not say, and the exact form. */
  complete(item: JsonObject, deltas: ItemDelta[]): void
  /** The same item once more, where the end of the stream has another form of it. */
  revise(item: JsonObject, deltas: ItemDelta[]): void
  isOf(item: JsonObject): boolean
}

const GROWING: ReadonlySet<unknown> = new Set(['message', 'reasoning', 'function_call', 'custom_tool_call'])

export function growsOverTime(type: unknown): boolean {
  return GROWING.has(type)
}

/** Blocks are numbered by their item and their part of it, so that their order holds whatever comes first. */
const PARTS_PER_ITEM = 1024

/** @param nextCall - Gives each call of the response its index. */
export function createItemDecoder(type: unknown, outputIndex: number, nextCall: () => number): ItemDecoder {
  const ordinal = outputIndex * PARTS_PER_ITEM
  switch (type) {
    case 'message':
      return new MessageDecoder(type, ordinal)
    case 'reasoning':
      return new ReasoningDecoder(type, ordinal)
    case 'function_call':
    case 'custom_tool_call':
      return new CallDecoder(type, ordinal, nextCall)
    default:
      return new WholeDecoder(type, ordinal)
  }
}

abstract class Base implements ItemDecoder {
  readonly grows: boolean = true
  done = false
  /** Of the item's first block. */
  protected readonly ordinal: number
  readonly #type: unknown
  #last: JsonObject | undefined

  constructor(type: unknown, ordinal: number) {
    this.#type = type
    this.ordinal = ordinal
  }

  abstract push(event: JsonObject, deltas: ItemDelta[]): void
  protected abstract settle(item: JsonObject, deltas: ItemDelta[]): void
  protected abstract restate(item: JsonObject, deltas: ItemDelta[]): void

  complete(item: JsonObject, deltas: ItemDelta[]): void {
    if (this.done) return
    this.done = true
    this.#last = item
    this.settle(item, deltas)
  }

  revise(item: JsonObject, deltas: ItemDelta[]): void {
    if (differs(item, this.#last, MAX_DEPTH)) this.restate(item, deltas)
  }

  isOf(item: JsonObject): boolean {
    return item.type === this.#type
  }
}

/** How deep the two forms of an item are compared. What differs in practice are ids and sealed texts, at the top. */
const MAX_DEPTH = 6

function differs(a: unknown, b: unknown, depth: number): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return !Object.is(a, b)
  if (depth === 0) return false
  const [left, right] = [Object.entries(a), b as JsonObject]
  if (left.length !== Object.keys(b).length) return true
  return left.some(([key, value]) => !Object.hasOwn(right, key) || differs(value, right[key], depth - 1))
}

/** What `whole` has beyond `sent`; nothing when it is not its continuation. */
function remainder(whole: string, sent: string): string {
  return whole.startsWith(sent) ? whole.slice(sent.length) : ''
}

/** The exact form of a block that has grown, without what it grew by. */
function form(block: Block): Block[] {
  if (block.type === 'raw') return [block]
  if (!block.raw) return []
  const { raw } = block
  switch (block.type) {
    case 'text':
      return [{ type: 'text', text: '', raw }]
    case 'refusal':
      return [{ type: 'refusal', refusal: '', raw }]
    case 'thinking':
      return [{ type: 'thinking', thinking: '', raw }]
    default:
      return [block]
  }
}

/** The form of a text that is another than its deltas said: it carries the whole text, which counts. */
function revision(block: Extract<Block, { type: 'text' | 'refusal' }>, part: unknown): Block {
  const raw = block.raw ?? { protocol: PROTOCOL, value: { type: 'message', role: 'assistant', content: [part] } }
  return block.type === 'text' ? { type: 'text', text: block.text, raw } : { ...block, raw }
}

interface Part {
  readonly ordinal: number
  text: string
  annotations: number
}

class MessageDecoder extends Base {
  readonly #parts = new Map<number, Part>()

  #partAt(index: number): Part {
    let part = this.#parts.get(index)
    if (!part) {
      part = { ordinal: this.ordinal + Math.min(index, PARTS_PER_ITEM - 1), text: '', annotations: 0 }
      this.#parts.set(index, part)
    }
    return part
  }

  push(event: JsonObject, deltas: ItemDelta[]): void {
    const index = asNumber(event.content_index) ?? 0
    switch (event.type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta': {
        const delta = asString(event.delta)
        if (!delta) return
        const part = this.#partAt(index)
        part.text += delta
        const field = event.type === 'response.refusal.delta' ? 'refusal' : 'content'
        deltas.push({ [field]: delta, block: part.ordinal })
        return
      }
      case 'response.output_text.annotation.added': {
        const annotation = decodeAnnotation(event.annotation)
        if (!annotation) return
        const part = this.#partAt(index)
        part.annotations += 1
        deltas.push({ annotations: [annotation], block: part.ordinal })
      }
    }
  }

  protected settle(item: JsonObject, deltas: ItemDelta[]): void {
    const { blocks } = decodeItem(item)
    const wires = asArray(item.content)
    for (const [index, block] of blocks.entries()) {
      const part = this.#partAt(index)
      const delta: ItemDelta = { block: part.ordinal }
      const exact = this.#formOf(block, wires[index], part)
      if (block.type === 'text') {
        const rest = remainder(block.text, part.text)
        const annotations = block.annotations?.slice(part.annotations) ?? []
        if (rest !== '') delta.content = rest
        if (annotations.length > 0) delta.annotations = annotations
      } else if (block.type === 'refusal') {
        const rest = remainder(block.refusal, part.text)
        if (rest !== '') delta.refusal = rest
      }
      if (exact.length > 0) delta.blocks = exact
      if (index === 0) {
        const tokens = logprobsOf(item)
        if (tokens.length > 0) delta.logprobs = { content: tokens, refusal: null }
      }
      if (block.type === 'text') part.text = block.text
      else if (block.type === 'refusal') part.text = block.refusal
      if (Object.keys(delta).length > 1) deltas.push(delta)
    }
  }

  #formOf(block: Block, wire: unknown, part: Part): Block[] {
    const whole = block.type === 'text' ? block.text : block.type === 'refusal' ? block.refusal : undefined
    const isRevised = whole !== undefined && whole !== '' && !whole.startsWith(part.text)
    return isRevised && (block.type === 'text' || block.type === 'refusal') ? [revision(block, wire)] : form(block)
  }

  protected restate(item: JsonObject, deltas: ItemDelta[]): void {
    for (const [index, part] of asArray(item.content).entries()) {
      const known = this.#parts.get(index)
      if (!known || !isObject(part)) continue
      const exact = this.#formOf(partBlock(part, item), part, known)
      if (exact.length > 0) deltas.push({ block: known.ordinal, blocks: exact })
    }
  }
}

class ReasoningDecoder extends Base {
  /** The kind of text that came first; the other kind is in the item's exact form only. */
  #kind: 'summary' | 'content' | undefined
  #part: number | undefined
  #sent = ''

  push(event: JsonObject, deltas: ItemDelta[]): void {
    const summary = event.type === 'response.reasoning_summary_text.delta'
    if (!summary && event.type !== 'response.reasoning_text.delta') return
    const text = asString(event.delta)
    const kind = summary ? 'summary' : 'content'
    if (!text || (this.#kind !== undefined && this.#kind !== kind)) return
    this.#kind = kind
    const part = asNumber(summary ? event.summary_index : event.content_index) ?? 0
    const gap = this.#part !== undefined && this.#part !== part ? '\n\n' : ''
    this.#part = part
    this.#emit(gap + text, deltas)
  }

  #emit(text: string, deltas: ItemDelta[]): void {
    this.#sent += text
    deltas.push({ reasoning_content: text, block: this.ordinal })
  }

  protected settle(item: JsonObject, deltas: ItemDelta[]): void {
    for (const block of decodeItem(item).blocks) {
      if (block.type === 'thinking') {
        const rest = remainder(block.thinking, this.#sent)
        if (rest !== '') this.#emit(rest, deltas)
        if (block.signature !== undefined) {
          const piece = { type: 'thinking' as const, thinking: '', signature: block.signature }
          deltas.push({ thinking_blocks: [piece], block: this.ordinal })
        }
      } else if (block.type === 'redacted_thinking') {
        deltas.push({ thinking_blocks: [block], block: this.ordinal })
      }
    }
    this.restate(item, deltas)
  }

  protected restate(item: JsonObject, deltas: ItemDelta[]): void {
    const blocks = decodeItem(item)
      .blocks.flatMap(form)
      .filter((block) => block.type === 'thinking' || block.type === 'raw')
    if (blocks.length > 0) deltas.push({ block: this.ordinal, blocks })
  }
}

class CallDecoder extends Base {
  readonly #nextCall: () => number
  /** Index of the call, once it is told. */
  #index: number | undefined
  #sent = ''

  constructor(type: unknown, ordinal: number, nextCall: () => number) {
    super(type, ordinal)
    this.#nextCall = nextCall
  }

  push(event: JsonObject, deltas: ItemDelta[]): void {
    if (event.type === 'response.output_item.added') {
      const item = isObject(event.item) ? event.item : {}
      // Without its id the call is told when it is whole.
      if (asString(item.call_id)) this.#announce(item, deltas)
      return
    }
    const custom = event.type === 'response.custom_tool_call_input.delta'
    if (!custom && event.type !== 'response.function_call_arguments.delta') return
    const text = asString(event.delta)
    if (text) this.#emit(text, custom, deltas)
  }

  #announce(item: JsonObject, deltas: ItemDelta[]): void {
    const call = toolCallOf(item)
    if (!call) return
    const index = (this.#index = this.#nextCall())
    const { id, type } = call
    const begun =
      type === 'custom'
        ? { custom: { name: call.custom.name, input: '' } }
        : { function: { name: call.function.name, arguments: '' } }
    deltas.push({ tool_calls: [{ index, id, type, ...begun }], block: this.ordinal })
  }

  #emit(text: string, custom: boolean, deltas: ItemDelta[]): void {
    if (this.#index === undefined) return
    this.#sent += text
    const piece = custom ? { custom: { input: text } } : { function: { arguments: text } }
    deltas.push({ tool_calls: [{ index: this.#index, ...piece }], block: this.ordinal })
  }

  protected settle(item: JsonObject, deltas: ItemDelta[]): void {
    const call = toolCallOf(item)
    if (!call) return
    if (this.#index === undefined) this.#announce(item, deltas)
    const rest = remainder(call.type === 'custom' ? call.custom.input : call.function.arguments, this.#sent)
    if (rest !== '') this.#emit(rest, call.type === 'custom', deltas)
    this.restate(item, deltas)
  }

  protected restate(item: JsonObject, deltas: ItemDelta[]): void {
    const blocks = decodeItem(item).blocks.flatMap(form)
    if (blocks.length > 0) deltas.push({ block: this.ordinal, blocks })
  }
}

/** An item of the server's own: its place is known when it begins, its form when it ends. */
class WholeDecoder extends Base {
  override readonly grows = false

  push(): void {
    // What happens on the way is told by the item in the end.
  }

  protected settle(item: JsonObject, deltas: ItemDelta[]): void {
    deltas.push({ block: this.ordinal, blocks: [...decodeItem(item).blocks] })
  }

  protected restate(item: JsonObject, deltas: ItemDelta[]): void {
    this.settle(item, deltas)
  }

  override isOf(item: JsonObject): boolean {
    return !growsOverTime(item.type)
  }
}
