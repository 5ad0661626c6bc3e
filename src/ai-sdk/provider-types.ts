/** The provider as `ai` sees it. Its shapes fit the types of `@ai-sdk/provider`, which is not needed to compile them. */
import type { CallOptions } from '../client/types/options.js'
import type { AskedEmbedding, AskedImages, AskedRanking, AskedSpeech, AskedText, AskedTranscript } from './ai-asked.js'
import type {
  AiVersion,
  EmbeddingResult,
  ImagesResult,
  RankingResult,
  SpeechResult,
  StreamResult,
  TextResult,
  TranscriptResult,
  Words,
} from './given.js'

/** What all models have. */
export interface ModelFacts<V extends AiVersion> {
  /** Version of the specification: `v2` for AI SDK 5, `v3` for 6, `v4` for 7. */
  readonly specificationVersion: Words[V]['spec']
  /** `tracestitch`. Which provider answered is in `providerMetadata.tracestitch.provider`. */
  readonly provider: string
  /** The model string or alias. */
  readonly modelId: string
}

/** A language model of the client. */
export interface AiLanguageModel<V extends AiVersion = 7> extends ModelFacts<V> {
  /** Addresses that are sent as they are; `ai` downloads all others. */
  readonly supportedUrls: Record<string, RegExp[]>
  /** For `generateText` and the like. */
  doGenerate(options: AskedText): Promise<TextResult<V>>
  /** For `streamText` and the like. */
  doStream(options: AskedText): Promise<StreamResult<V>>
}

/** An embedding model of the client. */
export interface AiEmbeddingModel<V extends AiVersion = 7> extends ModelFacts<V> {
  /** No limit: the client divides long lists itself. */
  readonly maxEmbeddingsPerCall: undefined
  /** Always. */
  readonly supportsParallelCalls: true
  /** For `embed` and `embedMany`. */
  doEmbed(options: AskedEmbedding): Promise<EmbeddingResult<V>>
}

/** An image model of the client. */
export interface AiImageModel<V extends AiVersion = 7> extends ModelFacts<V> {
  /** What all providers take at once. */
  readonly maxImagesPerCall: number
  /** For `generateImage`. */
  doGenerate(options: AskedImages): Promise<ImagesResult<V>>
}

/** A speech model of the client. */
export interface AiSpeechModel<V extends AiVersion = 7> extends ModelFacts<V> {
  /** For `generateSpeech`. */
  doGenerate(options: AskedSpeech): Promise<SpeechResult<V>>
}

/** A transcription model of the client. */
export interface AiTranscriptionModel<V extends AiVersion = 7> extends ModelFacts<V> {
  /** For `transcribe`. */
  doGenerate(options: AskedTranscript): Promise<TranscriptResult<V>>
}

/** A reranking model of the client. */
export interface AiRerankingModel<V extends AiVersion = 7> extends ModelFacts<V> {
  /** For `rerank`. */
  doRerank(options: AskedRanking): Promise<RankingResult<V>>
}

/** Options of every call of a model. */
export type ModelOptions = Omit<CallOptions, 'signal'>

/** A provider for the AI SDK: its models are those of the client. Called, it gives a language model. */
export interface AiSdkProvider<V extends AiVersion = 7> {
  /** A language model. */
  (model: string, options?: ModelOptions): AiLanguageModel<V>
  /** Version of the specification. */
  readonly specificationVersion: Words[V]['spec']
  /** A model for `generateText`, `streamText`, agents and the like. */
  languageModel(model: string, options?: ModelOptions): AiLanguageModel<V>
  /** A model for `embed` and `embedMany`. */
  embeddingModel(model: string, options?: ModelOptions): AiEmbeddingModel<V>
  /** The same, by its name in AI SDK 5. */
  textEmbeddingModel(model: string, options?: ModelOptions): AiEmbeddingModel<V>
  /** A model for `generateImage`. */
  imageModel(model: string, options?: ModelOptions): AiImageModel<V>
  /** A model for `generateSpeech`. */
  speechModel(model: string, options?: ModelOptions): AiSpeechModel<V>
  /** A model for `transcribe`. */
  transcriptionModel(model: string, options?: ModelOptions): AiTranscriptionModel<V>
  /** A model for `rerank` of AI SDK 6 and later. */
  rerankingModel(model: string, options?: ModelOptions): AiRerankingModel<V>
}

/** Options of `aiSdk`. */
export interface AiSdkOptions<V extends AiVersion = 7> {
  /** Major version of the `ai` package. Default 7. */
  version?: V | undefined
  /**
   * Addresses of files that are sent as they are, by media type, as in `supportedUrls` of the AI SDK. Default: none. `ai` then
   * downloads them, so that any provider can answer.
   */
  supportedUrls?: Record<string, RegExp[]> | undefined
}
