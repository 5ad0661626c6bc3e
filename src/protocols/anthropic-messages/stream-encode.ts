/**
 * Hub chunks to stream events: the reverse of `stream-decode.ts`. Blocks follow one another as the
 * format wants; a tool call that another one interrupts is held until its turn.
 */
import type { Block, ChunkDelta } from '../../kernel/hub.js'
import type { JsonObject, StreamEncoder } from '../../kernel/protocol.js'
import { streamEncoder, type AnswerWriter, type Emit } from '../shared/stream-encoder.js'
import { encodeStopDetails } from './blocks-encode.js'
import { encodeFinish } from './finish-reason.js'
import { createBlockWriter } from './stream-writer.js'
import { isObject } from '../../kernel/json.js'
import { encodeServiceTier, encodeUsage } from './usage.js'
import { ownRaw } from './wire.js'

type RefusalBlock = Extract<Block, { type: 'refusal' }>

export function createStreamEncoder(): StreamEncoder {
  return streamEncoder(ownRaw, createMessageWriter)
}

function createMessageWriter(send: Emit): AnswerWriter {
  const writer = createBlockWriter(emit)
  let refusal: RefusalBlock | undefined

  function emit(type: string, fields: JsonObject): void {
    send(type, { type, ...fields })
  }
  function refuse(delta: ChunkDelta): void {
    const whole = delta.blocks?.find((block): block is RefusalBlock => block.type === 'refusal')
    if (delta.refusal || whole) {
      refusal = {
        type: 'refusal',
        refusal: (refusal?.refusal ?? '') + (delta.refusal ?? '') + (whole?.refusal ?? ''),
        ...(whole?.raw && { raw: whole.raw }),
      }
    }
  }

  return {
    start(chunk, { raw }) {
      emit('message_start', {
        message: {
          id: chunk.id,
          type: 'message',
          role: 'assistant',
          model: chunk.model,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          stop_details: null,
          ...raw,
          // Counts are known at the end only; those of `message_delta` replace these.
          usage: { ...encodeUsage(chunk.usage), ...encodeServiceTier(chunk.service_tier) },
        },
      })
    },
    write({ delta }) {
      refuse(delta)
      writer.write(delta)
    },
    end({ finish, native, usage, tier, raw }) {
      writer.end()
      // Without a finish reason the answer was cut, which `null` says.
      const reason = refusal && finish === 'stop' ? 'content_filter' : finish
      // The diagnostics of a message are in its start alone.
      const { stop_sequence, container, diagnostics: _diagnostics, usage: counts, ...rest } = raw
      emit('message_delta', {
        delta: {
          stop_reason: reason === undefined ? null : encodeFinish(reason, native),
          stop_sequence: stop_sequence ?? null,
          stop_details: encodeStopDetails(refusal),
          ...(container !== undefined && { container }),
        },
        ...rest,
        usage: { ...encodeUsage(usage), ...encodeServiceTier(tier), ...(isObject(counts) ? counts : {}) },
      })
      emit('message_stop', {})
    },
  }
}
