/** Hub chunks to stream events: the reverse of `stream-decode.ts`. */
import type { StreamEncoder } from '../../kernel/protocol.js'
import { streamEncoder, type AnswerWriter, type Emit } from '../shared/stream-encoder.js'
import { encodeFinish } from './finish-reason.js'
import { createBlockWriter } from './stream-writer.js'
import { encodeServiceTier, encodeUsage } from './usage.js'
import { ownRaw } from './wire.js'

export function createStreamEncoder(): StreamEncoder {
  return streamEncoder(ownRaw, createMessageWriter)
}

function createMessageWriter(emit: Emit): AnswerWriter {
  const writer = createBlockWriter(emit)
  let refused = false
  return {
    start() {
      emit('messageStart', { role: 'assistant' })
    },
    write({ delta }) {
      refused ||= Boolean(delta.refusal)
      writer.write(delta)
    },
    end({ finish, native, usage, tier, raw }) {
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
    },
  }
}
