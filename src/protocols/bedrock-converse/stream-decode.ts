/**
 * Stream events to hub chunks (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html).
 *
 * Shape: a chunk with the role, the deltas, a chunk with the finish reason, and at the end one without
 * choices that holds the usage. The name of an event is beside its data, or, as the SDKs show it, around it.
 */
import { StreamError } from '../../kernel/errors.js'
import type { ChatChunk, ChunkChoice, ChunkDelta } from '../../kernel/hub.js'
import { asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject, StreamDecoder } from '../../kernel/protocol.js'
import { providerError } from './error.js'
import { decodeFinish } from './finish-reason.js'
import { rawOf, routedModel } from './response.js'
import type { OpenBlock, StreamPosition } from '../shared/stream-blocks.js'
import { createOpenBlock } from './stream-block.js'
import { decodeServiceTier, decodeUsage } from './usage.js'
import { ID } from './wire.js'

const NOTHING: readonly ChatChunk[] = []

const EVENTS: ReadonlySet<string | undefined> = new Set([
  'messageStart',
  'contentBlockStart',
  'contentBlockDelta',
  'contentBlockStop',
  'messageStop',
  'metadata',
])

interface Named {
  readonly name: string | undefined
  readonly event: JsonObject
}

function nameOf(data: unknown, name: string | undefined): Named {
  if (!isObject(data)) throw new StreamError(`expected a stream event, got ${typeName(data)}`)
  if (EVENTS.has(name)) return { name, event: data }
  for (const [key, value] of Object.entries(data)) {
    if (!isObject(value)) continue
    if (EVENTS.has(key)) return { name: key, event: value }
    if (key.endsWith('Exception')) return { name: 'exception', event: { __type: key, ...value } }
  }
  if (asString(name)?.endsWith('Exception')) return { name: 'exception', event: { __type: name, ...data } }
  return { name, event: data }
}

export function createStreamDecoder(options: DecodeOptions = {}): StreamDecoder {
  const keepContent = options.content ?? true
  const open = new Map<unknown, OpenBlock>()
  const position: StreamPosition = { ordinal: 0, toolCalls: 0, textLength: 0 }
  let tier: ReturnType<typeof decodeServiceTier> = {}
  let started = false
  let finished = false
  let counted = false
  let ended = false
  let raw: JsonObject = {}

  function chunkOf(choices: ChunkChoice[]): ChatChunk {
    return { id: '', object: 'chat.completion.chunk', created: 0, model: '', choices, ...tier }
  }
  function chunksOf(deltas: readonly ChunkDelta[]): readonly ChatChunk[] {
    return deltas.length === 0 ? NOTHING : deltas.map((delta) => chunkOf([{ index: 0, delta, finish_reason: null }]))
  }

  function startOnce(): readonly ChatChunk[] {
    if (started) return NOTHING
    started = true
    return chunksOf([{ role: 'assistant' }])
  }

  function begin(index: unknown, start: JsonObject): { block: OpenBlock; deltas: readonly ChunkDelta[] } {
    const block = createOpenBlock(start, position)
    open.set(index, block)
    return { block, deltas: block.open() }
  }

  function content(name: string | undefined, event: JsonObject): readonly ChatChunk[] {
    if (!keepContent || finished) return NOTHING
    const { contentBlockIndex: index } = event
    const block = open.get(index)
    if (name === 'contentBlockStop') {
      if (!block) return NOTHING
      open.delete(index)
      return chunksOf(block.close())
    }
    if (name === 'contentBlockStart') {
      if (!isObject(event['start'])) throw new StreamError('contentBlockStart without a start')
      // A start closes a block of its number whose end got lost.
      const closed = block?.close() ?? []
      return chunksOf([...closed, ...begin(index, event['start']).deltas])
    }
    const { delta } = event
    if (!isObject(delta)) throw new StreamError('contentBlockDelta without a delta')
    if (!block && isObject(delta['toolUse'])) throw new StreamError('a piece of a tool use that did not start')
    const grown = (block ?? begin(index, {}).block).grow(delta)
    return grown ? chunksOf([grown]) : NOTHING
  }

  function closeBlocks(): readonly ChunkDelta[] {
    const deltas = [...open.values()].flatMap((block) => block.close())
    open.clear()
    return deltas
  }

  function keep(event: JsonObject): void {
    const kept = rawOf(event, keepContent)
    if (kept) raw = { ...raw, ...kept.value }
  }

  function finish(event: JsonObject): readonly ChatChunk[] {
    if (finished) return NOTHING
    finished = true
    keep(event)
    const last: ChunkChoice = { index: 0, delta: {}, ...decodeFinish(event['stopReason']) }
    return [...chunksOf(closeBlocks()), chunkOf([last])]
  }

  function count(event: JsonObject): readonly ChatChunk[] {
    if (counted) return NOTHING
    counted = true
    keep(event)
    tier = decodeServiceTier(event['serviceTier'])
    const usage = decodeUsage(event['usage'])
    const said = Object.keys(raw).length > 0
    const model = routedModel(event)
    if (!usage && !said && !tier.service_tier && model === '') return NOTHING
    return [{ ...chunkOf([]), model, ...(usage && { usage }), ...(said && { raw: { protocol: ID, value: raw } }) }]
  }

  return {
    push(data, eventName) {
      if (data === '[DONE]' || ended) return NOTHING
      const { name, event } = nameOf(data, eventName)
      switch (name) {
        case 'messageStart':
          return startOnce()
        case 'contentBlockStart':
        case 'contentBlockDelta':
        case 'contentBlockStop':
          // Servers that imitate the API leave the start out.
          if (!started) return [...startOnce(), ...content(name, event)]
          return content(name, event)
        case 'messageStop':
          if (!started) throw new StreamError('messageStop before messageStart')
          return finish(event)
        case 'metadata':
          return count(event)
        case 'exception':
          throw providerError(event)
        default:
          if (event['__type'] !== undefined || typeof event['message'] === 'string') throw providerError(event)
          // Events that later versions of the API add.
          return NOTHING
      }
    },
    end() {
      ended = true
      // Without metadata nothing else would carry what the stop said.
      return finished ? count({}) : NOTHING
    },
    get done() {
      // The counts come behind the stop; a stream that ends without them is still a whole answer.
      return finished && (counted || ended)
    },
  }
}
