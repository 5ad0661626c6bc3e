/** Embeddings as callers see them. */
import type { EmbeddingsRequest, EmbeddingsResponse } from '../../kernel/hub.js'
import type { ModelName } from '../../kernel/model-name.js'
import type { WithMeta } from './meta.js'
import type { BodyOptions, CallOptions } from './options.js'

/** OpenAI's body. It may also have fields of a provider's own format, such as `truncate`. */
export type EmbeddingsBody<Alias extends string = never> = Omit<EmbeddingsRequest, 'model' | 'extra_body'> &
  BodyOptions & { model: ModelName<Alias> }
/**
 * OpenAI's types say that `usage` is always there. If the provider reports none, it is missing: `_meta.usage` is then
 * `null`, and `_meta.cost` says so.
 */
export type EmbeddingsResult = WithMeta<Omit<EmbeddingsResponse, 'usage'> & Required<Pick<EmbeddingsResponse, 'usage'>>>

/** Embeddings, in the shape of the `openai` package's `embeddings`. */
export interface Embeddings<Alias extends string = never> {
  /**
   * One vector for each input, in the order of the inputs.
   *
   * @throws ProviderError and the other errors of a call; StreamError for an answer that lacks a vector.
   */
  create(body: EmbeddingsBody<Alias>, options?: CallOptions): Promise<EmbeddingsResult>
}
