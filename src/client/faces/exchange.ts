/** One call of chat, in the caller's format. */
import type { ChatCompletion, ChatRequest } from '../../kernel/hub.js'
import type { ChatProtocol, EncodeContext, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import type { CallInput } from '../call/answer.js'
import type { AttemptRun } from '../call/attempt-run.js'
import type { ClientContext } from '../context.js'
import type { ItemWriter } from '../streams/chat-reading.js'

/** A call as its caller's format reads it. */
export interface Exchange {
  /** The request as a hub request. */
  readonly request: ChatRequest
  /** The body as the caller wrote it; absent if that is the hub request itself. */
  readonly body?: JsonObject | undefined
  /** The codec of the caller's format; absent if that is the hub's own shape. */
  readonly codec?: ChatProtocol | undefined
  readonly readContent?: CallInput['readContent']
  /** A stage has replaced the request, so the body must not be sent. */
  readonly isReplaced?: boolean | undefined
}

/** A request as it is sent to one target. */
export interface SentRequest {
  /** The codec of the target's format. */
  readonly codec: ChatProtocol
  readonly encoded: EncodedRequest
  /** The body was sent in the caller's own format, so the answer comes in it. */
  readonly native: boolean
}

/** What callers write and read: a wire format, or the hub's own shape. */
export interface CallerFormat<Item> {
  /** @throws ConfigError for a body that is not a request of the format. */
  read(client: ClientContext, body: object): Exchange
  /** The caller's body, for a target that speaks the format itself; `undefined` for every other. */
  encodeNative?(run: AttemptRun, exchange: Exchange): SentRequest | undefined
  /** Undoes in an answer what was changed in the schemas of the request. */
  restoreNative?(body: JsonObject, exchange: Exchange): JsonObject
  /** @throws UnsupportedParameterError for what only servers of the format can do, unless `dropUnsupported`. */
  check?(exchange: Exchange, context: EncodeContext): void
  /** An answer in the format. */
  write(chat: ChatCompletion, exchange: Exchange): object
  /** A whole answer for the caller, with what the format's own SDK adds to it. */
  finish?(body: object): object
  /** @param native - Events come in the caller's own format. */
  writer(exchange: Exchange, native: boolean): ItemWriter<Item>
}
