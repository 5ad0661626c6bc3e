/** What callers of the client see. */
import type { Cost } from '../cost/price.js'
import type { Attempt } from '../kernel/errors.js'
import type { ChatChunk, ChatCompletion, ChatRequest, CompletionMessage, EmbeddingsRequest, EmbeddingsResponse, ResponseFormat } from '../kernel/hub.js'
import type { JsonObject } from '../kernel/protocol.js'
import type { TimeoutOptions } from '../policies/timeout.js'
import type { ModelStream } from './model-stream.js'
import type { StandardSchema, SchemaOutput } from './schema.js'

/** How an answer came about. */
export interface CallMeta {
  /** Id of the provider that answered. */
  readonly provider: string
  /** Model as that provider knows it. */
  readonly model: string
  /** Every try, oldest first; the last one gave the answer. */
  readonly attempts: readonly Attempt[]
  /** Worked out when first read. */
  readonly cost: Cost
  /** Always `null`: this version has no cache. */
  readonly cache: null
  /** Trace id in hexadecimal; `null` when no trace is recorded. */
  readonly traceId: string | null
  /** What was left out or changed on the way. */
  readonly warnings: readonly string[]
}

/** Who a call is for; recorded on its spans. */
export interface CallMetadata {
  user?: string | undefined
  session?: string | undefined
  tags?: readonly string[] | undefined
}

/** Options of one call, as second argument. All but `metadata` may also stand in the body. */
export interface CallOptions {
  /** Aborts the call; its reason reaches the caller as it is. */
  signal?: AbortSignal | null | undefined
  /** Sent with the request; they win over the provider's. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Time limits in milliseconds, over those of the client; a number is `total`. */
  timeout?: number | TimeoutOptions | undefined
  /** Models to try next, instead of the client's; `false`: none. */
  fallbacks?: readonly string[] | false | undefined
  /** Leave out, with a warning, what a target's format cannot say; over what the client's options say. */
  dropUnsupported?: boolean | undefined
  metadata?: CallMetadata | undefined
  /** Fields merged into the wire body as they are. */
  extra_body?: Readonly<Record<string, unknown>> | undefined
  /** Fields merged into the wire body for one provider only, by provider id. */
  provider_options?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined
}

/** Options of a call that may stand in its body. `metadata` there is OpenAI's own field. */
export type BodyOptions = Omit<CallOptions, 'metadata'>

/** OpenAI's chat body; `model` is `provider/model` or an alias. */
export type ChatBody = Omit<ChatRequest, 'response_format' | 'extra_body'> &
  BodyOptions & {
    /** OpenAI's, or a Standard Schema that can say its JSON Schema, such as a zod schema. */
    response_format?: ResponseFormat | StandardSchema | undefined
  }

export type WithMeta<T> = T & { readonly _meta: CallMeta }
/** The last item of a stream carries `_meta`. */
export type StreamItem<T> = T & { readonly _meta?: CallMeta }

export type ChatResult = WithMeta<ChatCompletion>
export type ChatStream = ModelStream<StreamItem<ChatChunk>>

export interface ParsedMessage<T> extends CompletionMessage {
  /** The content, checked against the schema; `null` when the model refused or called a tool. */
  parsed: T | null
}
export type ParsedChatResult<T> = Omit<ChatResult, 'choices'> & {
  choices: (Omit<ChatCompletion['choices'][number], 'message'> & { message: ParsedMessage<T> })[]
}

/** What `parse` accepts: a schema, or a format made by the `openai` package's helper for zod. */
export type ParseFormat = StandardSchema | (ResponseFormat & { $parseRaw?: (content: string) => unknown })
export type ParsedOutput<F> = F extends StandardSchema
  ? SchemaOutput<F>
  : F extends { $parseRaw: (content: string) => infer T }
    ? T
    : F extends { __output: infer T }
      ? T
      : unknown

export interface ChatCompletions {
  /** @throws TracestitchError, or the caller's own abort reason. */
  create(body: ChatBody & { stream?: false | null }, options?: CallOptions): Promise<ChatResult>
  create(body: ChatBody & { stream: true }, options?: CallOptions): Promise<ChatStream>
  create(body: ChatBody, options?: CallOptions): Promise<ChatResult | ChatStream>
  /** As `create`, with the content checked against `response_format` and given as `message.parsed`. */
  parse<F extends ParseFormat>(
    body: Omit<ChatBody, 'response_format' | 'stream'> & { response_format: F; stream?: false | null },
    options?: CallOptions,
  ): Promise<ParsedChatResult<ParsedOutput<F>>>
}

export type EmbeddingsBody = Omit<EmbeddingsRequest, 'extra_body'> & BodyOptions
export type EmbeddingsResult = WithMeta<EmbeddingsResponse>

export interface Embeddings {
  create(body: EmbeddingsBody, options?: CallOptions): Promise<EmbeddingsResult>
}

/** OpenAI's responses body (https://platform.openai.com/docs/api-reference/responses/create). */
export type ResponsesBody = { model: string; input?: unknown; stream?: boolean | null } & BodyOptions & { [field: string]: unknown }

/** A response. Name OpenAI's own type as type argument to have it typed further. */
export interface ResponseObject {
  id: string
  object: 'response'
  model: string
  output: JsonObject[]
  /** All text of the output, joined, as the `openai` package adds it. */
  output_text: string
  [field: string]: unknown
}

export interface ResponseEvent {
  type: string
  [field: string]: unknown
}

export interface Responses {
  create<T extends object = ResponseObject>(body: ResponsesBody & { stream?: false | null }, options?: CallOptions): Promise<WithMeta<T>>
  create<T extends object = ResponseEvent>(body: ResponsesBody & { stream: true }, options?: CallOptions): Promise<ModelStream<StreamItem<T>>>
}

export interface Client {
  readonly chat: { readonly completions: ChatCompletions }
  readonly embeddings: Embeddings
  readonly responses: Responses
}
