/** Operations that are passed on in OpenAI's own shape, as callers see them: moderations, images, audio. */
import type { ModelName } from '../../kernel/model-name.js'
import type { ModelStream } from '../streams/model-stream.js'
import type { Upload } from '../transport/multipart.js'
import type { StreamItem, WithMeta } from './meta.js'
import type { BodyOptions, CallOptions } from './options.js'

/** Fields that are not named here are passed on too. The first form is for objects whose type is an interface. */
type Open<Body> = Body | (Body & { [field: string]: unknown })
/** `model` is `provider/model` or an alias. */
type PassthroughBody<Alias extends string = never> = { model: ModelName<Alias> } & BodyOptions

/** https://platform.openai.com/docs/api-reference/moderations/create */
export type ModerationBody<Alias extends string = never> = PassthroughBody<Alias> & {
  input: string | readonly string[] | readonly object[]
}
/** Whether texts or images are harmful (https://platform.openai.com/docs/api-reference/moderations/object). */
export interface ModerationResponse {
  /** The provider's id of the answer. */
  id: string
  /** Model that answered. */
  model: string
  /** One for each input. */
  results: {
    flagged: boolean
    categories: Record<string, boolean>
    category_scores: Record<string, number>
    [field: string]: unknown
  }[]
  [field: string]: unknown
}

/** Moderations, in the shape of the `openai` package's `moderations`. */
export interface Moderations<Alias extends string = never> {
  /** For typed categories, pass OpenAI's own type as the type argument. */
  create<T extends object = ModerationResponse>(
    body: Open<ModerationBody<Alias>>,
    options?: CallOptions,
  ): Promise<WithMeta<T>>
}

/** https://platform.openai.com/docs/api-reference/images/create */
export type ImageBody<Alias extends string = never> = PassthroughBody<Alias> & {
  prompt: string
  stream?: boolean | null | undefined
}
/** Images that were made (https://platform.openai.com/docs/api-reference/images/object). */
export interface ImagesResponse {
  /** Seconds since 1970. */
  created: number
  /** The images, each as `b64_json` or as a `url` that holds for a while. */
  data?: { b64_json?: string; url?: string; revised_prompt?: string; [field: string]: unknown }[]
  [field: string]: unknown
}
/** One event of a stream; `type` says which. */
export interface PassthroughEvent {
  /** What the event is, such as `image_generation.completed`. */
  type: string
  [field: string]: unknown
}

/** https://platform.openai.com/docs/api-reference/images/createEdit */
export type ImageEditBody<Alias extends string = never> = PassthroughBody<Alias> & {
  image: Upload | readonly Upload[]
  prompt: string
  mask?: Upload | undefined
  stream?: boolean | null | undefined
}
/** https://platform.openai.com/docs/api-reference/images/createVariation */
export type ImageVariationBody<Alias extends string = never> = PassthroughBody<Alias> & { image: Upload }

/** Images, in the shape of the `openai` package's `images`. */
export interface Images<Alias extends string = never> {
  /** Makes images from a prompt. */
  generate<T extends object = ImagesResponse>(
    body: Open<ImageBody<Alias> & { stream?: false | null | undefined }>,
    options?: CallOptions,
  ): Promise<WithMeta<T>>
  generate<T extends object = PassthroughEvent>(
    body: Open<ImageBody<Alias> & { stream: true }>,
    options?: CallOptions,
  ): Promise<ModelStream<StreamItem<T>>>
  generate<T extends object = ImagesResponse, E extends object = PassthroughEvent>(
    body: Open<ImageBody<Alias>>,
    options?: CallOptions,
  ): Promise<WithMeta<T> | ModelStream<StreamItem<E>>>
  /** The files are read into memory. */
  edit<T extends object = ImagesResponse>(
    body: Open<ImageEditBody<Alias> & { stream?: false | null | undefined }>,
    options?: CallOptions,
  ): Promise<WithMeta<T>>
  edit<T extends object = PassthroughEvent>(
    body: Open<ImageEditBody<Alias> & { stream: true }>,
    options?: CallOptions,
  ): Promise<ModelStream<StreamItem<T>>>
  edit<T extends object = ImagesResponse, E extends object = PassthroughEvent>(
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
export type SpeechBody<Alias extends string = never> = PassthroughBody<Alias> & { input: string; voice: unknown }

/** Speech, in the shape of the `openai` package's `audio.speech`. */
export interface Speech<Alias extends string = never> {
  /**
   * A `Response` with the audio, which can be read as it arrives: `arrayBuffer()`, `blob()`, `body`. Its `_meta` is there
   * at once; the call, its span and its limits end with the body.
   */
  create(body: Open<SpeechBody<Alias>>, options?: CallOptions): Promise<WithMeta<Response>>
}

/** https://platform.openai.com/docs/api-reference/audio/createTranscription */
export type TranscriptionBody<Alias extends string = never> = PassthroughBody<Alias> & {
  file: Upload
  stream?: boolean | null | undefined
}
/** What was said (https://platform.openai.com/docs/api-reference/audio/json-object). */
export interface Transcription {
  /** The text. */
  text: string
  [field: string]: unknown
}

/** Transcriptions, in the shape of the `openai` package's `audio.transcriptions`. */
export interface Transcriptions<Alias extends string = never> {
  /** The file is read into memory. An answer in plain text, for a `response_format` such as `srt`, is in `text` too. */
  create<T extends object = Transcription>(
    body: Open<TranscriptionBody<Alias> & { stream?: false | null | undefined }>,
    options?: CallOptions,
  ): Promise<WithMeta<T>>
  create<T extends object = PassthroughEvent>(
    body: Open<TranscriptionBody<Alias> & { stream: true }>,
    options?: CallOptions,
  ): Promise<ModelStream<StreamItem<T>>>
  create<T extends object = Transcription, E extends object = PassthroughEvent>(
    body: Open<TranscriptionBody<Alias>>,
    options?: CallOptions,
  ): Promise<WithMeta<T> | ModelStream<StreamItem<E>>>
}

/** https://platform.openai.com/docs/api-reference/audio/createTranslation */
export type TranslationBody<Alias extends string = never> = PassthroughBody<Alias> & { file: Upload }

/** Translations into English, in the shape of the `openai` package's `audio.translations`. */
export interface Translations<Alias extends string = never> {
  /** Like a transcription, but in English. */
  create<T extends object = Transcription>(
    body: Open<TranslationBody<Alias>>,
    options?: CallOptions,
  ): Promise<WithMeta<T>>
}
