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
  RerankRequest,
  RerankResponse,
} from './hub.js'
import type { HistoryRules } from './history.js'
import type { AuthScheme } from './auth-scheme.js'
import type { ProtocolId, PassthroughId } from './protocol-ids.js'

export * from './protocol-ids.js'

export type JsonObject = Record<string, unknown>

/** Names what a provider's enforced schemas take of JSON Schema. The table is `src/protocols/shared/schema-dialects.ts`. */
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

/** A provider's field for what embeddings are for, and its words. */
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
  /** Words of the provider beyond these. */
  readonly others?: readonly string[]
}

/** What differs between speakers of one wire format. Data on a provider row, read by the codec. */
export interface Quirks {
  /** The field for the output limit. Default `max_completion_tokens` when the caller used it, otherwise `max_tokens`. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens'
  /** The field for the length of embeddings. Default `dimensions`. */
  readonly dimensionsField?: 'dimensions' | 'output_dimension'
  /** The speaker takes `stream_options`. Default true. */
  readonly streamOptions?: boolean
  /** Assistant history keeps `reasoning_content`, which a tool loop must send back. Default false. */
  readonly reasoningContent?: boolean
  /** Where reasoning of assistant history goes in the speaker's words, with `reasoningContent`. Default `reasoning_content`. */
  readonly reasoningField?: 'reasoning_content' | 'reasoning'
  /**
   * Assistant history keeps its thinking as parts of the content, in Mistral's form (`thinking`) or Databricks'
   * (`reasoning`).
   */
  readonly thinkingParts?: 'thinking' | 'reasoning'
  /** Messages may have a `name`. Default true. */
  readonly messageNames?: boolean
  /** What it demands of a conversation, where that is other than its format's demands. */
  readonly history?: HistoryRules
  /** Earlier answers that call tools need `reasoningField`, unless the request turns thinking off. Default false. */
  readonly reasoningRequired?: boolean
  /** How files are given. Default `file`. */
  readonly filePart?: 'file' | 'document_url'
  /** Images and files may be given by an address. Default true for Anthropic's format. */
  readonly urlSources?: boolean
  /** By kind of a tool: the name that the `anthropic-beta` header needs for it here, beside those it needs everywhere. */
  readonly toolBetas?: Readonly<Record<string, string>>
  /** Inline files may have a name (Gemini's format on Vertex AI). Default false. */
  readonly fileNames?: boolean
  /** The field for the seed. Default `seed`. */
  readonly seedField?: 'seed' | 'random_seed'
  /** Chat parameters that the speaker answers with an error. Not sent: an error, or a warning with `dropUnsupported`. */
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
  /** Models that can be held to a schema (`strict`), by parts of their names. Default: all. */
  readonly strictModels?: readonly string[]
  /** Where requests with strict functions go instead of the base URL's version, such as `/beta`. */
  readonly strictBase?: string
  /**
   * How embeddings are told what they are for; `false` where its models tell nothing apart. Default: `input_type` goes out
   * as it is.
   */
  readonly inputTypes?: InputTypes | false
  /** What its enforced schemas take of JSON Schema. Default: what the format's maker takes. */
  readonly schemas?: SchemaDialectId
  /** Functions beside a tool that runs at the provider have to be announced (Gemini 3). Default true for Gemini's format. */
  readonly toolCombination?: boolean
  /** Output limit sent when the caller gives none and the format requires one. */
  readonly defaultMaxTokens?: number
  /** By format: inputs that one request for embeddings may hold, where the speaker takes another number than the format. */
  readonly maxInputs?: Readonly<Partial<Record<ProtocolId, number>>>
}

export interface EncodeContext {
  /** Provider id, for messages. */
  readonly provider: string
  /** Model name as the target knows it. */
  readonly model: string
  /** Name of the model behind `model`, where that says nothing: what is known of the one is asked for by this. */
  readonly base?: string | undefined
  readonly quirks: Quirks
  /** Leave out what the format cannot say, with a warning, instead of throwing. */
  readonly dropUnsupported: boolean
  readonly warn: (message: string) => void
  /** Told what {@link dropUnsupported} leaves out, where somebody wants all of it and not the first. */
  readonly onDropped?: ((parameter: string, hint?: string) => void) | undefined
}

export interface EncodedRequest {
  /** Path below the base URL, such as `/chat/completions`. */
  readonly path: string
  /** In place of the provider's, for a model that it serves elsewhere on the same host. */
  readonly baseURL?: string
  /** The provider's usual header of a key, and the one that takes its place. */
  readonly keyHeader?: readonly [usual: string, own: string]
  readonly body: JsonObject
  readonly headers?: Readonly<Record<string, string>>
  /** The caller's names of tools, by those that the body has in their place. Answers are read back with them. */
  readonly toolNames?: ReadonlyMap<string, string>
}

