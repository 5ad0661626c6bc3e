/** Prices of the user: in our own shape, or as an entry of LiteLLM's or models.dev's price list. */
import { asArray, asNumber, isObject } from '../kernel/json.js'
import type { JsonObject } from '../kernel/protocol.js'
import { FEE_BUCKETS, TOKEN_BUCKETS, type FeeBucket, type TokenBucket } from './buckets.js'
import { hoursOf } from './hours.js'
import { isLiteLLMEntry, ratesOfLiteLLM, type LiteLLMEntry } from './litellm-prices.js'
import { isModelsDevEntry, ratesOfModelsDev, type ModelsDevEntry } from './models-dev-prices.js'
import { NO_RATES, type PricePeriod, type RateCard, type Rates, type ServiceRates, type Tier } from './rates.js'

/**
 * USD for a million tokens. A missing price falls back to a more general one: cached input to `input`, `cache_write_1h` to
 * `cache_write`, `reasoning` and other output to `output`; a cost says so in `missing`.
 */
export type TokenPrices = { [Name in TokenBucket]?: number | undefined }

/** USD for one unit. */
export type FeePrices = { [Name in FeeBucket]?: number | undefined }

/** Prices above a number of prompt tokens, including cached ones. They apply to all tokens of such a request. */
export type TierPrices = TokenPrices & { above: number }

export type ServiceTierPrices = TokenPrices & { tiers?: readonly TierPrices[] | undefined }

/** Prices from a day on, at hours of the day, or both. Prices that are left out do not change. */
export type PeriodPrices = Omit<OwnPrices, 'periods'> & {
  /** ISO date or date and time. */
  since?: string | undefined
  /** In UTC, such as `16:30-00:30`. */
  hours_utc?: string | readonly string[] | undefined
}

/** Prices in our own shape. */
export interface OwnPrices extends TokenPrices {
  fees?: FeePrices | undefined
  tiers?: readonly TierPrices[] | undefined
  /** By the tier that served the call (`batch`, `flex`, `priority`): prices that differ, or a factor on the standard prices. */
  service_tiers?: Readonly<Record<string, number | ServiceTierPrices>> | undefined
  /** Factors on the prices of tokens by region, such as `{ eu: 1.1 }`. */
  regions?: Readonly<Record<string, number>> | undefined
  /** The last one that applies counts. */
  periods?: readonly PeriodPrices[] | undefined
}

/** Prices of a model: in our shape, or an entry of LiteLLM's or models.dev's price list, recognised by its fields. */
export type PriceOverride = OwnPrices | LiteLLMEntry | ModelsDevEntry

const compiled = new WeakMap<object, Rates>()

/** Converts an entry to `Rates`. Each object is read once, so it must not be changed afterwards. */
export function ratesOf(entry: PriceOverride): Rates {
  let rates = compiled.get(entry)
  if (!rates) {
    rates = compile(entry)
    compiled.set(entry, rates)
  }
  return rates
}

function compile(entry: PriceOverride): Rates {
  if (isLiteLLMEntry(entry)) return ratesOfLiteLLM(entry)
  if (isModelsDevEntry(entry)) return ratesOfModelsDev(entry)
  return ratesOfOwn(entry)
}

const PER_MILLION = 1e6

/** @returns A number that is not negative, else `undefined`. */
function tokenCard(prices: TokenPrices | JsonObject): RateCard {
  const card: Partial<Record<TokenBucket, number>> = {}
  for (const bucket of TOKEN_BUCKETS) {
    const usd = priceIn(prices as JsonObject, bucket)
    if (usd !== undefined) card[bucket] = usd / PER_MILLION
  }
  return card
}

function priceIn(holder: JsonObject, field: string): number | undefined {
  const usd = asNumber(holder[field])
  return usd !== undefined && usd >= 0 ? usd : undefined
}

function feeCard(fees: FeePrices | undefined): RateCard {
  const card: Partial<Record<FeeBucket, number>> = {}
  for (const bucket of FEE_BUCKETS) {
    const usd = fees && priceIn(fees as JsonObject, bucket)
    if (usd !== undefined) card[bucket] = usd
  }
  return card
}

function tiersOf(tiers: unknown): Tier[] {
  return asArray(tiers)
    .flatMap((tier): Tier[] => {
      const above = isObject(tier) ? priceIn(tier, 'above') : undefined
      return isObject(tier) && above !== undefined ? [{ above, card: tokenCard(tier) }] : []
    })
    .sort((left, right) => left.above - right.above)
}

/** Reads what it understands: the prices of a client were checked before, those of a `costOf` alone were not. */
function ratesOfOwn({ periods, ...always }: OwnPrices): Rates {
  return {
    ...NO_RATES,
    card: { ...tokenCard(always), ...feeCard(always.fees) },
    tiers: tiersOf(always.tiers),
    services: servicesOf(always.service_tiers),
    regions: isObject(always.regions) ? always.regions : {},
    periods: asArray(periods).flatMap((period) => (isObject(period) ? [periodOf(always, period)] : [])),
  }
}

function servicesOf(services: unknown): Record<string, ServiceRates> {
  const rates: Record<string, ServiceRates> = {}
  if (!isObject(services)) return rates
  for (const [name, service] of Object.entries(services)) {
    const multiplier = priceIn(services, name)
    if (multiplier !== undefined) rates[name] = { multiplier, card: {}, tiers: [] }
    else if (isObject(service)) rates[name] = { card: tokenCard(service), tiers: tiersOf(service['tiers']) }
  }
  return rates
}

function periodOf(always: OwnPrices, { since, hours_utc: hours, ...differs }: PeriodPrices): PricePeriod {
  return {
    since: since === undefined ? undefined : Date.parse(since),
    hours: hours === undefined ? undefined : hoursOf(typeof hours === 'string' ? [hours] : hours),
    rates: ratesOfOwn({ ...always, ...differs, fees: { ...always.fees, ...differs.fees } }),
  }
}
