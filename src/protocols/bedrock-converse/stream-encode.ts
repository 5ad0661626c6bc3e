/** Hub chunks to stream events: the reverse of `stream-decode.ts`. */
import { StreamError } from '../../kernel/errors.js'
import type { ChatChunk, FinishReason, Usage } from '../../kernel/hub.js'
import type { JsonObject, StreamEncoder, WireEvent } from '../../kernel/protocol.js'
import { encodeFinish } from './finish-reason.js'
import { createBlockWriter } from './stream-writer.js'
import { encodeServiceTier, encodeUsage } from './usage.js'
import { ownRaw } from './wire.js'

export function createStreamEncoder(): StreamEncoder {
  let events: WireEvent[] = []
  const writer = createBlockWriter(emit)
  let started = false
  let finish: FinishReason | undefined
  let native: string | undefined
  let refused = false
  let usage: Usage | undefined
  let tier: ChatChunk['service_tier']
  let raw: JsonObject = {}

  function emit(event: string, data: JsonObject): void {
    events.push({ event, data })
  }
  function take(): readonly WireEvent[] {
    const taken = events
    events = []
    return taken
  }

  return {
    push(chunk) {
      if (!started) emit('messageStart', { role: 'assistant' })
      started = true
      if (chunk.usage) usage = chunk.usage
      if (chunk.service_tier != null) tier = chunk.service_tier
      raw = ownRaw(chunk.raw) ?? raw
      // The format holds one choice.
      const choice = chunk.choices.find(({ index }) => index === 0)
      if (choice) {
        refused ||= Boolean(choice.delta.refusal)
        writer.write(choice.delta)
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
      const { additionalModelResponseFields, ...rest } = raw
      // Without a finish reason the answer was cut; a reader knows it by the stop that does not come.
      if (finish !== undefined) {
        const reason = refused && finish === 'stop' ? 'content_filter' : finish
        const fields = additionalModelResponseFields === undefined ? {} : { additionalModelResponseFields }
        emit('messageStop', { stopReason: encodeFinish(reason, native), ...fields })
      }
      const metadata = { ...(usage && { usage: encodeUsage(usage) }), ...encodeServiceTier(tier), ...rest }
      if (Object.keys(metadata).length > 0) emit('metadata', metadata)
      return take()
    },
  }
}
