/** One call of chat, from the caller's format to the caller's format. */
import type { ChatCompletion, ChatRequest } from '../../kernel/hub.js'
import type { ChatProtocol, EncodeContext, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import type { CallInput } from '../call/answer.js'
import type { AttemptRun } from '../call/attempt-run.js'
import type { ClientContext } from '../context.js'
import type { ItemWriter } from '../streams/chat-reading.js'

/** A call as its caller's format reads it. */
export interface Exchange {
  /** What it means. */
  readonly request: ChatRequest
  /** As the caller wrote it; absent where that is the request itself. */
  readonly body?: JsonObject | undefined
  /** The codec of the caller's format; absent where that is the hub's own shape. */
  readonly codec?: ChatProtocol | undefined
  readonly readContent?: CallInput['readContent']
  /** A stage has put another request in place of the body's: the body may not go out. */
  readonly isReplaced?: boolean | undefined
}

/** A request as it goes to one target. */
export interface SentRequest {
  /** Of the target's format. */
  readonly codec: ChatProtocol
  readonly encoded: EncodedRequest
  /** The body went out in the caller's own format: the answer comes in it. */
  readonly native: boolean
}

/** What callers write and read: a wire format, or the hub's own shape. */
export interface CallerFormat<Item> {
  /** @throws ConfigError for a body that is no request of the format. */
  read(client: ClientContext, body: object): Exchange
  /** The caller's body, for a target that speaks the format itself; `undefined` for every other. */
  encodeNative?(run: AttemptRun, exchange: Exchange): SentRequest | undefined
  /** For bodies that go out with other schemas than the caller's: an answer of the format with the caller's again. */
  restoreNative?(body: JsonObject, exchange: Exchange): JsonObject
  /** @throws UnsupportedParameterError for what only servers of the format can do, unless `dropUnsupported`. */
  check?(exchange: Exchange, context: EncodeContext): void
  /** An answer in the format. */
  write(chat: ChatCompletion, exchange: Exchange): object
  /** What the caller gets of a whole answer, with what the format's own SDK adds to it. */
  finish?(body: object): object
  /** @param native - Events come in the caller's own format. */
  writer(exchange: Exchange, native: boolean): ItemWriter<Item>
}
