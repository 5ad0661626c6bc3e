/** What callers of the client see. */
import type { StoreProblem } from '../../kernel/store.js'
import type { Cost } from '../../cost/price.js'
import type { Attempt } from '../../kernel/errors.js'
import type { EmbeddingsRequest, EmbeddingsResponse, RerankRequest, RerankResponse, Usage } from '../../kernel/hub.js'
import type { ModelName } from '../../kernel/model-name.js'
import type { RateLimit } from '../../kernel/rate-limit.js'
import type { SkippedTarget } from '../../router/missing-keys.js'
import type { FallbackOptions } from '../../router/options.js'
import type { TimeoutOptions } from '../../policies/timeout.js'
import type { Identity } from '../../telemetry/identity.js'
import type { ChatCompletions } from './chat.js'
import type { ModelStream } from '../streams/model-stream.js'
import type { Upload } from '../transport/multipart.js'
import type { Responses } from './responses.js'
import type { Spend, SpendBy } from '../facts/spend.js'

export type * from './chat.js'
export type * from './response-object.js'
export type * from './responses.js'

/** How an answer came about. */
export interface CallMeta {
  /** Id of the provider that answered. */
  readonly provider: string
  /** Model as that provider knows it. */
  readonly model: string
  /** Every try, oldest first; the one without an `error` gave the answer. */
  readonly attempts: readonly Attempt[]
  /**
   * Tokens in the spelling of chat, whatever the operation and the format: `prompt_tokens`, `completion_tokens`,
   * `total_tokens`, and their details. Of a stream that broke off, what had come. `null` when the answer does not say.
   */
  readonly usage: Partial<Usage> | null
  /** Worked out when first read. */
  readonly cost: Cost
  /** What the answer's headers say of the provider's rate limits; `null` when they say nothing. Read when first asked for. */
  readonly rateLimit: RateLimit | null
  /** Always `null`: this version has no cache. */
  readonly cache: null
  /** Trace id in hexadecimal; `null` when no trace is recorded. */
  readonly traceId: string | null
  /** What was left out or changed on the way. */
  readonly warnings: readonly string[]
}

/** Whom a call is for, over what `withContext` says: field by field, tags added. */
export type CallMetadata = Identity

/** Options of one call, as second argument. All but `metadata` may also stand in the body. */
export interface CallOptions {
  /** Aborts the call; its reason reaches the caller as it is. */
  signal?: AbortSignal | null | undefined
  /** Sent with the request; they win over the provider's. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Time limits in milliseconds, over those of the client; a number is `total`. */
  timeout?: number | TimeoutOptions | undefined
  /** Models to try next, instead of the alias' and the client's; `false`: none. */
  fallbacks?: readonly FallbackOptions[] | false | undefined
  /** Where calls wait for a place, a lower number goes first. Default 0. */
  priority?: number | undefined
  /** Leave out, with a warning, what a target's format cannot say; over what the client's options say. */
  dropUnsupported?: boolean | undefined
  /** Whom the call is for, over what `withContext` says around it. */
  metadata?: CallMetadata | undefined
  /** Fields merged into the wire body as they are. */
  extra_body?: Readonly<Record<string, unknown>> | undefined
  /** Fields merged into the wire body for one provider only, by provider id. */
  provider_options?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined
}

/** Options of a call that may stand in its body. `metadata` there is OpenAI's own field. */
export type BodyOptions = Omit<CallOptions, 'metadata'>

export type WithMeta<T> = T & { readonly _meta: CallMeta }
/** The last item of a stream carries `_meta`. */
export type StreamItem<T> = T & { readonly _meta?: CallMeta }

/** OpenAI's body. Fields of a provider's own format may stand in it too, such as `truncate`. */
export type EmbeddingsBody<Alias extends string = never> = Omit<EmbeddingsRequest, 'model' | 'extra_body'> &
  BodyOptions & { model: ModelName<Alias> }
/**
 * OpenAI's types say that `usage` is always there. Where the provider counts nothing it is missing: `_meta.usage` is `null`
 * then, and `_meta.cost` says so.
 */
export type EmbeddingsResult = WithMeta<Omit<EmbeddingsResponse, 'usage'> & Required<Pick<EmbeddingsResponse, 'usage'>>>

export interface Embeddings<Alias extends string = never> {
  create(body: EmbeddingsBody<Alias>, options?: CallOptions): Promise<EmbeddingsResult>
}

export type RerankBody<Alias extends string = never> = Omit<RerankRequest, 'model' | 'extra_body' | 'raw'> &
  BodyOptions & { model: ModelName<Alias> }
export type RerankAnswer = WithMeta<RerankResponse>

