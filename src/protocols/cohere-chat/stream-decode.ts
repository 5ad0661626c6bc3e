/**
 * Stream events to hub chunks (https://docs.cohere.com/docs/streaming).
 *
 * Shape: a chunk with the role, the deltas, a chunk with the finish reason, and one without choices that holds the
 * usage. There is no `[DONE]`: `message-end` is the format's end.
 */
import { StreamError } from '../../kernel/errors.js'
import type { ChatChunk, ChunkChoice, ChunkDelta } from '../../kernel/hub.js'
import { asNumber, asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject, StreamDecoder } from '../../kernel/protocol.js'
import { providerErrorOf } from '../openai-chat/error.js'
import { decodeFinish } from './finish-reason.js'
import { decodeLogprob } from './logprobs.js'
import { createStreamMessage } from './stream-message.js'
import { decodeUsage } from './usage.js'

const NOTHING: readonly ChatChunk[] = []

export function createStreamDecoder(options: DecodeOptions = {}): StreamDecoder {
  const keepContent = options.content ?? true
  const message = createStreamMessage()
  let id = ''
  let model = ''
  let started = false
  let done = false

  function chunkOf(choices: ChunkChoice[]): ChatChunk {
    return { id, object: 'chat.completion.chunk', created: 0, model, choices }
  }
  function chunksOf(deltas: readonly ChunkDelta[], logprob?: unknown): readonly ChatChunk[] {
    const content = logprob === undefined ? [] : decodeLogprob(logprob)
    const extra = content.length > 0 ? { logprobs: { content, refusal: null } } : {}
    return deltas.map((delta) => chunkOf([{ index: 0, delta, finish_reason: null, ...extra }]))
  }

  function start(event: JsonObject): readonly ChatChunk[] {
    const own = asString(event['id']) ?? ''
    if (started) {
      // A proxy may repeat the event; another message inside this one would mix two answers.
      if (own !== id) throw new StreamError('a second message began inside the stream')
      return NOTHING
    }
    started = true
    id = own
    model = asString(event['model']) ?? ''
    return chunksOf([{ role: 'assistant' }])
  }

  function end(event: JsonObject): readonly ChatChunk[] {
    const delta = isObject(event['delta']) ? event['delta'] : {}
    const finish = decodeFinish(delta['finish_reason'], asString(delta['error']))
    const usage = decodeUsage(delta['usage'])
    done = true
    return [
      ...(keepContent ? chunksOf(message.end()) : NOTHING),
      chunkOf([{ index: 0, delta: {}, ...finish }]),
      ...(usage ? [{ ...chunkOf([]), usage }] : NOTHING),
    ]
  }

  return {
    push(data, eventName) {
      if (data === '[DONE]') return NOTHING
      if (!isObject(data))
        throw providerErrorOf(data) ?? new StreamError(`expected a stream event, got ${typeName(data)}`)
      const type = asString(data['type']) ?? eventName
      if (type === undefined || type === 'error') {
        throw (
          providerErrorOf(data) ??
          new StreamError(type ? 'the stream reported an error' : 'a stream event without a type')
        )
      }
      if (type === 'message-start') return done ? NOTHING : start(data)
      if (!CONTENT_EVENTS.has(type) && type !== 'message-end') {
        // `debug`, and events that later versions of the API add.
        return NOTHING
      }
      if (!started) throw new StreamError(`${type} before message-start`)
      if (done) return NOTHING
      if (type === 'message-end') return end(data)
      if (!keepContent) return NOTHING
      const deltas = message.read(type, asNumber(data['index']), messageOf(data))
      return deltas.length === 0 ? NOTHING : chunksOf(deltas, data['logprobs'])
    },
    end: () => NOTHING,
    get done() {
      return done
    },
  }
}

const CONTENT_EVENTS: ReadonlySet<string> = new Set([
  'content-start',
  'content-delta',
  'content-end',
  'tool-plan-delta',
  'tool-call-start',
  'tool-call-delta',
  'tool-call-end',
  'citation-start',
  'citation-end',
])

/** Every event that says something says it in `delta.message`. */
function messageOf(event: JsonObject): JsonObject {
  const delta = isObject(event['delta']) ? event['delta'] : {}
  return isObject(delta['message']) ? delta['message'] : {}
}
