/** Reads what an SDK got, with the codec of its wire format, into the call's span. Never throws. */
import { createChatAccumulator, type ChatAccumulator } from '../kernel/accumulate.js'
import type { ChatCompletion } from '../kernel/hub.js'
import { isObject } from '../kernel/json.js'
import type { Protocol, StreamDecoder } from '../kernel/protocol.js'
import type { Call } from '../telemetry/call.js'
import { guard } from '../telemetry/settings.js'
import type { CallDeclaration } from './contract.js'

/** Reads one answer: whole, or event by event. */
export interface AnswerReader {
  readonly call: Call
  /** What the answer is read with; says how its stream is framed. */
  readonly codec: Protocol
  /** A whole answer; ends the call. */
  whole(answer: unknown): void
  /** One event of a streamed answer. */
  event(data: unknown, name?: string): void
  /** There is no answer: ends the call with what the program gets instead. */
  fail(error: unknown): void
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
  let closed = false

  function readWhole(answer: unknown): void {
    if (declaration.responseAttributes) call.set(declaration.responseAttributes(answer))
    if (declaration.operation !== undefined && declaration.operation !== codec.operation) return
    const options = { content: call.content }
    if (codec.kind === 'embeddings') call.response({ embeddings: codec.decodeResponse(answer, options) })
    else if (codec.kind === 'chat') call.response({ chat: codec.decodeResponse(answer, options) })
  }

  function fail(error: unknown): void {
    guard('headers', () => {
      const headers = isObject(error) ? error['headers'] : undefined
      if (isHeaders(headers)) call.headers(headers)
    })
    call.end({ error })
  }

  /** What the stream said until it ended. A chat that was under way has at least one position, finished or not. */
  function gathered(underWay: boolean, flush: boolean): ChatCompletion | undefined {
    if (!decoder && !underWay) return undefined
    accumulator ??= createChatAccumulator({ content: call.content })
    if (flush) for (const chunk of decoder?.end() ?? []) accumulator.push(chunk)
    const chat = accumulator.result()
    if (chat.choices.length === 0) chat.choices.push(UNFINISHED)
    return chat
  }

  return {
    call,
    codec,
    fail,
    whole(answer) {
      if (call.recording && isObject(answer)) guard('response', () => readWhole(answer))
      call.end()
    },
    event(data, name) {
      call.chunk()
      if (!call.recording || broken || closed || codec.kind !== 'chat') return
      try {
        decoder ??= codec.createStreamDecoder({ content: call.content })
        accumulator ??= createChatAccumulator({ content: call.content })
        for (const chunk of decoder.push(data, name)) accumulator.push(chunk)
      } catch {
        // The program meets the fault itself, as its SDK reports it; the span keeps what was read so far.
        broken = true
      }
    },
    close(outcome) {
      if (closed) return
      closed = true
      const failed = outcome.error !== undefined
      let error = outcome.error
      if (call.recording && codec.kind === 'chat') {
        guard('response', () => {
          const chat = gathered(failed || !outcome.closed, !broken && !failed)
          if (chat) call.response({ chat })
        })
        const cut = !failed && !outcome.closed && !broken && decoder?.done !== true
        if (cut) error = new StreamTruncated()
      }
      if (error === undefined) call.end()
      else fail(error)
    },
  }
}

function isHeaders(value: unknown): value is Pick<Headers, 'forEach'> {
  return isObject(value) && typeof value['forEach'] === 'function' && typeof value['get'] === 'function'
}

/** A stream that broke off before its first choice still has one position, and it did not finish. */
const UNFINISHED = {
  index: 0,
  finish_reason: undefined as never,
  message: { role: 'assistant' as const, content: null, refusal: null },
  logprobs: null,
}
