/** The message of a stream as it grows: events in, hub deltas out. */
import type { Block, ChunkDelta } from '../../kernel/hub.js'
import { asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { argumentsOf, citationRaw, planRaw } from './blocks.js'
import { annotationsOf, placeOf } from './citations.js'
import { ID, PLAN } from './wire.js'

/**
 * Ordinals of the hub's blocks: a content item has its own index. What follows the content begins far above any index,
 * in the order a whole answer gives it.
 */
const PLAN_ORDINAL = 1_000_000
const LOOSE_ORDINAL = PLAN_ORDINAL + 1
const FIRST_CALL_ORDINAL = PLAN_ORDINAL + 2

export interface StreamMessage {
  read(type: string, index: number | undefined, message: JsonObject): readonly ChunkDelta[]
  /** What is known only now: the citations that stay in raw forms. */
  end(): readonly ChunkDelta[]
}

interface Item {
  readonly type: string | undefined
  /** Characters of text. */
  length: number
  readonly citations: JsonObject[]
  /** An item of a kind that the hub does not know, as it grows. */
  whole?: JsonObject
}

interface Call {
  readonly place: number
  /** Held back: `null`, or nothing at all, stands for no arguments. */
  held: string
  begun: boolean
}

export function createStreamMessage(): StreamMessage {
  const items = new Map<number, Item>()
  const calls = new Map<number, Call>()
  const planCitations: JsonObject[] = []
  const looseCitations: JsonObject[] = []
  let planned = false

  function contentStart(index: number, content: JsonObject): readonly ChunkDelta[] {
    const type = asString(content['type'])
    items.set(index, {
      type,
      length: 0,
      citations: [],
      ...(type !== 'text' && type !== 'thinking' && { whole: content }),
    })
    return contentDelta(index, content)
  }

  function contentDelta(index: number, content: JsonObject): readonly ChunkDelta[] {
    let item = items.get(index)
    if (!item) {
      // A server that gives no `content-start`: the field says the kind.
      item = { type: typeof content['thinking'] === 'string' ? 'thinking' : 'text', length: 0, citations: [] }
      items.set(index, item)
    }
    if (item.whole) {
      if (item.whole !== content) item.whole = joined(item.whole, content)
      return []
    }
    const text = asString(content['text'])
    const thinking = asString(content['thinking'])
    if (item.type === 'text' && text) {
      item.length += text.length
      return [{ content: text, block: index }]
    }
    return item.type === 'thinking' && thinking ? [thinkingDelta(thinking, index)] : []
  }

  function contentEnd(index: number): readonly ChunkDelta[] {
    const item = items.get(index)
    if (!item?.whole) return []
    const { whole } = item
    delete item.whole
    return [{ block: index, blocks: [{ type: 'raw', protocol: ID, value: whole }] }]
  }

  function planDelta(plan: string): readonly ChunkDelta[] {
    const raw = planned ? undefined : planRaw([])
    planned = true
    return [{ ...thinkingDelta(plan, PLAN_ORDINAL), ...(raw && { blocks: [{ type: 'thinking', thinking: '', raw }] }) }]
  }

  function callStart(index: number, made: JsonObject): readonly ChunkDelta[] {
    const call: Call = { place: calls.size, held: '', begun: false }
    calls.set(index, call)
    const named = isObject(made['function']) ? made['function'] : {}
    const id = asString(made['id']) || `call_${call.place}`
    const start: ChunkDelta = {
      tool_calls: [
        { index: call.place, id, type: 'function', function: { name: asString(named['name']) ?? '', arguments: '' } },
      ],
      block: FIRST_CALL_ORDINAL + call.place,
    }
    return [start, ...callDelta(index, made)]
  }

  function callDelta(index: number, made: JsonObject): readonly ChunkDelta[] {
    const call = calls.get(index)
    const piece = isObject(made['function']) ? asString(made['function']['arguments']) : undefined
    if (!call || !piece) return []
    call.held += piece
    if (!call.begun && 'null'.startsWith(call.held)) return []
    call.begun = true
    return [argumentsDelta(call)]
  }

  function callEnd(call: Call | undefined): readonly ChunkDelta[] {
    if (!call || call.begun) return []
    call.begun = true
    call.held = argumentsOf(call.held)
    return [argumentsDelta(call)]
  }

  function argumentsDelta(call: Call): ChunkDelta {
    const piece = call.held
    call.held = ''
    return {
      tool_calls: [{ index: call.place, function: { arguments: piece } }],
      block: FIRST_CALL_ORDINAL + call.place,
    }
  }

  function citation(wire: unknown): readonly ChunkDelta[] {
    const list = Array.isArray(wire) ? (wire as unknown[]) : [wire]
    return list.filter(isObject).flatMap((one): readonly ChunkDelta[] => {
      const kinds: (string | undefined)[] = []
      for (const [index, item] of items) kinds[index] = item.type
      const place = placeOf(one, kinds)
      if (place.kind !== 'content') {
        const list = place.kind === 'plan' ? planCitations : looseCitations
        list.push(one)
        return []
      }
      items.get(place.index)?.citations.push(one)
      const annotations = annotationsOf(one, lengthBefore(place.index))
      return annotations.length > 0 ? [{ annotations, block: place.index }] : []
    })
  }

  function lengthBefore(index: number): number {
    let length = 0
    for (const [at, item] of items) if (at < index) length += item.length
    return length
  }

  function rawCitations(item: Item, index: number): readonly ChunkDelta[] {
    const { raw } = citationRaw(item.citations)
    if (!raw) return []
    const block: Block =
      item.type === 'thinking' ? { type: 'thinking', thinking: '', raw } : { type: 'text', text: '', raw }
    return [{ block: index, blocks: [block] }]
  }

  return {
    read(type, index = 0, message) {
      const content = isObject(message['content']) ? message['content'] : {}
      const made = isObject(message['tool_calls']) ? message['tool_calls'] : {}
      const plan = asString(message[PLAN])
      switch (type) {
        case 'content-start':
          return contentStart(index, content)
        case 'content-delta':
          return contentDelta(index, content)
        case 'content-end':
          return contentEnd(index)
        case 'tool-plan-delta':
          return plan ? planDelta(plan) : []
        case 'tool-call-start':
          return callStart(index, made)
        case 'tool-call-delta':
          return callDelta(index, made)
        case 'tool-call-end':
          return callEnd(calls.get(index))
        case 'citation-start':
          return citation(message['citations'])
        default:
          return []
      }
    },
    end() {
      const deltas: ChunkDelta[] = []
      for (const call of calls.values()) deltas.push(...callEnd(call))
      for (const [index, item] of items) deltas.push(...contentEnd(index), ...rawCitations(item, index))
      if (planned && planCitations.length > 0) {
        deltas.push({ block: PLAN_ORDINAL, blocks: [{ type: 'thinking', thinking: '', raw: planRaw(planCitations) }] })
      }
      if (looseCitations.length > 0) {
        deltas.push({
          block: LOOSE_ORDINAL,
          blocks: [{ type: 'raw', protocol: ID, value: { citations: looseCitations } }],
        })
      }
      return deltas
    },
  }
}

function thinkingDelta(thinking: string, block: number): ChunkDelta {
  return { reasoning_content: thinking, thinking_blocks: [{ type: 'thinking', thinking }], block }
}

/** Text of a growing item is appended; any other field is the newest. */
function joined(whole: JsonObject, piece: JsonObject): JsonObject {
  const fields = Object.entries(piece).map(([key, value]) => {
    const before = Object.hasOwn(whole, key) ? whole[key] : undefined
    return [key, typeof before === 'string' && typeof value === 'string' && key !== 'type' ? before + value : value]
  })
  return { ...whole, ...(Object.fromEntries(fields) as JsonObject) }
}