export interface DecodeOptions {
  /**
   * Decode messages, tools and text. With `false` only the scalars a span needs are read: `messages`
   * is then empty, and no work grows with the size of the conversation. Default true.
   */
  readonly content?: boolean
  /** Path the request came on, for formats that say model or streaming there and not in the body. */
  readonly path?: string
}

/** A provider's error body, reduced to what may be shown. */
export interface WireError {
  readonly message: string
  readonly type?: string
  readonly code?: string
  /** Milliseconds to wait, where the body says so and not a header. */
  readonly retryAfterMs?: number
  /** When it may be tried again, in milliseconds since 1970, where the body says a time. */
  readonly retryAt?: number
  /** The provider behind a gateway, as the gateway names it. */
  readonly upstream?: string
  /** Codes and types at every depth of the body, the outermost first. */
  readonly names?: readonly string[]
  /** All that the body says, for its class alone: it may quote the request, so it is never shown. */
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

/** Where an answer will be that was announced before it was made. */
export interface PendingAnswer {
  /** Path below the base URL of the answer as it stands: it is asked for, with GET, until it is pending no more. */
  readonly path: string
  /**
   * Address of its events, where it can be read as a stream. They are read only from the host of the base URL, or one of
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
 * Fields of a format that have names of several words, or lead to such, at their places: what SDKs that write camelCase
 * call otherwise. Of a list the entries are meant. A field that is not named here is the caller's own affair.
 */
export interface FieldTable {
  readonly [field: string]: FieldTable | true
}

interface Codec<Request, Response> {
  readonly id: ProtocolId
  /** Of requests, answers and events alike. Only where a format's own spelling is snake_case and an SDK's is not. */
  readonly fields?: FieldTable
  /** Where a request of the format has what the hub calls otherwise, so that warnings name what the caller wrote. */
  readonly callerNames?: Readonly<Record<string, string>>
  /** How its maker takes a key, where that is not a bearer token. A provider of the caller's own takes it so too. */
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

/** A wire format for chat: whatever it looks like, its meaning is the hub's. */
export interface ChatProtocol extends Codec<ChatRequest, ChatCompletion> {
  /** Chat. */
  readonly kind: 'chat'
  /** What the telemetry conventions call this operation. */
  readonly operation: 'chat' | 'text_completion' | 'generate_content'
  /** Path of streams, where it is another than `path`. Both may be endings, behind a model that the path names. */
  readonly streamPath?: string
  /** Path of a request, for a format that says the model there, and whether the answer streams, and neither in the body. */
  pathOf?(model: string, stream: boolean): string
  /** How stream events are framed: server-sent events (default), a JSON value a line, or AWS event-stream messages. */
  readonly framing?: 'sse' | 'ndjson' | 'aws-eventstream'
  /** For a format that answers before the model has: where the rest will be; `undefined` when `wire` is the answer. */
  pending?(wire: unknown): PendingAnswer | undefined
  /** Ends of host names, such as `.example.com`. Hosts of one end belong together: the key of one goes to the others too. */
  readonly hostEnds?: readonly string[]
  /** Names of stream events whose data is text, which the decoder gets as it is; that of all others is JSON. */
  readonly textEvents?: readonly string[]
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
  /** Path of requests with several texts, where it is another than `path`. */
  readonly batchPath?: string
  /** Inputs that one request to a model may hold, where the provider documents a limit. The client splits longer lists. */
  maxInputs?(model: string): number | undefined
  /** Response header with the count of input tokens, lower case, for answers that do not count them in the body. */
  readonly tokensHeader?: string
}

/** A wire format that orders documents by relevance to a query. */
export interface RerankProtocol extends Codec<RerankRequest, RerankResponse> {
  /** Reranking. */
  readonly kind: 'rerank'
  /** Always `rerank`. */
  readonly operation: 'rerank'
}

/** A format that is passed on as it is, for want of a second one: only the model's name and the key change. */
export interface PassthroughFormat {
  /** Id of the format. */
  readonly id: PassthroughId
  /** Passed on as it is. */
  readonly kind: 'passthrough'
  /** What telemetry calls this operation. */
  readonly operation: 'moderation' | 'generate_content'
  /** What the operation gives, for telemetry. */
  readonly outputType?: 'image' | 'speech' | 'text'
  /** Path below the base URL. */
  readonly path: string
  /** How the request is written. A multipart one holds a file. */
  readonly request: 'json' | 'multipart'
  /** What comes back: JSON, or bytes. */
  readonly response: 'json' | 'bytes'
  /** Values of `response_format` for which the answer is plain text. */
  readonly textFormats?: readonly string[]
  /** `type` of the event that completes a stream, where `stream: true` is taken. `[DONE]` completes it too. */
  readonly lastEvent?: string
  /** `undefined` when the body is no error. */
  decodeError(body: unknown): WireError | undefined
}

/** A wire format: how a request is written, and how an answer is read. Pure: no network, no clock. */
export type Protocol = ChatProtocol | EmbeddingsProtocol | RerankProtocol
