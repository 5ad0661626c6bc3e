/** A model call in telemetry: its start, what is reported while it runs, and its end. */
import type { HeaderView } from '../../kernel/header-view.js'
import type { Attributes, Context, Span } from '@opentelemetry/api'
import type { ChatCompletion, ChatRequest, EmbeddingsRequest, EmbeddingsResponse, Usage } from '../../kernel/hub.js'
import type { Mask } from '../content/bounded.js'
import type * as semconv from '../semconv.js'

/**
 * What makes a call: a framework over an SDK, an SDK, the client of this package under an SDK's `fetch`, or a request that is only
 * seen on the wire.
 */
export type Layer = 'framework' | 'sdk' | 'client' | 'wire'

/**
 * `other`: attributes of a request that is neither chat nor embeddings. `usage`: what the request says is billed, in case the
 * answer has no usage.
 */
export type CallRequest =
  | { readonly chat: ChatRequest }
  | { readonly embeddings: EmbeddingsRequest }
  | { readonly other: Attributes; readonly usage?: Partial<Usage> | undefined }

/** An answer that is neither chat nor embeddings. */
export interface OtherAnswer {
  /** Empty when the provider gives none. */
  readonly id: string
  /** Empty when the provider gives none. */
  readonly model: string
  /** As in chat, but with only what is counted. */
  readonly usage?: Partial<Usage> | undefined
}

export type CallResponse =
  | { readonly chat: ChatCompletion }
  | { readonly embeddings: EmbeddingsResponse }
  | { readonly other: OtherAnswer }

export interface CallStart {
  readonly operation: semconv.OperationName
  /** Value of `gen_ai.provider.name`, unless the host is known as another provider. */
  readonly provider: string
  readonly model: string | undefined
  /**
   * The request in hub shape. A function is called once, only if the span records, with whether content is captured. Content is
   * read at that moment, so later changes by the program do not show.
   */
  readonly request: CallRequest | ((content: boolean) => CallRequest | undefined) | undefined
  /** Where the client sends the request, for `server.address` and `server.port`. */
  readonly baseURL: string | undefined
  readonly attributes?: Attributes | undefined
  /** Hides secrets that names and ids of the provider may quote. */
  readonly mask?: Mask | undefined
  /** What makes the call. Default `framework`. */
  readonly layer?: Layer
  /** The object whose method makes the call. */
  readonly self?: unknown
  /** Whether the layer adds trace headers to its requests itself. Default: they are added on the wire. */
  readonly injects?: boolean
  /** Parent; default the active context. */
  readonly parent?: Context
  /** When it began, in milliseconds since the epoch, for a call that is reported when it has ended. Default: now. */
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
  /** Whether anything is recorded. If not, attributes need not be computed. */
  readonly recording: boolean
  /** Whether content is captured, so that decoders must read it. */
  readonly content: boolean
  readonly ended: boolean
  /** The tool whose span of this call is completed, instead of a span of our own. */
  readonly completes: string | undefined
  /** The request is known now. For a call that began without. */
  asks(asked: AskedLater): void
  /** A request of it is on the wire. */
  seen(): void
  /**
   * The first piece of a streamed answer has come. Only the first call counts.
   *
   * @param at - When it came, on the clock of `performance.now()`. Default: now.
   */
  chunk(at?: number): void
  headers(headers: HeaderView): void
  response(response: CallResponse): void
  /** Adds attributes that the decoders do not give. */
  set(attributes: Attributes): void
  /** Does not record the content of the answer, even if content is captured: the program does not want it. */
  hideAnswer(): void
  /**
   * Ends the span when the call inside ends, whose answer may still be read. For a layer that does not get the answer.
   *
   * @returns `false` when no call was made inside. Then nothing ends.
   */
  endWithInner(): boolean
  /** Ends the span. Only the first call counts. */
  end(outcome?: CallEnd): void
}
