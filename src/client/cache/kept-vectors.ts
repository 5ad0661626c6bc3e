/** Vectors, kept one by one: a list of inputs is asked for only as far as its vectors are not there. */
import type { CacheStore } from '../../kernel/cache-store.js'
import type { Clock } from '../../kernel/clock.js'
import type { EmbeddingsRequest, EmbeddingsResponse } from '../../kernel/hub.js'
import { isObject, parseJson } from '../../kernel/json.js'
import type { CacheControl } from '../../policies/cache.js'
import type { Answer } from '../call/answer.js'
import type { CallView, GivenAnswer } from '../call/stage.js'
import type { CallMeta } from '../types/meta.js'
import { inputKeys } from './cache-key.js'
import { originOf, type Origin } from './kept-answer.js'

interface KeptVector extends Origin {
  /** The model that the answer named. */
  readonly served: string
  /** Its part of the tokens of its request; 0 when they were not told. */
  readonly tokens: number
  readonly vector: readonly number[]
}

/** A request for vectors, input by input. */
export interface VectorCall {
  readonly request: EmbeddingsRequest
  readonly inputs: readonly unknown[]
  readonly keys: readonly string[]
  /** What was kept of each. */
  found: readonly (KeptVector | undefined)[]
}

const modelOf = ({ provider, model }: Pick<Origin, 'provider' | 'model'>): string => `${provider}/${model}`

export class KeptVectors {
  private readonly store: CacheStore
  private readonly clock: Clock

  constructor(store: CacheStore, clock: Clock) {
    this.store = store
    this.clock = clock
  }

  /** `undefined` for a call that is not for vectors. */
  read(call: CallView, control: CacheControl, asked: object): VectorCall | undefined {
    const { request } = call
    if (!request || !('embeddings' in request)) return undefined
    const { input } = request.embeddings
    const inputs: readonly unknown[] = Array.isArray(input) && typeof input[0] !== 'number' ? input : [input]
    return { request: request.embeddings, inputs, keys: inputKeys(call, control, asked, inputs), found: [] }
  }

  /** The answer, if every vector is there and one model has made them all. What is there of others need not be asked for. */
  async find(call: CallView, asked: VectorCall, { maxAge }: CacheControl): Promise<GivenAnswer | undefined> {
    const oldest = this.clock.date() - maxAge
    const values = await this.store.get(asked.keys)
    asked.found = values.map((value) => {
      const kept = value === undefined ? undefined : keptVector(value)
      return kept && kept.at >= oldest ? kept : undefined
    })
    const found = asked.found.filter((kept) => kept !== undefined)
    const [first] = found
    if (!first) return undefined
    if (found.length === asked.keys.length && found.every((kept) => modelOf(kept) === modelOf(first)))
      return this.answer(asked.keys, found, first)
    const known = new Map<string, Map<number, readonly number[]>>()
    for (const [at, kept] of asked.found.entries()) {
      if (!kept) continue
      const vectors = known.get(modelOf(kept)) ?? new Map<number, readonly number[]>()
      known.set(modelOf(kept), vectors.set(at, kept.vector))
    }
    call.replaceRequest({ embeddings: asked.request, known })
    return undefined
  }

  /** Keeps the vectors that were asked for. */
  keep({ inputs, keys, found }: VectorCall, answer: Answer, meta: CallMeta, ttlMs: number): void {
    // Packed vectors are in fields that belong to the whole answer.
    if (!('embeddings' in answer) || answer.embeddings.raw) return
    const { data, usage, model: served } = answer.embeddings
    const origin = originOf(meta, this.clock.date())
    const vectors = new Map(data.map(({ index, embedding }) => [index, embedding]))
    const sent = keys.flatMap((key, at) => {
      const vector = vectors.get(at)
      const before = found[at]
      const isKnown = before !== undefined && modelOf(before) === modelOf(origin)
      return isKnown || !vector ? [] : [{ key, vector, weight: JSON.stringify(inputs[at]).length }]
    })
    const whole = sent.reduce((sum, { weight }) => sum + weight, 0)
    const tokens = shares(usage?.prompt_tokens ?? 0, sent)
    const entries = sent.map(({ key, vector, weight }, at) => {
      const usd = origin.usd === null ? null : (origin.usd * weight) / whole
      const kept: KeptVector = { ...origin, usd, served, tokens: tokens[at] ?? 0, vector }
      return { key, value: JSON.stringify(kept), ttlMs }
    })
    void this.store.set(entries)
  }

  private answer(keys: readonly string[], found: readonly KeptVector[], first: KeptVector): GivenAnswer {
    const tokens = found.reduce((sum, kept) => sum + kept.tokens, 0)
    const embeddings: EmbeddingsResponse = {
      object: 'list',
      model: first.served,
      data: found.map(({ vector }, index) => ({ object: 'embedding', index, embedding: vector as number[] })),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    }
    const usd = found.reduce<number | null>(
      (sum, kept) => (sum === null || kept.usd === null ? null : sum + kept.usd),
      0,
    )
    const ageMs = Math.max(0, this.clock.date() - Math.min(...found.map(({ at }) => at)))
    const { provider, model } = first
    // Of several inputs there are several keys.
    const key = keys.length === 1 ? keys[0] : undefined
    return { embeddings, hit: { kind: 'exact', ageMs, provider, model, usd, ...(key !== undefined && { key }) } }
  }
}

function keptVector(value: string): KeptVector | undefined {
  const kept = parseJson(value)
  return isObject(kept) && Array.isArray(kept['vector']) ? (kept as unknown as KeptVector) : undefined
}

/** Whole numbers that add up to `total`, each by its weight. */
function shares(total: number, parts: readonly { readonly weight: number }[]): readonly number[] {
  const whole = parts.reduce((sum, { weight }) => sum + weight, 0)
  let before = 0
  let given = 0
  return parts.map(({ weight }) => {
    before += weight
    const share = Math.round((total * before) / whole) - given
    given += share
    return share
  })
}
