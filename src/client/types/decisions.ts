/** Decisions as callers see them. */
import type { DecisionRequest, DecisionResponse } from '../../kernel/hub.js'
import type { ModelName } from '../../kernel/model-name.js'
import type { WithMeta } from './meta.js'
import type { BodyOptions, CallOptions } from './options.js'

/** An input, and typed questions about it. */
export type DecisionBody<Alias extends string = never> = Omit<DecisionRequest, 'model' | 'extra_body' | 'raw'> &
  BodyOptions & { model: ModelName<Alias> }
/** An answer to each question, in their order. */
export type Decision = WithMeta<DecisionResponse>

/** Typed questions with probabilities, in the shape of OpenAI's API (https://developers.openai.com/api/docs/guides/decisions). */
export interface Decisions<Alias extends string = never> {
  /** An answer to each question, in their order and in OpenAI's shape, also from providers of System One. */
  create(body: DecisionBody<Alias>, options?: CallOptions): Promise<Decision>
}
