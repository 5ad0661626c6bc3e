/** `_meta` of an answer. */
import type { Cost } from '../../cost/price.js'
import type { Attempt } from '../../kernel/errors.js'
import type { Usage } from '../../kernel/hub.js'
import type { RateLimit } from '../../kernel/rate-limit.js'

/** How an answer came about. */
export interface CallMeta {
  /** Id of the provider that answered. */
  readonly provider: string
  /** The model's name at that provider. */
  readonly model: string
  /** Every try, oldest first; the one without an `error` gave the answer. */
  readonly attempts: readonly Attempt[]
  /**
   * Tokens in the field names of chat, for every operation and format: `prompt_tokens`, `completion_tokens`,
   * `total_tokens`, and their details. For a stream that broke off, what had come. `null` when the answer has no usage.
   */
  readonly usage: Partial<Usage> | null
  /** What it cost, in USD. Computed with the answer, or when first read if the prices are not loaded yet. */
  readonly cost: Cost
  /** The provider's rate limits by the headers of the answer; `null` when there are none. Parsed when first read. */
  readonly rateLimit: RateLimit | null
  /** The cache that answered in place of a provider; `null` when a provider answered. */
  readonly cache: StoredAnswer | null
  /** What the guardrails of the client said, in the order in which they did; empty without any. */
  readonly guardrails: readonly GuardrailOutcome[]
  /** Trace id in hexadecimal; `null` when no trace is recorded. */
  readonly traceId: string | null
  /** What was left out of the request, or changed. */
  readonly warnings: readonly string[]
}

/** An answer from a cache: no attempt was made, and it cost nothing. */
export interface StoredAnswer {
  /** The name of the stage that had it; `cache` for the option `cache`. */
  readonly by: string
  /**
   * `exact`: the same request was answered before. `semantic`: one whose last message means about the same. `joined`: the
   * same request was on its way at the same time, and this is its answer. Absent for a stage that is not the cache.
   */
  readonly hit?: CacheHit
  /** The key of the answer: a hash, from which nothing can be read. */
  readonly key?: string
  /** Milliseconds since the provider gave the answer. */
  readonly ageMs?: number
  /** How near the two texts are, for a semantic hit: a cosine, at most 1. */
  readonly similarity?: number
  /**
   * USD that the answer cost when it was made. If that is not known: what it would have cost, by its usage, at the target
   * that would have been tried; `null` when that is not known either. Computed when first read.
   */
  readonly savedUsd: number | null
}

/** The verdict of one guardrail. */
export interface GuardrailOutcome {
  /** Its name. */
  readonly guardrail: string
  /** Whether it looked at the request or at the answer. */
  readonly on: 'input' | 'output'
  /** What followed. `failed`: it came to no verdict, and is open on errors. */
  readonly verdict: 'allow' | 'block' | 'mask' | 'retry' | 'log' | 'failed'
  /** What it found first, such as `email`. */
  readonly category?: string
  /** How long it took, in milliseconds. */
  readonly ms: number
}

/** How the cache had an answer. */
export type CacheHit = 'exact' | 'semantic' | 'joined'

/** An answer with `_meta`: how it came about, and what it cost. */
export type WithMeta<T> = T & { readonly _meta: CallMeta }
/** The last item of a stream carries `_meta`. */
export type StreamItem<T> = T & { readonly _meta?: CallMeta }