export interface Rerank<Alias extends string = never> {
  /** Results most relevant first, in the shape of Cohere and Jina, whatever the provider. */
  create(body: RerankBody<Alias>, options?: CallOptions): Promise<RerankAnswer>
}

/** Passed on as it is: fields that are not named here reach the provider too. The first form is for objects of an interface. */
type Open<Body> = Body | (Body & { [field: string]: unknown })
/** `model` is `provider/model` or an alias. */
type PassedBody<Alias extends string = never> = { model: ModelName<Alias> } & BodyOptions

/** https://platform.openai.com/docs/api-reference/moderations/create */
export type ModerationBody<Alias extends string = never> = PassedBody<Alias> & {
  input: string | readonly string[] | readonly object[]
}
export interface ModerationResponse {
  id: string
  model: string
  results: {
    flagged: boolean
    categories: Record<string, boolean>
    category_scores: Record<string, number>
    [field: string]: unknown
  }[]
  [field: string]: unknown
}

export interface Moderations<Alias extends string = never> {
  /** Name OpenAI's own type as type argument to have the categories typed. */
  create<T extends object = ModerationResponse>(
    body: Open<ModerationBody<Alias>>,
    options?: CallOptions,
  ): Promise<WithMeta<T>>
}

/** https://platform.openai.com/docs/api-reference/images/create */
export type ImageBody<Alias extends string = never> = PassedBody<Alias> & {
  prompt: string
  stream?: boolean | null | undefined
}
export interface ImagesResponse {
  created: number
  data?: { b64_json?: string; url?: string; revised_prompt?: string; [field: string]: unknown }[]
  [field: string]: unknown
}
/** One event of a stream, told by its `type`. */
export interface PassedEvent {
  type: string
  [field: string]: unknown
}

/** https://platform.openai.com/docs/api-reference/images/createEdit */
export type ImageEditBody<Alias extends string = never> = PassedBody<Alias> & {
  image: Upload | readonly Upload[]
  prompt: string
  mask?: Upload | undefined
  stream?: boolean | null | undefined
}
/** https://platform.openai.com/docs/api-reference/images/createVariation */
export type ImageVariationBody<Alias extends string = never> = PassedBody<Alias> & { image: Upload }

export interface Images<Alias extends string = never> {
  generate<T extends object = ImagesResponse>(
    body: Open<ImageBody<Alias> & { stream?: false | null | undefined }>,
    options?: CallOptions,
  ): Promise<WithMeta<T>>
  generate<T extends object = PassedEvent>(
    body: Open<ImageBody<Alias> & { stream: true }>,
    options?: CallOptions,
  ): Promise<ModelStream<StreamItem<T>>>
  generate<T extends object = ImagesResponse, E extends object = PassedEvent>(
    body: Open<ImageBody<Alias>>,
    options?: CallOptions,
  ): Promise<WithMeta<T> | ModelStream<StreamItem<E>>>
  /** The files are read into memory. */
  edit<T extends object = ImagesResponse>(
    body: Open<ImageEditBody<Alias> & { stream?: false | null | undefined }>,
    options?: CallOptions,
  ): Promise<WithMeta<T>>
  edit<T extends object = PassedEvent>(
    body: Open<ImageEditBody<Alias> & { stream: true }>,
    options?: CallOptions,
  ): Promise<ModelStream<StreamItem<T>>>
  edit<T extends object = ImagesResponse, E extends object = PassedEvent>(
    body: Open<ImageEditBody<Alias>>,
    options?: CallOptions,
  ): Promise<WithMeta<T> | ModelStream<StreamItem<E>>>
  /** The file is read into memory. */
  createVariation<T extends object = ImagesResponse>(
    body: Open<ImageVariationBody<Alias>>,
    options?: CallOptions,
  ): Promise<WithMeta<T>>
}

/** https://platform.openai.com/docs/api-reference/audio/createSpeech */
export type SpeechBody<Alias extends string = never> = PassedBody<Alias> & { input: string; voice: unknown }

export interface Speech<Alias extends string = never> {
  /**
   * A `Response` with the audio, read as it comes: `arrayBuffer()`, `blob()`, `body`. Its `_meta` is there at once;
   * the call, its span and its limits end with the body.
   */
  create(body: Open<SpeechBody<Alias>>, options?: CallOptions): Promise<WithMeta<Response>>
}

/** https://platform.openai.com/docs/api-reference/audio/createTranscription */
export type TranscriptionBody<Alias extends string = never> = PassedBody<Alias> & {
  file: Upload
  stream?: boolean | null | undefined
}
export interface Transcription {
  text: string
  [field: string]: unknown
}

