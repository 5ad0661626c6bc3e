/** One number for what a target costs, so that targets can be ordered by it. */
import { costOf, type PriceOptions } from '../cost/price.js'
import type { Target } from '../router/target.js'

/** A call of three tokens in for one out, which is what chat comes to. */
const USAGE = { prompt_tokens: 750_000, completion_tokens: 250_000, total_tokens: 1_000_000 }

/** USD for a million tokens; `undefined` when no price is known. */
export function blendedPrice({ provider, model }: Target, prices: PriceOptions | undefined): number | undefined {
  const { usd } = costOf({ provider: provider.id, model, usage: USAGE }, prices)
  return usd ?? undefined
}
