/**
 * Hub chunks to stream events: the reverse of `stream-decode.ts`. Blocks follow one another as the
 * format wants; a tool call that another one interrupts is held until its turn.
 */
import { StreamError } from '../../kernel/errors.js'
import type { Block, ChatChunk, ChunkDelta, FinishReason, Usage } from '../../kernel/hub.js'
import type { JsonObject, StreamEncoder, WireEvent } from '../../kernel/protocol.js'
import { encodeStopDetails } from './blocks-encode.js'
import { encodeFinish } from './finish-reason.js'
import { createBlockWriter } from './stream-writer.js'
import { isObject } from '../../kernel/json.js'
import { encodeServiceTier, encodeUsage } from './usage.js'
import { ownRaw } from './wire.js'

type RefusalBlock = Extract<Block, { type: 'refusal' }>

export function createStreamEncoder(): StreamEncoder {
  let events: WireEvent[] = []
  const writer = createBlockWriter(emit)
  let started = false
  let finish: FinishReason | undefined
  let native: string | undefined
  let refusal: RefusalBlock | undefined
  let usage: Usage | undefined
  let tier: ChatChunk['service_tier']
  let raw: JsonObject = {}

  function emit(type: string, fields: JsonObject): void {
    events.push({ event: type, data: { type, ...fields } })
  }
  function take(): readonly WireEvent[] {
    const taken = events
    events = []
    return taken
  }

  function start(chunk: ChatChunk): void {
    started = true
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
    push(chunk) {
      raw = ownRaw(chunk.raw) ?? raw
      if (!started) start(chunk)
      if (chunk.usage) usage = chunk.usage
      if (chunk.service_tier != null) tier = chunk.service_tier
      // The format holds one choice.
      const choice = chunk.choices.find(({ index }) => index === 0)
      if (choice) {
        refuse(choice.delta)
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
      // Without a finish reason the answer was cut, which `null` says.
      const reason = refusal && finish === 'stop' ? 'content_filter' : finish
      // The diagnostics of a message stand in its start alone.
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
      return take()
    },
  }
}
