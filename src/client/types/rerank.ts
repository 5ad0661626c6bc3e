/** Rerank as callers see it. */
import type { RerankRequest, RerankResponse } from '../../kernel/hub.js'
import type { ModelName } from '../../kernel/model-name.js'
import type { WithMeta } from './meta.js'
import type { BodyOptions, CallOptions } from './options.js'

/** A query, and documents to be ordered by it. */
export type RerankBody<Alias extends string = never> = Omit<RerankRequest, 'model' | 'extra_body' | 'raw'> &
  BodyOptions & { model: ModelName<Alias> }
/** The documents, most relevant first. */
export type RerankAnswer = WithMeta<RerankResponse>

/** Reranking, in the shape of Cohere's API (https://docs.cohere.com/reference/rerank). */
export interface Rerank<Alias extends string = never> {
  /** Results most relevant first, in the shape of Cohere and Jina, whatever the provider. */
  create(body: RerankBody<Alias>, options?: CallOptions): Promise<RerankAnswer>
}
