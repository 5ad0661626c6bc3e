/** What a model gives to `ai`, in the words of each version. All is written in those of version 7, and `versions.ts` converts it. */

/** Major version of the `ai` package. */
export type AiVersion = 5 | 6 | 7

type Json = null | string | number | boolean | { [key: string]: Json } | Json[]
/** An object of JSON. */
export interface JsonFields {
  [key: string]: Json
}
/** Metadata by provider: here only `tracestitch`. */
export type Metadata = Record<string, JsonFields>

/** Something that was left out or changed. */
export type Warning = { type: 'unsupported'; feature: string; details?: string } | { type: 'other'; message: string }
/** The same in AI SDK 5. */
export interface OtherWarning {
  /** No other kind is used. */
  type: 'other'
  /** What was left out or changed, and why. */
  message: string
}

/** Tokens in AI SDK 6 and 7. */
export interface TokenUsage {
  /** Totals include all parts. */
  inputTokens: {
    total: number | undefined
    noCache: number | undefined
    cacheRead: number | undefined
    cacheWrite: number | undefined
  }
  /** Totals include all parts. */
  outputTokens: { total: number | undefined; text: number | undefined; reasoning: number | undefined }
  /** Usage in the words of the client. */
  raw?: JsonFields
}
/** Tokens in AI SDK 5. */
export interface FlatUsage {
  /** Tokens of the request, cached ones too. */
  inputTokens: number | undefined
  /** Tokens of the answer, those of reasoning too. */
  outputTokens: number | undefined
  /** Both. */
  totalTokens: number | undefined
  /** Tokens of the answer that were reasoning. */
  reasoningTokens?: number | undefined
  /** Tokens of the request that came from a cache of the provider. */
  cachedInputTokens?: number | undefined
}

/** Why an answer ended. */
export type FinishWord = 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other'
/** The same in AI SDK 6 and 7, with the provider's own word. */
export interface FinishReason {
  /** In the words of the AI SDK. */
  unified: FinishWord
  /** In the words of the provider. */
  raw: string | undefined
}

/** What differs between the versions. */
export interface Words {
  /** AI SDK 5. */
  5: { spec: 'v2'; usage: FlatUsage; finish: FinishWord; warning: OtherWarning; data: string }
  /** AI SDK 6. */
  6: { spec: 'v3'; usage: TokenUsage; finish: FinishReason; warning: Warning; data: string }
  /** AI SDK 7. */
  7: { spec: 'v4'; usage: TokenUsage; finish: FinishReason; warning: Warning; data: { type: 'data'; data: string } }
}

/** What a model said, as a whole. */
export type Content<V extends AiVersion = 7> =
  | { type: 'text'; text: string; providerMetadata?: Metadata }
  | { type: 'reasoning'; text: string; providerMetadata?: Metadata }
  | { type: 'tool-call'; toolCallId: string; toolName: string; input: string; providerMetadata?: Metadata }
  | { type: 'source'; sourceType: 'url'; id: string; url: string; title?: string }
  | { type: 'file'; mediaType: string; data: Words[V]['data'] }

/** Which answer it was. */
export interface ResponseFacts {
  /** The provider's id of the answer. */
  id?: string
  /** When it was made. */
  timestamp?: Date
  /** Model that answered. */
  modelId?: string
}

/** A piece of a stream. */
export type StreamPart<V extends AiVersion = 7> =
  | { type: 'stream-start'; warnings: Words[V]['warning'][] }
  | ({ type: 'response-metadata' } & ResponseFacts)
  | { type: 'text-start' | 'reasoning-start'; id: string }
  | { type: 'text-delta' | 'reasoning-delta' | 'tool-input-delta'; id: string; delta: string }
  | { type: 'text-end' | 'reasoning-end'; id: string; providerMetadata?: Metadata }
  | { type: 'tool-input-start'; id: string; toolName: string }
  | { type: 'tool-input-end'; id: string }
  | Exclude<Content<V>, { type: 'text' | 'reasoning' }>
  | { type: 'raw'; rawValue: unknown }
  | { type: 'error'; error: unknown }
  | { type: 'finish'; usage: Words[V]['usage']; finishReason: Words[V]['finish']; providerMetadata?: Metadata }

/** A whole answer of a language model. */
export interface TextResult<V extends AiVersion = 7> {
  /** In the order in which the model made it. */
  content: Content<V>[]
  /** Why it ended. */
  finishReason: Words[V]['finish']
  /** Tokens. */
  usage: Words[V]['usage']
  /** Provider, model, cost, attempts and cache of the call, as `tracestitch`. */
  providerMetadata: Metadata
  /** The chat body that the client got. */
  request: { body?: unknown }
  /** Which answer it was. */
  response: ResponseFacts
  /** What was left out or changed. */
  warnings: Words[V]['warning'][]
}

/** A streamed answer of a language model. */
export interface StreamResult<V extends AiVersion = 7> {
  /** Its parts, as they come. */
  stream: ReadableStream<StreamPart<V>>
  /** The chat body that the client got. */
  request: { body?: unknown }
}

/** Vectors. */
export interface EmbeddingResult<V extends AiVersion = 7> {
  /** One for each value, in their order. */
  embeddings: number[][]
  /** Absent when the provider reports none. */
  usage?: { tokens: number }
  /** Of the call, as `tracestitch`. */
  providerMetadata: Metadata
  /** What was left out or changed. */
  warnings: Words[V]['warning'][]
}

/** When and by which model. */
export interface MediaResponse {
  /** When the call ended. */
  timestamp: Date
  /** Model that answered. */
  modelId: string
  /** None: an answer may have come from several requests. */
  headers: undefined
}

/** Images that were made. */
export interface ImagesResult<V extends AiVersion = 7> {
  /** Each as base64. */
  images: string[]
  /** What was left out or changed. */
  warnings: Words[V]['warning'][]
  /** Of the call, as `tracestitch`. */
  providerMetadata: Record<string, { images: Json[]; [key: string]: Json }>
  /** When and by which model. */
  response: MediaResponse
}

/** Speech that was made. */
export interface SpeechResult<V extends AiVersion = 7> {
  /** The audio. */
  audio: Uint8Array
  /** What was left out or changed. */
  warnings: Words[V]['warning'][]
  /** Of the call, as `tracestitch`. */
  providerMetadata: Metadata
  /** When and by which model. */
  response: { timestamp: Date; modelId: string }
}

/** What was said, and when. */
export interface SpokenText {
  /** The words. */
  text: string
  /** Seconds from the start. */
  startSecond: number
  /** Seconds from the start. */
  endSecond: number
}

/** What was said. */
export interface TranscriptResult<V extends AiVersion = 7> {
  /** The text. */
  text: string
  /** Its parts with times, if the provider gives them. */
  segments: SpokenText[]
  /** Its words with times, if the provider gives them. */
  words?: SpokenText[]
  /** Language, if the provider gives it. */
  language: string | undefined
  /** Length, if the provider gives it. */
  durationInSeconds: number | undefined
  /** What was left out or changed. */
  warnings: Words[V]['warning'][]
  /** Of the call, as `tracestitch`. */
  providerMetadata: Metadata
  /** When and by which model. */
  response: { timestamp: Date; modelId: string }
}

/** An order of documents. */
export interface RankingResult<V extends AiVersion = 7> {
  /** Most relevant first. */
  ranking: { index: number; relevanceScore: number }[]
  /** Of the call, as `tracestitch`. */
  providerMetadata: Metadata
  /** What was left out or changed. */
  warnings: Words[V]['warning'][]
  /** Which answer it was. */
  response: ResponseFacts
}
