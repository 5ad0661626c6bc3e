/**
 * The contract of a wire format. A codec is pure: no I/O, no clock, no state between calls. The client
 * encodes requests and decodes answers with it, autolog reads with the same decoders what an SDK sent
 * and got, and the gateway uses the reverse direction.
 */
import type {
  ChatChunk,
  ChatCompletion,
  ChatRequest,
  EmbeddingsRequest,
  EmbeddingsResponse,
  DecisionRequest,
  DecisionResponse,
  RerankRequest,
  RerankResponse,
} from './hub.js'
import type { HistoryRules } from './history.js'
import type { AuthScheme } from './auth-scheme.js'
import type { ProtocolId, PassthroughId } from './protocol-ids.js'

export * from './protocol-ids.js'

export type JsonObject = Record<string, unknown>

/** The id of the JSON Schema dialect that a provider enforces. The table is `src/protocols/shared/schema-dialects.ts`. */
export type SchemaDialectId = (typeof SCHEMA_DIALECT_IDS)[number]

export const SCHEMA_DIALECT_IDS = [
  'anthropic',
  'azure',
  'bedrock',
  'cerebras',
  'cohere',
  'deepseek',
  'fireworks',
  'gemini',
  'groq',
  'mistral',
  'ollama',
  'openai',
  'xai',
] as const

/** A provider's field for the purpose of embeddings, and its values. */
export interface InputTypes {
  readonly field: string
  readonly words: Readonly<
    Partial<
      Record<
        'query' | 'document' | 'classification' | 'clustering' | 'similarity' | 'code' | 'questions' | 'facts',
        string
      >
    >
  >
  /** Further values of the provider. */
  readonly others?: readonly string[]
}

/** Differences between providers of one wire format. Data on a provider row, read by the codec. */
export interface Quirks {
  /** The field for the output limit. Default `max_completion_tokens` when the caller used it, otherwise `max_tokens`. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens'
  /** The field for the length of embeddings. Default `dimensions`. */
  readonly dimensionsField?: 'dimensions' | 'output_dimension'
  /** The provider takes `stream_options`. Default true. */
  readonly streamOptions?: boolean
  /** Assistant history keeps `reasoning_content`, which a tool loop must send back. Default false. */
  readonly reasoningContent?: boolean
  /** The provider's field for reasoning of assistant history, with `reasoningContent`. Default `reasoning_content`. */
  readonly reasoningField?: 'reasoning_content' | 'reasoning'
  /**
   * Assistant history keeps its thinking as parts of the content, in Mistral's form (`thinking`) or Databricks'
   * (`reasoning`).
   */
  readonly thinkingParts?: 'thinking' | 'reasoning'
  /** Messages may have a `name`. Default true. */
  readonly messageNames?: boolean
  /** Its rules for a conversation, if they differ from those of the format. */
  readonly history?: HistoryRules
  /** Earlier answers that call tools need `reasoningField`, unless the request turns thinking off. Default false. */
  readonly reasoningRequired?: boolean
  /** How files are sent. Default `file`. */
  readonly filePart?: 'file' | 'document_url'
  /** Images and files may be URLs. Default true for Anthropic's format. */
  readonly urlSources?: boolean
  /** By kind of tool: the name that the `anthropic-beta` header needs for it here, in addition to those it needs everywhere. */
  readonly toolBetas?: Readonly<Record<string, string>>
  /** Inline files may have a name (Gemini's format on Vertex AI). Default false. */
  readonly fileNames?: boolean
  /** The field for the seed. Default `seed`. */
  readonly seedField?: 'seed' | 'random_seed'
  /** The longest `user` and `safety_identifier`, in characters; a longer one is left out, with a warning. Default: any. */
  readonly maxUser?: number
  /** Chat parameters that the provider refuses. They are not sent: an error, or a warning with `dropUnsupported`. */
  readonly unsupported?: readonly (keyof ChatRequest)[]
  /**
   * Assistant history keeps `thinking_blocks` with their signatures, as gateways in front of Anthropic take them. Default
   * false.
   */
  readonly thinkingBlocks?: boolean
  /** Takes `cache_control` on messages, parts and tools. Default false for OpenAI's formats. */
  readonly cacheControl?: boolean
  /** `developer` messages are sent as `system`. Default false. */
  readonly developerAsSystem?: boolean
  /** Takes `response_format: json_schema`, or the models that do, by parts of their names. Default true. */
  readonly jsonSchema?: boolean | readonly string[]
  /** Takes a `response_format` in requests that offer tools. Default true. */
  readonly formatBesideTools?: boolean
  /** Models that can enforce a schema (`strict`), by parts of their names. Default: all. */
  readonly strictModels?: readonly string[]
  /** Where requests with strict functions go instead of the base URL's version, such as `/beta`. */
  readonly strictBase?: string
  /**
   * How the purpose of embeddings is sent; `false` if its models make no difference. Default: `input_type` is sent as it
   * is.
   */
  readonly inputTypes?: InputTypes | false
  /** The JSON Schema dialect that it enforces. Default: that of the format's maker. */
  readonly schemas?: SchemaDialectId
  /** Functions together with a tool that runs at the provider have to be announced (Gemini 3). Default true for Gemini's format. */
  readonly toolCombination?: boolean
  /** Output limit sent when the caller gives none and the format requires one. */
  readonly defaultMaxTokens?: number
  /** By format: inputs that one request for embeddings may have, if the number differs from the format's. */
  readonly maxInputs?: Readonly<Partial<Record<ProtocolId, number>>>
}

