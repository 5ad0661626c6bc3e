/** Writes a stream in a format whose events have one choice: a start, its pieces, and an end with the usage. */
import { StreamError } from '../../kernel/errors.js'
import type { ChatChunk, ChunkChoice, FinishReason, Usage } from '../../kernel/hub.js'
import type { JsonObject, StreamEncoder, WireEvent } from '../../kernel/protocol.js'
import type { RawReader } from './raw.js'

/** Fields of the whole answer so far; later values replace earlier ones. */
export interface StreamOutcome {
  /** Without one the answer was cut. */
  finish: FinishReason | undefined
  native: string | undefined
  usage: Usage | undefined
  tier: ChatChunk['service_tier']
  /** Fields of the answer that only this format knows. */
  raw: JsonObject
}

export interface AnswerWriter {
  start(chunk: ChatChunk, outcome: StreamOutcome): void
  write(choice: ChunkChoice): void
  end(outcome: StreamOutcome): void
}

export type Emit = (event: string, data: JsonObject) => void

export function streamEncoder(ownRaw: RawReader, createWriter: (emit: Emit) => AnswerWriter): StreamEncoder {
  let events: WireEvent[] = []
  let started = false
  const outcome: StreamOutcome = { finish: undefined, native: undefined, usage: undefined, tier: undefined, raw: {} }
  const writer = createWriter((event, data) => events.push({ event, data }))

  function take(): readonly WireEvent[] {
    const taken = events
    events = []
    return taken
  }
  return {
    push(chunk) {
      outcome.raw = ownRaw(chunk.raw) ?? outcome.raw
      if (!started) writer.start(chunk, outcome)
      started = true
      if (chunk.usage) outcome.usage = chunk.usage
      if (chunk.service_tier != null) outcome.tier = chunk.service_tier
      const choice = chunk.choices.find(({ index }) => index === 0)
      if (choice) writer.write(choice)
      if (choice?.finish_reason) {
        outcome.finish = choice.finish_reason
        outcome.native = choice.native_finish_reason
      }
      return take()
    },
    end() {
      if (!started) throw new StreamError('a stream that ended before its first chunk')
      writer.end(outcome)
      return take()
    },
  }
}
