/** Calls of chat in any format: a caller's request goes to every provider, and answers come back in the caller's format. */
import type { FrameEvent } from '../../kernel/frames.js'
import type { ChatRequest } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import type { ChatProtocol, JsonObject } from '../../kernel/protocol.js'
import { filledIn } from '../answers/fill-in.js'
import { restored } from '../answers/restored.js'
import type { Answer, Replacement } from '../call/answer.js'
import { splitArguments } from '../call/call-arguments.js'
import type { AttemptRun } from '../call/attempt-run.js'
import type { AskedCall, Operation } from '../call/operation.js'
import type { ChunkStage } from '../call/stage.js'
import type { ClientContext } from '../context.js'
import { openChatStream } from '../streams/chat-reading.js'
import { replayOf } from '../streams/replay.js'
import type { OpenStream } from '../streams/stream-attempt.js'
import type { WireAnswer } from '../transport/body.js'
import { decoding, encodingFor } from '../transport/failure.js'
import { sendStream, sendWhole } from '../transport/pending.js'
import type { StreamItem } from '../types/meta.js'
import type { CallOptions } from '../types/options.js'
import { carriedBy, chatCodec } from './chat-format.js'
import type { CallerFormat, Exchange, SentRequest } from './exchange.js'
import { withoutIdleToolChoice } from './idle-tool-choice.js'

/** The operation of chat for callers of `format`. */
export function face<Item extends object>(format: CallerFormat<Item>): Operation<Exchange, StreamItem<Item>> {
  return {
    read(client: ClientContext, given: object, options: CallOptions | undefined): AskedCall<Exchange> {
      const { body, options: own } = splitArguments(given, options)
      const request = format.read(client, body)
      const { request: chat, readContent } = request
      return {
        input: {
          operation: request.codec?.operation ?? 'chat',
          model: chat.model,
          options: own,
          request: { chat },
          body: request.body && { request: request.body, format: request.codec?.id },
          readContent,
          names: request.codec?.callerNames,
        },
        request,
        stream: chat.stream === true,
      }
    },

    replace(exchange: Exchange, { request, body }: Replacement): Exchange {
      if (!request || !('chat' in request)) return exchange
      const replaced = { ...exchange, request: request.chat }
      return body ? { ...replaced, body: body.request as JsonObject } : { ...replaced, isReplaced: true }
    },

    async attempt(run: AttemptRun, exchange: Exchange): Promise<Answer> {
      const sent = encode(run, format, exchange)
      const { answer, wire } = await sendWhole(run, sent.codec, sent.encoded)
      const chat = decoding(() => readerOf(run, format, sent, exchange, answer).decodeResponse(wire))
      if (!sent.native || !isObject(wire)) return { chat }
      return { chat, body: format.restoreNative?.(wire, exchange) ?? wire }
    },

    body(answer: Answer, exchange: Exchange): object {
      const body = answer.body ?? ('chat' in answer ? decoding(() => format.write(answer.chat, exchange)) : {})
      return format.finish ? format.finish(body) : body
    },

    async open(
      run: AttemptRun,
      exchange: Exchange,
      stage: ChunkStage | undefined,
    ): Promise<OpenStream<FrameEvent, StreamItem<Item>>> {
      const sent = encode(run, format, exchange)
      const wire = await sendStream(run, sent.codec, sent.encoded)
      const codec = readerOf(run, format, sent, exchange, wire)
      // If stages may change the answer, the wire body cannot be given as it came.
      const native = sent.native && !run.call.client.stages.changeStreams
      const writer = format.writer(exchange, native)
      return openChatStream<Item>({ run, wire, codec, writer, choices: exchange.request.n ?? 1, stage })
    },

    pieces: (answer: Answer, exchange: Exchange): readonly Item[] =>
      'chat' in answer ? format.writer(exchange, false).whole(replayOf(answer.chat)) : [],
  }
}

/** The caller's own format where the target speaks it, otherwise the target's format for chat. */
function encode<Item>(run: AttemptRun, format: CallerFormat<Item>, exchange: Exchange): SentRequest {
  const native = exchange.isReplaced ? undefined : format.encodeNative?.(run, exchange)
  if (native) return native
  const { codec, request } = carriedBy(run, chatCodec(run.target), requestFor(exchange.request, run))
  const encoded = encodingFor(run.encodeContext, (context) => {
    format.check?.(exchange, context)
    return codec.encodeRequest(withoutIdleToolChoice(request, context), context)
  })
  return { codec, encoded, native: false }
}

/** The request for the target of `run`: with its extra fields, and with usage in a stream. */
function requestFor(request: ChatRequest, run: AttemptRun): ChatRequest {
  const { extraBody, params } = run
  return {
    ...request,
    ...params,
    ...(extraBody && { extra_body: extraBody }),
    ...(request.stream === true &&
      run.target.provider.quirks.streamOptions !== false && {
        stream_options: { ...request.stream_options, include_usage: true },
      }),
  }
}

/** The target's codec, which reads this answer by the caller's own schemas. */
function readerOf<Item>(
  run: AttemptRun,
  format: CallerFormat<Item>,
  sent: SentRequest,
  exchange: Exchange,
  wire: WireAnswer,
): ChatProtocol {
  const codec = filledIn(sent.codec, run.target, wire, sent.encoded)
  // The body was sent with the caller's own schemas, so there is nothing to restore.
  return sent.native && !format.restoreNative ? codec : restored(codec, exchange.request)
}
