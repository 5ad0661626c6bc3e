/** The price table of `@pydantic/genai-prices` (https://github.com/pydantic/genai-prices), loaded on the first priced call. */
import type { calcPrice } from '@pydantic/genai-prices'
import { requireFromHere } from '../kernel/own-require.js'
import type { UsageBuckets } from './buckets.js'

/** `gen_ai.provider.name` words, and ids of ours, that the table spells otherwise. */
const TABLE_PROVIDER: Readonly<Record<string, string>> = {
  x_ai: 'x-ai',
  xai: 'x-ai',
}

export interface TablePrice {
  readonly usd: number
  readonly input: number
  readonly output: number
  /** Whether the table names the model, and not only a pattern that it fits. */
  readonly exact: boolean
}

export type TableAnswer = TablePrice | { readonly missing: string }

let table: { readonly calcPrice: typeof calcPrice } | null | undefined

function loadTable(): { readonly calcPrice: typeof calcPrice } | null {
  if (table === undefined) {
    try {
      table = requireFromHere()('@pydantic/genai-prices') as { calcPrice: typeof calcPrice }
    } catch {
      // A bundle may have left the package out; every price then says so.
      table = null
    }
  }
  return table
}

/** Models that the table lacks: the search through all of its patterns is not worth repeating. */
const unknown = new Set<string>()
const MAX_UNKNOWN = 1000

/** USD by the table for a provider, a model and a date, or what it lacks. */
export function tablePrice(provider: string, model: string, buckets: UsageBuckets, at: number): TableAnswer {
  const loaded = loadTable()
  if (!loaded)
    return { missing: 'the price table @pydantic/genai-prices could not be loaded: keep it out of the bundle' }
  const written = buckets.cache_write + buckets.cache_write_1h
  const usage = nonZero({
    input_tokens: buckets.input + buckets.input_audio + buckets.cache_read + written,
    input_audio_tokens: buckets.input_audio,
    cache_read_tokens: buckets.cache_read,
    cache_write_tokens: written,
    cache_write_1h_tokens: buckets.cache_write_1h,
    output_tokens: buckets.output + buckets.output_audio,
    output_audio_tokens: buckets.output_audio,
  })
  try {
    const name = `${provider}/${model}`
    const providerId = TABLE_PROVIDER[provider] ?? provider
    const priced = unknown.has(name) ? null : loaded.calcPrice(usage, model, { providerId, timestamp: new Date(at) })
    if (!priced) {
      if (unknown.size >= MAX_UNKNOWN) unknown.clear()
      unknown.add(name)
      return { missing: `no price for ${name}` }
    }
    return {
      usd: priced.total_price,
      input: priced.input_price,
      output: priced.output_price,
      exact: priced.model.id === model,
    }
  } catch {
    // The table throws on units that it has no price for; the call goes on without a price.
    return { missing: `the price table cannot price this usage of ${provider}/${model}` }
  }
}

function nonZero(usage: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(usage).filter(([, count]) => count > 0))
}
