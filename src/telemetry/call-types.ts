/** What a model call is to telemetry: what it begins with, what is told while it runs, and how it ends. */
import type { Attributes, Context, Span } from '@opentelemetry/api'
import type { ChatCompletion, ChatRequest, EmbeddingsRequest, EmbeddingsResponse, Usage } from '../kernel/hub.js'
import type { Mask } from './bounded.js'
import type * as semconv from './semconv.js'

/**
 * Who makes a call: a framework over an SDK, an SDK, the client of this package under an SDK's `fetch`, or whoever makes a request
 * that is seen on the wire.
 */
export type Layer = 'framework' | 'sdk' | 'client' | 'wire'

/**
 * `other`: attributes, for a request that is neither chat nor embeddings. `usage`: what it already says is billed, where
 * its answer says nothing.
 */
export type CallRequest =
  | { readonly chat: ChatRequest }
  | { readonly embeddings: EmbeddingsRequest }
  | { readonly other: Attributes; readonly usage?: Partial<Usage> | undefined }

/** What is known of an answer that is neither chat nor embeddings. */
export interface OtherAnswer {
  /** Empty when the provider gives none. */
  readonly id: string
  /** Empty when the provider does not say. */
  readonly model: string
  /** As in chat, as far as it is counted. */
  readonly usage?: Partial<Usage> | undefined
}

export type CallResponse =
  | { readonly chat: ChatCompletion }
  | { readonly embeddings: EmbeddingsResponse }
  | { readonly other: OtherAnswer }

export interface CallStart {
  readonly operation: semconv.OperationName
  /** Value of `gen_ai.provider.name` unless the host says better. */
  readonly provider: string
  readonly model: string | undefined
  /**
   * The request in hub shape. A function is called once, only if the span records, with whether messages
   * are wanted; content is read at that moment, so later changes by the program do not show.
   */
  readonly request: CallRequest | ((content: boolean) => CallRequest | undefined) | undefined
  /** Where the client sends the request; gives `server.address` and `server.port`. */
  readonly baseURL: string | undefined
  readonly attributes?: Attributes | undefined
  /** Hides secrets that the provider's names and ids may quote. */
  readonly mask?: Mask | undefined
  /** Who makes the call. Default `framework`. */
  readonly layer?: Layer
  /** Whose method makes the call. */
  readonly self?: unknown
  /** The layer gives its requests their trace headers itself. Default: they are added as the requests leave. */
  readonly injects?: boolean
  /** Parent; default the active context. */
  readonly parent?: Context
  /** When it began, in milliseconds since the epoch, for a call that is told of when it is over. Default: now. */
  readonly startTime?: number
}

/** What a call turns out to ask for, where it has begun before its request is known. */
export interface AskedLater extends Partial<Pick<CallStart, 'operation' | 'model'>> {
  readonly request: CallRequest | undefined
}

export interface CallEnd {
  /** The error that the caller gets. */
  readonly error?: unknown
}

export interface Call {
  /** Run the request in this context: it carries the span and the call's slot. */
  readonly context: Context
  readonly span: Span | undefined
  /** Whether what follows is worth computing. */
  readonly recording: boolean
  /** Whether messages are wanted, so that decoders read them. */
  readonly content: boolean
  readonly ended: boolean
  /** The other tool whose span of this call is completed, in place of one of our own. */
  readonly completes: string | undefined
  /** The request is known now. For a call that began without. */
  asks(asked: AskedLater): void
  /** A request of it is on the wire. */
  seen(): void
  /**
   * The first piece of a streamed answer is there. Later calls cost nothing.
   *
   * @param at - When it came, as `performance.now()` tells time. Default: now.
   */
  chunk(at?: number): void
  headers(headers: Pick<Headers, 'forEach' | 'get'>): void
  response(response: CallResponse): void
  /** Attributes that the decoders do not know of. */
  set(attributes: Attributes): void
  /** What the answer says is not recorded, also where content is: the program does not want it. */
  hideAnswer(): void
  /**
   * Ends the span as the call inside ends, which may still be read: this layer is not told its answer.
   *
   * @returns `false` when no call was made inside. Nothing is ended then.
   */
  endWithInner(): boolean
  /** Ends the span. Only the first call counts. */
  end(outcome?: CallEnd): void
}
