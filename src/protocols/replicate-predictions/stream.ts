/**
 * A prediction seen several times while it grows: each event the whole of it so far, as the webhooks `output` and
 * `completed` send it (https://replicate.com/docs/topics/webhooks), or its words one after the other, as its own stream
 * sends them (https://replicate.com/docs/topics/predictions/streaming). An answer that comes whole is one such event.
 */
import { StreamError } from '../../kernel/errors.js'
import type { ProviderError } from '../../kernel/provider-error.js'
import type { ChatChunk, ChunkChoice, FinishReason, Usage } from '../../kernel/hub.js'
import { asString, isObject, parseJson, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject, StreamDecoder, StreamEncoder } from '../../kernel/protocol.js'
import {
  canceled,
  checkStatus,
  decodeFinish,
  decodeHead,
  decodeRaw,
  decodeUsage,
  encodePrediction,
  failure,
  isGrowing,
  textOf,
} from './response.js'
import { ownRaw } from './wire.js'

/** Events of a prediction's stream, whose data is text. */
export const TEXT_EVENTS = ['output', 'error', 'done'] as const

export function createStreamDecoder(options: DecodeOptions = {}): StreamDecoder {
  const content = options.content ?? true
  let head: Pick<ChatChunk, 'id' | 'created' | 'model'> = { id: '', created: 0, model: '' }
  let told = ''
  let started = false
  /** Set by the event `done`: the words are complete, their counts may follow. */
  let ended: { readonly reason: string | undefined } | undefined
  let done = false

  const chunkOf = (choices: ChunkChoice[]): ChatChunk => ({ ...head, object: 'chat.completion.chunk', choices })

  function textChunks(text: string): ChatChunk[] {
    const chunks: ChatChunk[] = []
    if (!started) chunks.push(chunkOf([{ index: 0, delta: { role: 'assistant' }, finish_reason: null }]))
    started = true
    if (text !== '' && content) chunks.push(chunkOf([{ index: 0, delta: { content: text }, finish_reason: null }]))
    told += text
    return chunks
  }

  function textEvent(data: string, event: string | undefined): readonly ChatChunk[] {
    if (event === 'output') return textChunks(data)
    if (event === 'error') throw streamFailure(data)
    if (event === 'done') {
      const said = parseJson(data)
      ended = { reason: isObject(said) ? asString(said['reason']) : undefined }
      return []
    }
    if (data === '[DONE]') return []
    throw new StreamError('expected a prediction, got string')
  }

  return {
    push(data, event) {
      if (done) return []
      if (typeof data === 'string') return textEvent(data, event)
      if (!isObject(data)) throw new StreamError(`expected a prediction, got ${typeName(data)}`)
      const growing = isGrowing(data)
      if (!growing) checkStatus(data)
      head = decodeHead(data)
      const text = textOf(data['output'])
      const chunks = textChunks(text.startsWith(told) ? text.slice(told.length) : '')
      if (growing) return chunks
      done = true
      const usage = decodeUsage(data)
      chunks.push({
        ...chunkOf([{ index: 0, delta: {}, finish_reason: decodeFinish(data, usage) }]),
        ...(content && decodeRaw(data)),
      })
      if (usage) chunks.push({ ...chunkOf([]), usage })
      return chunks
    },
    end() {
      if (done || !ended) return []
      if (ended.reason !== undefined) throw stopped(ended.reason)
      done = true
      return [...textChunks(''), chunkOf([{ index: 0, delta: {}, finish_reason: 'stop' }])]
    },
    get done() {
      return done
    },
  }
}

/** The event `error` holds `{detail}`, or a text. */
function streamFailure(data: string): ProviderError {
  const said = parseJson(data)
  return failure((isObject(said) ? asString(said['detail']) : undefined) ?? data)
}

/** @param reason - `canceled` or `error`. */
function stopped(reason: string): ProviderError {
  return reason === 'error' ? failure('') : canceled(reason)
}

/** One event at the end: until then nothing is known to be whole. */
export function createStreamEncoder(): StreamEncoder {
  let head: ChatChunk | undefined
  let text = ''
  let finish: FinishReason | undefined
  let usage: Usage | undefined
  let raw: JsonObject | undefined
  return {
    push(chunk) {
      head ??= chunk
      if (chunk.usage) usage = chunk.usage
      if (chunk.raw) raw = ownRaw(chunk.raw)
      const choice = chunk.choices.find(({ index }) => index === 0)
      text += `${choice?.delta.content ?? ''}${choice?.delta.refusal ?? ''}`
      if (choice?.finish_reason) finish = choice.finish_reason
      return []
    },
    end() {
      if (!head) throw new StreamError('a stream that ended before its first chunk')
      return [{ event: 'completed', data: encodePrediction(head, text, finish, usage, raw) }]
    },
  }
}
