/** Reads what an SDK got, with the codec of its wire format, into the call's span. Never throws. */
import { createChatAccumulator, type ChatAccumulator } from '../kernel/accumulate.js'
import { isObject } from '../kernel/json.js'
import type { Protocol, StreamDecoder } from '../kernel/protocol.js'
import type { Call } from '../telemetry/call.js'
import { guard } from '../telemetry/settings.js'
import type { CallDeclaration } from './contract.js'

/** Reads one answer: whole, or event by event. */
export interface AnswerReader {
  readonly call: Call
  /** A whole answer; ends the call. */
  whole(answer: unknown): void
  /** One event of a streamed answer. */
  event(data: unknown, name?: string): void
  /** The stream is over: ends the call. `closed`: by the reader's own wish, before the end. */
  close(outcome: { readonly error?: unknown; readonly closed: boolean }): void
}

/** Stands for a stream that ended without error and without its format's own end. */
class StreamTruncated extends Error {
  readonly code = 'stream_truncated'
}

export function createReader(call: Call, codec: Protocol, declaration: CallDeclaration): AnswerReader {
  let decoder: StreamDecoder | undefined
  let accumulator: ChatAccumulator | undefined
  let broken = false

  function readWhole(answer: unknown): void {
    if (declaration.responseAttributes) call.set(declaration.responseAttributes(answer))
    if (declaration.operation !== undefined && declaration.operation !== codec.operation) return
    const options = { content: call.content }
    if (codec.kind === 'embeddings') call.response({ embeddings: codec.decodeResponse(answer, options) })
    else call.response({ chat: codec.decodeResponse(answer, options) })
  }

  return {
    call,
    whole(answer) {
      if (call.recording && isObject(answer)) guard('response', () => readWhole(answer))
      call.end()
    },
    event(data, name) {
      call.chunk()
      if (!call.recording || broken || codec.kind !== 'chat') return
      try {
        decoder ??= codec.createStreamDecoder({ content: call.content })
        accumulator ??= createChatAccumulator({ content: call.content })
        for (const chunk of decoder.push(data, name)) accumulator.push(chunk)
      } catch {
        // The program meets the fault itself, as its SDK reports it; the span keeps what was read so far.
        broken = true
      }
    },
    close({ error, closed }) {
      if (decoder && accumulator) {
        const [reading, gathered] = [decoder, accumulator]
        guard('response', () => {
          if (!broken && error === undefined) for (const chunk of reading.end()) gathered.push(chunk)
          const chat = gathered.result()
          if (chat.choices.length === 0) chat.choices.push(UNFINISHED)
          call.response({ chat })
        })
      }
      const cut = call.recording && codec.kind === 'chat' && !closed && error === undefined && !broken && decoder?.done !== true
      call.end(error !== undefined ? { error } : cut ? { error: new StreamTruncated() } : {})
    },
  }
}

/** A stream that broke off before its first choice still has one position, and it did not finish. */
const UNFINISHED = {
  index: 0,
  finish_reason: undefined as never,
  message: { role: 'assistant' as const, content: null, refusal: null },
  logprobs: null,
}
