/** One price for a target, so that targets can be ordered by it. */
import { picoOf, usdOf } from '../../cost/money.js'
import { costOf, type PriceOptions } from '../../cost/price.js'
import type { Target } from '../../router/target.js'

/** Three input tokens for one output token, as is usual for chat, without prices for long prompts. */
const CALLS = 1000
const USAGE = { prompt_tokens: 750, completion_tokens: 250, total_tokens: 1000 }

/** USD for a million tokens; `undefined` when no price is known. */
export function blendedPrice({ provider, model, base }: Target, prices: PriceOptions | undefined): number | undefined {
  const { usd } = costOf({ provider: provider.id, model, base, region: provider.region, usage: USAGE }, prices)
  return usd === null ? undefined : usdOf(picoOf(usd) * CALLS)
}
