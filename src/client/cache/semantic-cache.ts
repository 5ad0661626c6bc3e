/** Finds the answer to a question that means about the same. */
import type { VectorIndex, VectorMatch } from '../../kernel/cache-store.js'
import { classifyError } from '../../policies/classify-error.js'
import type { CacheControl } from '../../policies/cache.js'
import { warnOnce } from '../../telemetry/warn.js'
import type { CallView } from '../call/stage.js'
import type { EmbeddingsResult } from '../types/embeddings.js'
import type { CallOptions } from '../types/options.js'
import { questionOf } from './cache-key.js'

export interface SemanticParts {
  readonly index: VectorIndex
  readonly model: string
  readonly threshold: number
  /** Milliseconds for the embedding of a text. */
  readonly timeout: number
  /** A call of the client's own. */
  readonly embed: (text: string, model: string, options: CallOptions) => Promise<EmbeddingsResult>
}

/** A question as it is compared. */
export interface Question {
  readonly space: string
  readonly vector: readonly number[]
}

export class SemanticCache {
  private readonly parts: SemanticParts

  constructor(parts: SemanticParts) {
    this.parts = parts
  }

  /** `undefined` for a call that ends with something else than a text of the user, or when there is no vector in time. */
  async ask(call: CallView, control: CacheControl, asked: object): Promise<Question | undefined> {
    const question = questionOf(call, control, asked)
    if (!question) return undefined
    const { model, timeout, embed } = this.parts
    const { scope, namespace } = control
    try {
      const { data } = await embed(question.text, model, {
        timeout,
        metadata: call.metadata,
        signal: call.options.signal,
        cache: { scope, ...(namespace !== '' && { namespace }) },
      })
      const vector = data[0] && ofLengthOne(data[0].embedding)
      // Vectors of two models cannot be compared.
      return vector && { space: `${question.space}:${model}`, vector }
    } catch (error) {
      // The call goes on without it; when it was aborted, it ends by itself.
      if (!call.options.signal?.aborted)
        warnOnce(`the semantic cache has no vector of ${model} (${classifyError(error)}): calls go on without it`)
      return undefined
    }
  }

  async find({ space, vector }: Question): Promise<VectorMatch | undefined> {
    const { index, threshold } = this.parts
    const match = await index.search({ space, vector, threshold })
    return match && match.similarity >= threshold ? match : undefined
  }

  keep({ space, vector }: Question, key: string, ttlMs: number): void {
    void this.parts.index.add({ space, vector, key, ttlMs })
  }
}

function ofLengthOne(vector: readonly number[]): readonly number[] | undefined {
  const length = Math.hypot(...vector)
  return length > 0 && Number.isFinite(length) ? vector.map((value) => value / length) : undefined
}
