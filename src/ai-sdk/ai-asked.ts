/**
 * What `ai` asks of a model, as far as it is read here. The specifications v2 (AI SDK 5), v3 (6) and v4 (7) differ little in it, so
 * one reader serves all three: https://github.com/vercel/ai/tree/main/packages/provider.
 */

/** Options and metadata by provider, which `ai` passes on untouched. */
export type ByProvider = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** What every kind of call has. */
export interface AskedCall {
  /** Ends the call. */
  readonly abortSignal?: AbortSignal | undefined
  /** Headers of the request. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
  /** Options by provider; those of `tracestitch` are options of the client's call. */
  readonly providerOptions?: ByProvider | undefined
}

/** A part of a message; `type` says which of the fields it has. */
export interface AskedPart {
  readonly type: string
  readonly text?: unknown
  readonly data?: unknown
  readonly mediaType?: string
  readonly filename?: string | undefined
  readonly toolCallId?: string
  readonly toolName?: string
  readonly input?: unknown
  readonly output?: AskedOutput
  readonly providerOptions?: ByProvider | undefined
}

/** What a tool gave. */
export interface AskedOutput {
  readonly type: string
  readonly value?: unknown
  readonly reason?: string | undefined
}

export interface AskedMessage {
  readonly role: string
  readonly content: string | readonly AskedPart[]
  readonly providerOptions?: ByProvider | undefined
}

/** A function, or a tool that runs at a provider. */
export interface AskedTool {
  readonly type: string
  readonly name: string
  readonly description?: string | undefined
  readonly inputSchema?: unknown
  readonly strict?: boolean | undefined
  readonly providerOptions?: ByProvider | undefined
}

/** A call of a language model. */
export interface AskedText extends AskedCall {
  /** The conversation. */
  readonly prompt: readonly AskedMessage[]
  /** Limit of the tokens of the answer. */
  readonly maxOutputTokens?: number | undefined
  /** Randomness. */
  readonly temperature?: number | undefined
  /** Texts that end the answer. */
  readonly stopSequences?: readonly string[] | undefined
  /** Share of the likeliest tokens to choose from. */
  readonly topP?: number | undefined
  /** Number of the likeliest tokens to choose from. */
  readonly topK?: number | undefined
  /** Against words that were used. */
  readonly presencePenalty?: number | undefined
  /** Against words that were used often. */
  readonly frequencyPenalty?: number | undefined
  /** For answers that can be repeated. */
  readonly seed?: number | undefined
  /** How much the model reasons (AI SDK 7). */
  readonly reasoning?: string | undefined
  /** Text, JSON, or JSON by a schema. */
  readonly responseFormat?:
    | {
        readonly type: 'text' | 'json'
        readonly schema?: unknown
        readonly name?: string | undefined
        readonly description?: string | undefined
      }
    | undefined
  /** Tools that the model may call. */
  readonly tools?: readonly AskedTool[] | undefined
  /** Whether and which tools it calls. */
  readonly toolChoice?: { readonly type: string; readonly toolName?: string } | undefined
  /** Whether the stream has the chunks of the client as well. */
  readonly includeRawChunks?: boolean | undefined
}

/** A call of an embedding model. */
export interface AskedEmbedding extends AskedCall {
  /** Texts, each of which becomes a vector. */
  readonly values: readonly string[]
  /** Length of the vectors (AI SDK 7). */
  readonly dimensions?: number | undefined
}

/** An image to edit, or its mask. */
export type AskedImageFile =
  | { readonly type: 'file'; readonly mediaType: string; readonly data: string | Uint8Array }
  | { readonly type: 'url'; readonly url: string }

/** A call of an image model. */
export interface AskedImages extends AskedCall {
  /** What to show. */
  readonly prompt: string | undefined
  /** How many images. */
  readonly n: number
  /** Width and height in pixels, such as `1024x1024`. */
  readonly size: string | undefined
  /** Such as `16:9`; no provider of the client takes it, so it is a warning. */
  readonly aspectRatio: string | undefined
  /** For images that can be repeated. */
  readonly seed: number | undefined
  /** Images to edit (AI SDK 6 and later). */
  readonly files?: readonly AskedImageFile[] | undefined
  /** Where to edit (AI SDK 6 and later). */
  readonly mask?: AskedImageFile | undefined
}

/** A call of a speech model. */
export interface AskedSpeech extends AskedCall {
  /** What to say. */
  readonly text: string
  /** Whose voice. Default `alloy`. */
  readonly voice?: string | undefined
  /** Such as `mp3`. */
  readonly outputFormat?: string | undefined
  /** How to say it. */
  readonly instructions?: string | undefined
  /** How fast; 1 is normal. */
  readonly speed?: number | undefined
  /** No provider of the client takes it, so it is a warning. */
  readonly language?: string | undefined
}

/** A call of a transcription model. */
export interface AskedTranscript extends AskedCall {
  /** Bytes, or base64. */
  readonly audio: Uint8Array | string
  /** Such as `audio/wav`. */
  readonly mediaType: string
  /** What gets times (AI SDK 7). */
  readonly timestampGranularities?: readonly string[] | undefined
}

/** A call of a reranking model. */
export interface AskedRanking extends AskedCall {
  /** What to order. */
  readonly documents:
    | { readonly type: 'text'; readonly values: readonly string[] }
    | { readonly type: 'object'; readonly values: readonly object[] }
  /** What to order by. */
  readonly query: string
  /** How many to give. */
  readonly topN?: number | undefined
}
