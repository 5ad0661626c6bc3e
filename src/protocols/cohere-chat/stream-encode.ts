/** Hub chunks to stream events: the reverse of `stream-decode.ts`. */
import type { JsonObject, StreamEncoder } from '../../kernel/protocol.js'
import { streamEncoder, type AnswerWriter, type Emit } from '../shared/stream-encoder.js'
import { encodeFinish } from './finish-reason.js'
import { createMessageWriter } from './stream-writer.js'
import { encodeUsage } from './usage.js'
import { ownRaw } from './wire.js'

export function createStreamEncoder(): StreamEncoder {
  return streamEncoder(ownRaw, createAnswerWriter)
}

function createAnswerWriter(send: Emit): AnswerWriter {
  const writer = createMessageWriter(emit)
  let id = ''

  function emit(type: string, fields: JsonObject): void {
    send(type, { type, ...fields })
  }
  return {
    start(chunk) {
      id = chunk.id
      emit('message-start', {
        id,
        ...(chunk.model !== '' && { model: chunk.model }),
        delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } },
      })
    },
    write({ delta, logprobs }) {
      writer.write(delta, logprobs)
    },
    end({ finish, native, usage }) {
      writer.end()
      const counts = encodeUsage(usage)
      // Without a finish reason the answer was cut, which is an error here.
      const reason = finish === undefined ? 'ERROR' : encodeFinish(finish, native)
      emit('message-end', { id, delta: { finish_reason: reason, ...(counts && { usage: counts }) } })
    },
  }
}
