/**
 * A prediction seen several times while it grows, each event the whole of it so far, as the webhooks `output` and
 * `completed` send it (https://replicate.com/docs/topics/webhooks). An answer that comes whole is one such event.
 */
import { StreamError } from '../../kernel/errors.js'
import type { ChatChunk, ChunkChoice, FinishReason, Usage } from '../../kernel/hub.js'
import { isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject, StreamDecoder, StreamEncoder } from '../../kernel/protocol.js'
import { checkStatus, decodeFinish, decodeHead, decodeRaw, decodeUsage, encodePrediction, textOf } from './response.js'
import { ownRaw } from './wire.js'

export function createStreamDecoder(options: DecodeOptions = {}): StreamDecoder {
  const content = options.content ?? true
  let seen = 0
  let started = false
  let done = false
  return {
    push(data) {
      if (data === '[DONE]' || done) return []
      if (!isObject(data)) throw new StreamError(`expected a prediction, got ${typeName(data)}`)
      const growing = data['status'] === 'starting' || data['status'] === 'processing'
      if (!growing) checkStatus(data)
      const head = decodeHead(data)
      const chunkOf = (choices: ChunkChoice[]): ChatChunk => ({ ...head, object: 'chat.completion.chunk', choices })
      const chunks: ChatChunk[] = []
      if (!started) chunks.push(chunkOf([{ index: 0, delta: { role: 'assistant' }, finish_reason: null }]))
      started = true
      const text = textOf(data['output'])
      if (content && text.length > seen)
        chunks.push(chunkOf([{ index: 0, delta: { content: text.slice(seen) }, finish_reason: null }]))
      seen = Math.max(seen, text.length)
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
    end: () => [],
    get done() {
      return done
    },
  }
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
