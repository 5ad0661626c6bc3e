/** Hub chunks to stream events: the reverse of `stream-decode.ts`. */
import { StreamError } from '../../kernel/errors.js'
import type { FinishReason, Usage } from '../../kernel/hub.js'
import type { JsonObject, StreamEncoder, WireEvent } from '../../kernel/protocol.js'
import { encodeFinish } from './finish-reason.js'
import { createMessageWriter } from './stream-writer.js'
import { encodeUsage } from './usage.js'

export function createStreamEncoder(): StreamEncoder {
  let events: WireEvent[] = []
  const writer = createMessageWriter(emit)
  let id = ''
  let started = false
  let finish: FinishReason | undefined
  let native: string | undefined
  let usage: Usage | undefined

  function emit(type: string, fields: JsonObject): void {
    events.push({ event: type, data: { type, ...fields } })
  }
  function take(): readonly WireEvent[] {
    const taken = events
    events = []
    return taken
  }

  return {
    push(chunk) {
      if (!started) {
        started = true
        id = chunk.id
        emit('message-start', {
          id,
          ...(chunk.model !== '' && { model: chunk.model }),
          delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } },
        })
      }
      if (chunk.usage) usage = chunk.usage
      // The format holds one choice.
      const choice = chunk.choices.find(({ index }) => index === 0)
      if (choice) {
        writer.write(choice.delta, choice.logprobs)
        if (choice.finish_reason) {
          finish = choice.finish_reason
          native = choice.native_finish_reason
        }
      }
      return take()
    },
    end() {
      if (!started) throw new StreamError('a stream that ended before its first chunk')
      writer.end()
      const counts = encodeUsage(usage)
      // Without a finish reason the answer was cut, which is an error here.
      const reason = finish === undefined ? 'ERROR' : encodeFinish(finish, native)
      emit('message-end', { id, delta: { finish_reason: reason, ...(counts && { usage: counts }) } })
      return take()
    },
  }
}
