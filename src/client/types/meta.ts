/** What every answer carries beside itself. */
import type { Cost } from '../../cost/price.js'
import type { Attempt } from '../../kernel/errors.js'
import type { Usage } from '../../kernel/hub.js'
import type { RateLimit } from '../../kernel/rate-limit.js'

/** How an answer came about. */
export interface CallMeta {
  /** Id of the provider that answered. */
  readonly provider: string
  /** Model as that provider knows it. */
  readonly model: string
  /** Every try, oldest first; the one without an `error` gave the answer. */
  readonly attempts: readonly Attempt[]
  /**
   * Tokens in the spelling of chat, whatever the operation and the format: `prompt_tokens`, `completion_tokens`,
   * `total_tokens`, and their details. Of a stream that broke off, what had come. `null` when the answer does not say.
   */
  readonly usage: Partial<Usage> | null
  /** What it cost, in USD. Worked out when the answer is made, or when first read where prices are not loaded yet. */
  readonly cost: Cost
  /** What the answer's headers say of the provider's rate limits; `null` when they say nothing. Read when first asked for. */
  readonly rateLimit: RateLimit | null
  /** What answered in place of a provider; `null` when a provider did, which is always so without a cache. */
  readonly cache: StoredAnswer | null
  /** Trace id in hexadecimal; `null` when no trace is recorded. */
  readonly traceId: string | null
  /** What was left out or changed on the way. */
  readonly warnings: readonly string[]
}

/** An answer that was at hand: no attempt was made, and it cost nothing. */
export interface StoredAnswer {
  /** What had it. */
  readonly by: string
  /** USD that the answer would cost by its usage at the target that would have been asked; `null` when that is not known. Worked out when first read. */
  readonly savedUsd: number | null
}

/** An answer with `_meta`: how it came about, and what it cost. */
export type WithMeta<T> = T & { readonly _meta: CallMeta }
/** The last item of a stream carries `_meta`. */
export type StreamItem<T> = T & { readonly _meta?: CallMeta }
