/** What a call cost: the provider's own word first, then the user's prices, then the table. */
import { asNumber, isObject } from '../kernel/json.js'
import { bucketsOf, type Bucket, type UsageBuckets } from './buckets.js'
import { tablePrice } from './table.js'

/** USD for a million tokens. A bucket that is left out is priced as plain input or output. */
export interface PriceOverride {
  input: number
  output: number
  cache_read?: number
  cache_write?: number
  cache_write_1h?: number
  input_audio?: number
  output_audio?: number
}

export interface PriceOptions {
  /** Prices by `provider/model`. They win over the table. */
  overrides?: Readonly<Record<string, PriceOverride>>
}

export interface CostQuery {
  /** A provider id, or its `gen_ai.provider.name`. */
  readonly provider: string
  readonly model: string
  /** Usage in the OpenAI shape: totals include cached and reasoning tokens. */
  readonly usage: object | undefined
  /** Unix milliseconds of the call, for prices that change with time. Default now. */
  readonly at?: number
}

export interface Cost {
  /** USD; `null` when unknown, and `missing` says why. */
  readonly usd: number | null
  /** USD a bucket. Empty when the source gives a total only. */
  readonly parts: Readonly<Partial<Record<Bucket, number>>>
  readonly source: 'provider' | 'override' | 'genai-prices' | null
  /** ISO date for which the price holds. */
  readonly priced_at: string
  /** `reported`: the provider's own figure. `exact`: the price of this model. `matched`: of the family the name fits. */
  readonly confidence: 'reported' | 'exact' | 'matched' | 'none'
  /** What was not known. */
  readonly missing: readonly string[]
}

/** Prices a call. Never throws; a price that is not known is `null`, never 0. */
export function costOf(query: CostQuery, prices: PriceOptions = {}): Cost {
  const at = query.at ?? Date.now()
  const priced_at = new Date(at).toISOString().slice(0, 10)
  const reported = isObject(query.usage) ? asNumber(query.usage['cost']) : undefined
  if (reported !== undefined) {
    return { usd: reported, parts: {}, source: 'provider', priced_at, confidence: 'reported', missing: [] }
  }
  const unknown = (reason: string): Cost => ({
    usd: null,
    parts: {},
    source: null,
    priced_at,
    confidence: 'none',
    missing: [reason],
  })
  const buckets = bucketsOf(query.usage)
  if (!buckets) return unknown('the answer carries no token counts')
  const override = prices.overrides?.[`${query.provider}/${query.model}`]
  if (override) {
    const parts = overrideParts(override, buckets)
    const usd = Object.values(parts).reduce((sum, part) => sum + part, 0)
    return { usd, parts, source: 'override', priced_at, confidence: 'exact', missing: [] }
  }
  const answer = tablePrice(query.provider, query.model, buckets, at)
  if ('missing' in answer) return unknown(answer.missing)
  return {
    usd: answer.usd,
    parts: { input: answer.input, output: answer.output },
    source: 'genai-prices',
    priced_at,
    confidence: answer.exact ? 'exact' : 'matched',
    missing: [],
  }
}

const OVERRIDE_RATE: Readonly<Record<Bucket, (prices: PriceOverride) => number>> = {
  input: (prices) => prices.input,
  input_audio: (prices) => prices.input_audio ?? prices.input,
  cache_read: (prices) => prices.cache_read ?? prices.input,
  cache_write: (prices) => prices.cache_write ?? prices.input,
  cache_write_1h: (prices) => prices.cache_write_1h ?? prices.cache_write ?? prices.input,
  output: (prices) => prices.output,
  output_audio: (prices) => prices.output_audio ?? prices.output,
}

function overrideParts(prices: PriceOverride, buckets: UsageBuckets): Partial<Record<Bucket, number>> {
  const parts: Partial<Record<Bucket, number>> = {}
  for (const bucket of Object.keys(buckets) as Bucket[]) {
    if (buckets[bucket] > 0) parts[bucket] = (buckets[bucket] * OVERRIDE_RATE[bucket](prices)) / 1_000_000
  }
  return parts
}

/** What telemetry asks of a price: USD, or `undefined` when unknown. */
export function priceCall(call: CostQuery): number | undefined {
  return costOf(call).usd ?? undefined
}
