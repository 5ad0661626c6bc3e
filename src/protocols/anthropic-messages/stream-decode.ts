/**
 * Stream events to hub chunks (https://platform.claude.com/docs/en/build-with-claude/streaming).
 *
 * Shape: a chunk with the role, the deltas, a chunk with the finish reason, and at the end one without
 * choices that holds the usage. All have the same id and model.
 */
import { StreamError } from '../../kernel/errors.js'
import type { Block, ChatChunk, ChunkChoice, ChunkDelta } from '../../kernel/hub.js'
import { asArray, asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject, StreamDecoder } from '../../kernel/protocol.js'
import { rawOf } from './answer-raw.js'
import { decodeRefusal } from './blocks-decode.js'
import { providerError } from './error.js'
import { decodeFinish } from './finish-reason.js'
import { createOpenBlock } from './stream-block.js'
import type { OpenBlock, StreamPosition } from '../shared/stream-blocks.js'
import { decodeServiceTier, decodeUsage, merge } from './usage.js'

const NOTHING: readonly ChatChunk[] = []

function refusalDelta(refusal: Extract<Block, { type: 'refusal' }>, block: number): ChunkDelta {
  const { refusal: text, raw } = refusal
  return { refusal: text, block, ...(raw && { blocks: [{ type: 'refusal', refusal: '', raw }] }) }
}

export function createStreamDecoder(options: DecodeOptions = {}): StreamDecoder {
  const keepContent = options.content ?? true
  const open = new Map<unknown, OpenBlock>()
  const position: StreamPosition = { ordinal: 0, toolCalls: 0, textLength: 0 }
  let id = ''
  let model = ''
  let tier: ReturnType<typeof decodeServiceTier> = {}
  let usage: JsonObject | undefined
  /** Fields of the message beside its content, of the latest event that says them. */
  let said: JsonObject = {}
  let started = false
  let finished = false
  let done = false
  let usageSent = false

  function chunkOf(choices: ChunkChoice[]): ChatChunk {
    return { id, object: 'chat.completion.chunk', created: 0, model, choices, ...tier }
  }
  function deltaChunk(delta: ChunkDelta): ChatChunk {
    return chunkOf([{ index: 0, delta, finish_reason: null }])
  }
  function chunksOf(deltas: readonly ChunkDelta[]): readonly ChatChunk[] {
    return deltas.length === 0 ? NOTHING : deltas.map(deltaChunk)
  }

  function start(event: JsonObject): readonly ChatChunk[] {
    const message = event['message']
    if (!isObject(message)) throw new StreamError('message_start without a message')
    const messageId = asString(message['id']) ?? ''
    if (started) {
      // A proxy may repeat the event; another message inside this one would mix two answers.
      if (messageId !== id) throw new StreamError('a second message began inside the stream')
      usage = merge(usage, message['usage'])
      return NOTHING
    }
    started = true
    id = messageId
    model = asString(message['model']) ?? ''
    const { content: begun, ...fields } = message
    usage = merge(usage, message['usage'])
    tier = decodeServiceTier(usage)
    said = merge(said, fields)
    const raw = rawOf(said, undefined, keepContent)
    return [{ ...deltaChunk({ role: 'assistant' }), ...(raw && { raw }) }, ...chunksOf(wholeBlocks(begun))]
  }

  /** A message that needs no more sampling comes whole in its start: calls that code at the provider goes on to make. */
  function wholeBlocks(content: unknown): readonly ChunkDelta[] {
    if (!keepContent) return []
    return asArray(content)
      .filter(isObject)
      .flatMap((block) => {
        const opened = createOpenBlock(block, position)
        return [...opened.open(), ...opened.close()]
      })
  }

  function closeBlocks(): readonly ChunkDelta[] {
    if (open.size === 0) return []
    const deltas = [...open.values()].flatMap((block) => block.close())
    open.clear()
    return deltas
  }

  function content(type: string, event: JsonObject): readonly ChatChunk[] {
    if (!keepContent) return NOTHING
    const { index } = event
    if (type === 'content_block_start') {
      const block = event['content_block']
      if (!isObject(block)) throw new StreamError('content_block_start without a block')
      // Blocks come one after the other; a start closes one whose end got lost.
      const closed = closeBlocks()
      const opened = createOpenBlock(block, position)
      open.set(index, opened)
      return chunksOf([...closed, ...opened.open()])
    }
    const block = open.get(index)
    if (type === 'content_block_stop') {
      if (!block) return NOTHING
      open.delete(index)
      return chunksOf(block.close())
    }
    if (!block) throw new StreamError('a delta for a block that is not open')
    const delta = event['delta']
    if (!isObject(delta)) throw new StreamError('content_block_delta without a delta')
    const grown = block.grow(delta)
    return grown ? [deltaChunk(grown)] : NOTHING
  }

  function finish(event: JsonObject): readonly ChatChunk[] {
    usage = merge(usage, event['usage'])
    tier = decodeServiceTier(usage)
    const { delta, usage: _usage, type: _type, ...fields } = event
    said = merge(said, fields)
    if (!isObject(delta)) return NOTHING
    said = merge(said, delta)
    return finished || typeof delta['stop_reason'] !== 'string' ? NOTHING : finishChunks()
  }

  function finishChunks(): readonly ChatChunk[] {
    finished = true
    const deltas = [...closeBlocks()]
    const refusal = keepContent ? decodeRefusal(said['stop_details']) : undefined
    if (refusal?.type === 'refusal') deltas.push(refusalDelta(refusal, position.ordinal++))
    const last: ChunkChoice = { index: 0, delta: {}, ...decodeFinish(said['stop_reason']) }
    return [...chunksOf(deltas), chunkOf([last])]
  }

  function usageChunk(): readonly ChatChunk[] {
    if (usageSent) return NOTHING
    usageSent = true
    const counts = decodeUsage(usage)
    const raw = rawOf(said, usage, keepContent)
    return counts || raw ? [{ ...chunkOf([]), ...(counts && { usage: counts }), ...(raw && { raw }) }] : NOTHING
  }

  return {
    push(data, eventName) {
      if (data === '[DONE]') return NOTHING
      if (!isObject(data)) throw new StreamError(`expected a stream event, got ${typeName(data)}`)
      const type = asString(data['type']) ?? eventName
      if (type === 'content_block_delta' || type === 'content_block_start' || type === 'content_block_stop') {
        if (!started) throw new StreamError(`${type} before message_start`)
        return done ? NOTHING : content(type, data)
      }
      switch (type) {
        case 'message_start':
          return done ? NOTHING : start(data)
        case 'message_delta':
          if (!started) throw new StreamError('message_delta before message_start')
          return finish(data)
        case 'message_stop': {
          if (!started) throw new StreamError('message_stop before message_start')
          if (done) return NOTHING
          done = true
          return [...(finished ? NOTHING : finishChunks()), ...usageChunk()]
        }
        case 'error':
          throw providerError(data)
        default:
          if (type === undefined && isObject(data['error'])) throw providerError(data)
          // `ping`, and events that later versions of the API add.
          return NOTHING
      }
    },
    end() {
      // A cut stream: what was counted so far is all there is.
      return usageChunk()
    },
    get done() {
      return done
    },
  }
}