export interface EncodeContext {
  /** Provider id, for messages. */
  readonly provider: string
  /** The model's name at the target. */
  readonly model: string
  /** The model behind `model`, if the name does not say it: traits are looked up by it. */
  readonly base?: string | undefined
  readonly quirks: Quirks
  /** Leave out what the format does not support, with a warning, instead of throwing. */
  readonly dropUnsupported: boolean
  readonly warn: (message: string) => void
  /** Called with each parameter that {@link dropUnsupported} leaves out, to collect all of them. */
  readonly onDropped?: ((parameter: string, hint?: string) => void) | undefined
}

export interface EncodedRequest {
  /** Path below the base URL, such as `/chat/completions`. */
  readonly path: string
  /** The base URL for a model that the provider serves elsewhere on the same host. */
  readonly baseURL?: string
  /** The provider's usual header of a key, and the one that replaces it. */
  readonly keyHeader?: readonly [usual: string, own: string]
  readonly body: JsonObject
  readonly headers?: Readonly<Record<string, string>>
  /** The caller's names of tools by the names in the body, to restore them in answers. */
  readonly toolNames?: ReadonlyMap<string, string>
}

export interface DecodeOptions {
  /**
   * Decode messages, tools and text. With `false` only the scalars a span needs are read: `messages`
   * is then empty, and no work grows with the size of the conversation. Default true.
   */
  readonly content?: boolean
  /** Path of the request, for formats with model or streaming in the path and not in the body. */
  readonly path?: string
}

/** A provider's error body, reduced to what may be shown. */
export interface WireError {
  readonly message: string
  readonly type?: string
  readonly code?: string
  /** Milliseconds to wait, if the body says so and not a header. */
  readonly retryAfterMs?: number
  /** When it may be tried again, in milliseconds since 1970, if the body has a time. */
  readonly retryAt?: number
  /** The provider behind a gateway, as the gateway names it. */
  readonly upstream?: string
  /** Codes and types at every depth of the body, the outermost first. */
  readonly names?: readonly string[]
  /** All text of the body, to classify the error. It may quote the request, so it is never shown. */
  readonly words?: string
}

/** Decodes one stream. Throws `ProviderError` for an error sent inside the stream, `StreamError` for a malformed event. */
export interface StreamDecoder {
  /** `data` is one event's parsed JSON, or the string `[DONE]`; `event` its SSE name. Returns the hub chunks it completes. */
  push(data: unknown, event?: string): readonly ChatChunk[]
  /** Call once when the bytes end. Returns what was held back. */
  end(): readonly ChatChunk[]
  /** Whether the format's own end was seen. A stream that ends without it was cut. */
  readonly done: boolean
}

/** Where an announced answer will be. */
export interface PendingAnswer {
  /** Path of the answer below the base URL: it is polled with GET until it is no longer pending. */
  readonly path: string
  /**
   * URL of its events, if it can be read as a stream. They are read only from the host of the base URL, or one of
   * `hostEnds`.
   */
  readonly events?: string
}

/** One server-sent event. `data` is written as JSON, except the string `[DONE]`. */
export interface WireEvent {
  readonly event?: string
  readonly data: unknown
}

/** Turns hub chunks into the format's events: the reverse of {@link StreamDecoder}. */
export interface StreamEncoder {
  push(chunk: ChatChunk): readonly WireEvent[]
  end(): readonly WireEvent[]
}

/**
 * Fields of a format with names of several words, or with such fields in them, as a tree: SDKs with camelCase names spell
 * them differently. For a list, the tree is of its entries. Fields that are not in the tree belong to the caller, and are
 * not renamed.
 */
export interface FieldTable {
  readonly [field: string]: FieldTable | true
}

