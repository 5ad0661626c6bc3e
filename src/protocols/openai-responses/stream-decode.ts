/**
 * Decodes a stream of the Responses API (https://platform.openai.com/docs/api-reference/responses-streaming).
 *
 * Items are decoded one after another in the order of `output_index`: what arrives for a later item while
 * an earlier one is still growing is held until that one is done, so the hub sees whole blocks in order.
 * Items that do not grow (server tools) never hold anything up; their block has its place by its number.
 */
import { StreamError } from '../../kernel/errors.js'
import type { ChatChunk, ChunkChoice } from '../../kernel/hub.js'
import { asArray, asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject, StreamDecoder } from '../../kernel/protocol.js'
import { responseError, checkResponse, endingOf, headOf, isCall, rawResponseFields, tierOf } from './response.js'
import { createItemDecoder, growsOverTime } from './stream-item.js'
import type { ItemDecoder, ItemDelta } from './stream-item.js'
import { decodeUsage } from './usage.js'

const NOTHING: readonly ChatChunk[] = []

const TERMINAL: ReadonlySet<string> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
])

const ENDED: ReadonlySet<unknown> = new Set(['completed', 'incomplete', 'cancelled'])

interface Head {
  id: string
  object: 'chat.completion.chunk'
  created: number
  model: string
}

class Decoder implements StreamDecoder {
  done = false
  readonly #content: boolean
  readonly #head: Head = { id: '', object: 'chat.completion.chunk', created: 0, model: '' }
  #begun = false
  #hasCalls = false
  #nextCall = 0
  readonly #items = new Map<number, ItemDecoder>()
  /** An `output_index` above all others. */
  #free = 0
  /** Ids of items that are done, for a final response that numbers them otherwise. */
  readonly #doneIds = new Set<string>()
  /** `output_index` of the item that grows. */
  #current: number | undefined
  /** Events of later items, by their `output_index`. */
  readonly #held = new Map<number, JsonObject[]>()

  constructor(options: DecodeOptions) {
    this.#content = options.content ?? true
  }

  push(data: unknown, event?: string): readonly ChatChunk[] {
    if (!isObject(data)) {
      if (data === '[DONE]') return NOTHING
      throw new StreamError(`a Responses stream event must be an object, not ${typeName(data)}`)
    }
    if (this.done) return NOTHING
    const type = typeof data.type === 'string' ? data.type : event
    if (type === undefined) {
      if (isObject(data.error)) throw responseError(data)
      return NOTHING
    }
    if (type === 'error') throw responseError(data)
    if (TERMINAL.has(type)) return this.#finish(type, data)
    if (!this.#begun && isObject(data.response)) return this.#begin(data.response)
    if (!this.#content) {
      if (type === 'response.output_item.added' && isCall(data.item)) this.#hasCalls = true
      return NOTHING
    }
    const index = data.output_index
    if (typeof index !== 'number') return NOTHING
    const deltas: ItemDelta[] = []
    this.#route(index, data, deltas)
    if (deltas.length === 0) return NOTHING
    return this.#chunks(deltas)
  }

  end(): readonly ChatChunk[] {
    if (this.#held.size === 0) return NOTHING
    // The stream was cut: what was held back is all that will ever come.
    const deltas: ItemDelta[] = []
    this.#releaseAll(deltas)
    return this.#chunks(deltas)
  }

  #begin(response: JsonObject): readonly ChatChunk[] {
    this.#begun = true
    this.#readHead(response)
    const begin = this.#chunk({ index: 0, delta: { role: 'assistant' }, finish_reason: null })
    return [this.#content ? { ...begin, ...rawResponseFields(response) } : begin]
  }

  #readHead(response: JsonObject): void {
    const { id, created, model } = headOf(response)
    if (id) this.#head.id = id
    if (created) this.#head.created = created
    if (model) this.#head.model = model
  }

  #chunk(choice: ChunkChoice | undefined): ChatChunk {
    const { id, object, created, model } = this.#head
    return { id, object, created, model, choices: choice ? [choice] : [] }
  }