export interface Transcriptions<Alias extends string = never> {
  /** The file is read into memory. A plain-text `response_format` such as `srt` comes as `text` too. */
  create<T extends object = Transcription>(
    body: Open<TranscriptionBody<Alias> & { stream?: false | null | undefined }>,
    options?: CallOptions,
  ): Promise<WithMeta<T>>
  create<T extends object = PassedEvent>(
    body: Open<TranscriptionBody<Alias> & { stream: true }>,
    options?: CallOptions,
  ): Promise<ModelStream<StreamItem<T>>>
  create<T extends object = Transcription, E extends object = PassedEvent>(
    body: Open<TranscriptionBody<Alias>>,
    options?: CallOptions,
  ): Promise<WithMeta<T> | ModelStream<StreamItem<E>>>
}

/** https://platform.openai.com/docs/api-reference/audio/createTranslation */
export type TranslationBody<Alias extends string = never> = PassedBody<Alias> & { file: Upload }

export interface Translations<Alias extends string = never> {
  /** As a transcription, in English. */
  create<T extends object = Transcription>(
    body: Open<TranslationBody<Alias>>,
    options?: CallOptions,
  ): Promise<WithMeta<T>>
}

/** How a target does, as this client knows it from its own calls. Plain data, fit for JSON. */
export interface TargetHealth {
  /** `provider/model`, with `#name` where targets of one model are told apart. */
  readonly target: string
  readonly provider: string
  /** As the provider knows it. */
  readonly model: string
  /** `closed`: serves. `open`: in cooldown after failures. `half-open`: has cooled down; one call tries it before others follow. */
  readonly state: 'closed' | 'open' | 'half-open'
  /** Attempts under way. */
  readonly inFlight: number
  /** Attempts that were answered or failed since the client was made; those that were called off do not count. */
  readonly requests: number
  /** Of `requests`, those whose failure was the target's own: a request that is wrong is not. */
  readonly failures: number
  /** Share of such failures, 0 to 1, as a moving average that forgets in some ten seconds. */
  readonly errorRate: number
  /** Milliseconds to an answer (of a stream: to its first content), as an average that rises at once and falls slowly; `null` until there was one. */
  readonly latencyMs: number | null
  /** Milliseconds to the first content of a stream, as a moving average; `null` until there was one. */
  readonly firstChunkMs: number | null
  /** Milliseconds per output token of whole answers, as a moving average; `null` until there was one. */
  readonly msPerToken: number | null
  /** Share of the tightest of its limits that is free, 0 to 1; 1 without limits. */
  readonly headroom: number
  /** Milliseconds until it may be tried again: 0 when it may be now; `null` while it is not in cooldown. */
  readonly retryAfterMs: number | null
}

/** Where the client keeps limits and cooldowns. Plain data, fit for JSON. */
export interface StoreHealth {
  /** `memory`, `redis`, or the name of a store of your own. */
  readonly name: string
  /** Whether other processes see what this one writes. */
  readonly shared: boolean
  /** `false` while it does not answer. */
  readonly up: boolean
  /** Milliseconds since 1970; `null` while it is up. */
  readonly downSince: number | null
  /**
   * Why it failed last, with a `code` (such as `READONLY`, `NOAUTH`, `OOM`, `ECONNREFUSED`, or `NO_ANSWER` for silence) and in
   * words with what mends it; `null` when it has answered since.
   */
  readonly problem: StoreProblem | null
  /** Operations that this process answered by itself because the store was down, since the store was made. */
  readonly localOperations: number
}

/** A snapshot. */
export interface ClientHealth {
  /** Every target that the options name, and those that calls have named since, in the order in which they were named. */
  readonly targets: readonly TargetHealth[]
  readonly store: StoreHealth
  /** Targets that the options name and that were left out, because their key is missing (option `skipWithoutKey`). */
  readonly skipped: readonly SkippedTarget[]
}

/** `Alias`: the names in the `models` of its options, which editors complete. */
export interface Client<Alias extends string = never> {
  readonly chat: { readonly completions: ChatCompletions<Alias> }
  readonly embeddings: Embeddings<Alias>
  readonly responses: Responses<Alias>
  readonly rerank: Rerank<Alias>
  readonly moderations: Moderations<Alias>
  readonly images: Images<Alias>
  readonly audio: {
    readonly speech: Speech<Alias>
    readonly transcriptions: Transcriptions<Alias>
    readonly translations: Translations<Alias>
  }
  /** How targets and the store do now. Asks nobody. */
  health(): ClientHealth
  /** What the calls of this client came to so far, in this process: in all, and by model (the default), user, day and so on. */
  spend(options?: { by?: SpendBy | undefined }): Spend
  /**
   * Ends what the client does in the background: probes, the renewal of places in a shared store, and the store of its
   * own. A store that the options gave stays its maker's to close. Calls still work, those under way and new ones.
   */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