interface Codec<Request, Response> {
  readonly id: ProtocolId
  /** For requests, answers and events. Only if the format's own spelling is snake_case and an SDK's is not. */
  readonly fields?: FieldTable
  /** Fields whose names differ from the hub's, so that warnings use the caller's names. */
  readonly callerNames?: Readonly<Record<string, string>>
  /** How its maker takes a key, if not as a bearer token. This applies to a provider of the caller's own too. */
  readonly auth?: AuthScheme
  /** Its maker's `ProviderRow.idHeaders`, for a provider of the caller's own. */
  readonly idHeaders?: readonly string[]
  /** Its maker's `ProviderRow.errorTypeHeader`, for a provider of the caller's own. */
  readonly errorTypeHeader?: string
  /** Headers without which its maker refuses a request, for a provider of the caller's own. */
  readonly headers?: Readonly<Record<string, string>>
  /** Path below the base URL that carries this format, as `encodeRequest` gives it. */
  readonly path: string
  encodeRequest(request: Request, context: EncodeContext): EncodedRequest
  /** Never throws on unknown fields; throws `StreamError` when `wire` is not an object of the format. */
  decodeRequest(wire: unknown, options?: DecodeOptions): Request
  decodeResponse(wire: unknown, options?: DecodeOptions): Response
  encodeResponse(response: Response): JsonObject
  /** `undefined` when the body is not an error of this format. */
  decodeError(body: unknown): WireError | undefined
  encodeError(error: WireError, status: number): JsonObject
}

/** A wire format for chat, translated to and from the hub. */
export interface ChatProtocol extends Codec<ChatRequest, ChatCompletion> {
  /** Chat. */
  readonly kind: 'chat'
  /** What the telemetry conventions call this operation. */
  readonly operation: 'chat' | 'text_completion' | 'generate_content'
  /** Path of streams, if it differs from `path`. Both may be endings, after a model that the path names. */
  readonly streamPath?: string
  /** Path of a request, for a format with the model and streaming in the path instead of the body. */
  pathOf?(model: string, stream: boolean): string
  /** How stream events are framed: server-sent events (default), a JSON value a line, or AWS event-stream messages. */
  readonly framing?: 'sse' | 'ndjson' | 'aws-eventstream'
  /** For a format that announces answers: where the answer will be; `undefined` when `wire` is the answer. */
  pending?(wire: unknown): PendingAnswer | undefined
  /** Ends of host names, such as `.example.com`. Hosts of one end belong together: the key of one goes to the others too. */
  readonly hostEnds?: readonly string[]
  /** Names of stream events whose data is text, which the decoder gets as it is; that of all others is JSON. */
  readonly textEvents?: readonly string[]
  /**
   * Streams count tokens where the request asks for it: `stream_options.include_usage`, which adds a last chunk without choices
   * (https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream_options). Default: always.
   */
  readonly usageOnRequest?: boolean
  /** Reads a stream, event by event, into chunks of the hub. */
  createStreamDecoder(options?: DecodeOptions): StreamDecoder
  /** Writes chunks of the hub as events of this format. */
  createStreamEncoder(): StreamEncoder
}

/** A wire format of embeddings. */
export interface EmbeddingsProtocol extends Codec<EmbeddingsRequest, EmbeddingsResponse> {
  /** Embeddings. */
  readonly kind: 'embeddings'
  /** Always `embeddings`. */
  readonly operation: 'embeddings'
  /** Path of requests with several texts, if it differs from `path`. */
  readonly batchPath?: string
  /** Inputs that one request to a model may have, if the provider documents a limit. The client splits longer lists. */
  maxInputs?(model: string): number | undefined
  /** Response header with the count of input tokens, lower case, for answers that do not count them in the body. */
  readonly tokensHeader?: string
}

/** A wire format for reranking documents. */
export interface RerankProtocol extends Codec<RerankRequest, RerankResponse> {
  /** Reranking. */
  readonly kind: 'rerank'
  /** Always `rerank`. */
  readonly operation: 'rerank'
}

/** A wire format for typed questions about an input. */
export interface DecisionsProtocol extends Codec<DecisionRequest, DecisionResponse> {
  /** Decisions. */
  readonly kind: 'decisions'
  /** Always `decide`. */
  readonly operation: 'decide'
}

/** A passthrough format, which needs no translation: only the model's name and the key change. */
export interface PassthroughFormat {
  /** Id of the format. */
  readonly id: PassthroughId
  /** Always `passthrough`. */
  readonly kind: 'passthrough'
  /** What telemetry calls this operation. */
  readonly operation: 'moderation' | 'generate_content'
  /** The kind of output, for telemetry. */
  readonly outputType?: 'image' | 'speech' | 'text'
  /** Path below the base URL. */
  readonly path: string
  /** The encoding of the request. A multipart one has a file. */
  readonly request: 'json' | 'multipart'
  /** What comes back: JSON, or bytes. */
  readonly response: 'json' | 'bytes'
  /** Values of `response_format` for which the answer is plain text. */
  readonly textFormats?: readonly string[]
  /** `type` of the event that completes a stream, if the operation takes `stream: true`. `[DONE]` completes it too. */
  readonly lastEvent?: string
  /** `undefined` when the body is not an error. */
  decodeError(body: unknown): WireError | undefined
}

/** A wire format: how a request is written, and how an answer is read. Pure: no network, no clock. */
export type Protocol = ChatProtocol | EmbeddingsProtocol | RerankProtocol | DecisionsProtocol
