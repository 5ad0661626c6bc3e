/** The shapes of prices. */
import * as z from 'zod/mini'
import { FEE_BUCKETS, TOKEN_BUCKETS, type FeeBucket, type TokenBucket } from '../cost/buckets.js'
import { isLiteLLMEntry } from '../cost/litellm-prices.js'
import { isModelsDevEntry } from '../cost/models-dev-prices.js'

const usd = z.optional(z.number().check(z.nonnegative()))
const factor = z.number().check(z.nonnegative())

const tokenPrices = Object.fromEntries(TOKEN_BUCKETS.map((bucket) => [bucket, usd])) as Record<TokenBucket, typeof usd>
const feePrices = Object.fromEntries(FEE_BUCKETS.map((bucket) => [bucket, usd])) as Record<FeeBucket, typeof usd>

const tiers = z.optional(z.array(z.strictObject({ above: factor, ...tokenPrices })))
const alwaysPrices = {
  ...tokenPrices,
  fees: z.optional(z.strictObject(feePrices)),
  tiers,
  service_tiers: z.optional(z.record(z.string(), z.union([factor, z.strictObject({ ...tokenPrices, tiers })]))),
  regions: z.optional(z.record(z.string(), factor)),
}
const window = z.string().check(z.regex(/^\s*\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}\s*$/, 'hours such as 16:30-00:30'))
const since = z.string().check(z.refine((date) => Number.isFinite(Date.parse(date)), 'an ISO date'))
const periods = z.optional(
  z.array(
    z.strictObject({
      since: z.optional(since),
      hours_utc: z.optional(z.union([window, z.array(window)])),
      ...alwaysPrices,
    }),
  ),
)

/** Ours, or an entry as another list has it, whose other fields are its own affair. */
const override = z.union([
  z.strictObject({ ...alwaysPrices, periods }),
  z.looseObject({}).check(
    z.refine((entry) => isLiteLLMEntry(entry) || isModelsDevEntry(entry), {
      error: 'an entry of a price list',
      // Otherwise its fault would be the only one that a union tells of.
      abort: true,
    }),
  ),
])

const isAddress = z.custom<URL>((value) => value instanceof URL, 'a URL')
const list = z.optional(z.union([z.string().check(z.minLength(1)), isAddress, z.looseObject({})]))

export const prices = z.strictObject({
  overrides: z.optional(z.record(z.string(), override)),
  litellm: list,
  modelsDev: list,
})