  #chunks(deltas: readonly ItemDelta[]): ChatChunk[] {
    return deltas.map((delta) => {
      if (!delta.logprobs) return this.#chunk({ index: 0, delta, finish_reason: null })
      const { logprobs, ...rest } = delta
      return this.#chunk({ index: 0, delta: rest, finish_reason: null, logprobs })
    })
  }

  #route(index: number, event: JsonObject, deltas: ItemDelta[]): void {
    const waits = this.#current !== undefined && this.#current !== index && !this.#isServerItem(index, event)
    if (waits) {
      const events = this.#held.get(index)
      if (events) events.push(event)
      else this.#held.set(index, [event])
      return
    }
    this.#process(index, event, deltas)
    while (this.#current === undefined && this.#held.size > 0) this.#release(deltas)
  }

  #isServerItem(index: number, event: JsonObject): boolean {
    const known = this.#items.get(index)
    if (known) return !known.grows
    return isObject(event.item) && !growsOverTime(event.item.type)
  }

  /** Takes the events of the first held item. */
  #release(deltas: ItemDelta[]): void {
    let first = Infinity
    for (const index of this.#held.keys()) first = Math.min(first, index)
    const events = this.#held.get(first) ?? []
    this.#held.delete(first)
    for (const event of events) this.#process(first, event, deltas)
  }

  #releaseAll(deltas: ItemDelta[]): void {
    this.#current = undefined
    while (this.#held.size > 0) this.#release(deltas)
    this.#current = undefined
  }

  /** `undefined` for an event that nobody knows, of an item that nobody announced. */
  #itemAt(index: number, event: JsonObject): ItemDecoder | undefined {
    const known = this.#items.get(index)
    if (known) return known
    const type = isObject(event.item) ? event.item.type : typeOfEvent(event.type)
    return type === undefined ? undefined : this.#create(index, type)
  }

  #create(index: number, type: unknown): ItemDecoder {
    const item = createItemDecoder(type, index, () => this.#nextCall++)
    this.#items.set(index, item)
    this.#free = Math.max(this.#free, index + 1)
    return item
  }

  #process(index: number, event: JsonObject, deltas: ItemDelta[]): void {
    const item = this.#itemAt(index, event)
    if (!item) return
    if (isCall(event.item)) this.#hasCalls = true
    if (event.type === 'response.output_item.done') {
      if (isObject(event.item)) this.#complete(item, event.item, deltas)
      if (this.#current === index) this.#current = undefined
      return
    }
    if (item.grows && !item.done) this.#current = index
    item.push(event, deltas)
  }

  #complete(item: ItemDecoder, wire: JsonObject, deltas: ItemDelta[]): void {
    item.complete(wire, deltas)
    for (const id of [wire.id, wire.call_id]) if (typeof id === 'string') this.#doneIds.add(id)
  }

  #finish(type: string, data: JsonObject): readonly ChatChunk[] {
    if (!isObject(data.response)) throw new StreamError('the last event of a Responses stream has no response object')
    if (type === 'response.failed') throw responseError(data.response)
    const response = checkResponse({ object: 'response', ...data.response })
    const begin = this.#begun ? NOTHING : this.#begin(response)
    this.#readHead(response)
    const output = asArray(response.output)
    const deltas: ItemDelta[] = []
    if (this.#content) {
      this.#releaseAll(deltas)
      for (const [index, item] of output.entries()) if (isObject(item)) this.#settle(index, item, deltas)
    }
    // The event ends the stream, so a status that says otherwise is stale.
    const status = ENDED.has(response.status) ? response.status : type.slice('response.'.length)
    const { finish, native } = endingOf({ ...response, status }, this.#hasCalls || output.some(isCall))
    this.done = true
    const ending = this.#chunk({
      index: 0,
      delta: {},
      finish_reason: finish,
      ...(native !== undefined && { native_finish_reason: native }),
    })
    const usage = decodeUsage(response.usage, response.tool_usage)
    return [
      ...begin,
      ...this.#chunks(deltas),
      { ...ending, ...tierOf(response.service_tier), ...(this.#content && rawResponseFields(response)) },
      ...(usage ? [{ ...this.#chunk(undefined), usage }] : []),
    ]
  }

  /** The final response has the last word on every item: it completes those without an end, and revises the others. */
  #settle(index: number, wire: JsonObject, deltas: ItemDelta[]): void {
    const item = this.#items.get(index)
    if (item?.isOf(wire)) {
      if (item.done) item.revise(wire, deltas)
      else this.#complete(item, wire, deltas)
      return
    }
    // The numbers do not agree, so the item may be one that came under another.
    if ([wire.id, wire.call_id].some((id) => typeof id === 'string' && this.#doneIds.has(id))) return
    this.#complete(this.#create(item ? this.#free : index, wire.type), wire, deltas)
  }
}

/** The type of an item that was never announced, of the event that speaks of it. */
function typeOfEvent(event: unknown): string | undefined {
  const name = asString(event) ?? ''
  if (/^response\.(?:output_text|refusal|content_part)\./.test(name)) return 'message'
  if (name.startsWith('response.reasoning')) return 'reasoning'
  if (name.startsWith('response.function_call_arguments.')) return 'function_call'
  if (name.startsWith('response.custom_tool_call_input.')) return 'custom_tool_call'
  return undefined
}

export function createStreamDecoder(options: DecodeOptions = {}): StreamDecoder {
  return new Decoder(options)
}
