/** Prices that a user writes down: our own shape, or an entry as it stands in a price list that others keep. */
import { asNumber, isObject } from '../kernel/json.js'
import type { JsonObject } from '../kernel/protocol.js'
import { BUCKETS, FEE_BUCKETS, TOKEN_BUCKETS, type FeeBucket, type TokenBucket } from './buckets.js'
import { isLiteLLMEntry, ratesOfLiteLLM, type LiteLLMEntry } from './litellm.js'
import { isModelsDevEntry, ratesOfModelsDev, type ModelsDevEntry } from './models-dev.js'
import { NO_RATES, type Period, type RateCard, type Rates, type ServiceRates, type Tier } from './rates.js'

/**
 * USD for a million tokens. One that is left out is priced as the next plainer one: cached input as `input`,
 * `cache_write_1h` as `cache_write`, `reasoning` and other output as `output`; a cost says so in `missing`.
 */
export type TokenPrices = { [Name in TokenBucket]?: number | undefined }

/** USD for one. */
export type FeePrices = { [Name in FeeBucket]?: number | undefined }

/** Prices above a number of prompt tokens, cached ones included. They hold for all tokens of such a request. */
export type TierPrices = TokenPrices & { above: number }

export type ServiceTierPrices = TokenPrices & { tiers?: readonly TierPrices[] | undefined }

/** Prices from a day on, at hours of the day, or both. What is left out is as otherwise. */
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
  /** By the tier that served the call (`batch`, `flex`, `priority`): what differs, or a factor on the standard prices. */
  service_tiers?: Readonly<Record<string, number | ServiceTierPrices>> | undefined
  /** Factors on the prices of tokens by region, such as `{ eu: 1.1 }`. */
  regions?: Readonly<Record<string, number>> | undefined
  /** The last one that holds counts. */
  periods?: readonly PeriodPrices[] | undefined
}

/** Prices of a model: ours, or an entry of LiteLLM's price list or of the one of models.dev, which are told by their fields. */
export type PriceOverride = OwnPrices | LiteLLMEntry | ModelsDevEntry

const compiled = new WeakMap<object, Rates>()

/** Brings an entry into the one form. The same entry is read once, so it may not be changed afterwards. */
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

/** @returns Only what is a price: a number that is not negative. */
export function tokenCard(prices: TokenPrices | JsonObject): RateCard {
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

export function tiersOf(tiers: readonly TierPrices[] | undefined): Tier[] {
  return (tiers ?? [])
    .map((tier) => ({ above: tier.above, card: tokenCard(tier) }))
    .sort((left, right) => left.above - right.above)
}

function ratesOfOwn(prices: OwnPrices): Rates {
  const services = Object.entries(prices.service_tiers ?? {}).map(([name, service]): [string, ServiceRates] => [
    name,
    typeof service === 'number'
      ? { multiplier: service, card: {}, tiers: [] }
      : { card: tokenCard(service), tiers: tiersOf(service.tiers) },
  ])
  const { periods, ...always } = prices
  return {
    ...NO_RATES,
    card: { ...tokenCard(prices), ...feeCard(prices.fees) },
    tiers: tiersOf(prices.tiers),
    services: Object.fromEntries(services),
    regions: prices.regions ?? {},
    periods: (periods ?? []).map((period) => periodOf(always, period)),
  }
}

function periodOf(always: OwnPrices, { since, hours_utc: hours, ...differs }: PeriodPrices): Period {
  const fees = { ...always.fees, ...differs.fees }
  return {
    since: since === undefined ? undefined : Date.parse(since),
    hours: hours === undefined ? undefined : hoursOf(hours),
    rates: ratesOfOwn({ ...always, ...differs, fees }),
  }
}

/** `HH:MM-HH:MM` as seconds since midnight. What is written otherwise is left out. */
export function hoursOf(windows: string | readonly string[]): (readonly [number, number])[] {
  return (typeof windows === 'string' ? [windows] : windows).flatMap((window) => {
    const [, fromHour, fromMinute, toHour, toMinute] =
      /^\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*$/.exec(window) ?? []
    if (toMinute === undefined) return []
    const seconds = (hour: string | undefined, minute: string | undefined): number =>
      Number(hour) * 3600 + Number(minute) * 60
    return [[seconds(fromHour, fromMinute), seconds(toHour, toMinute)] as const]
  })
}

const OWN_FIELDS: ReadonlySet<string> = new Set<string>([
  ...TOKEN_BUCKETS,
  'fees',
  'tiers',
  'service_tiers',
  'regions',
  'periods',
])

/**
 * What is wrong with an entry, or `undefined`. For messages, with the path below the entry.
 */
export function problemOf(entry: unknown): string | undefined {
  if (!isObject(entry)) return 'must be an object of prices'
  if (isLiteLLMEntry(entry) || isModelsDevEntry(entry)) return undefined
  for (const field of Object.keys(entry)) {
    if (OWN_FIELDS.has(field)) continue
    return `\`${field}\` is no price; use ${[...TOKEN_BUCKETS].join(', ')} (USD a million tokens), fees, tiers, service_tiers, regions, periods`
  }
  return pricesProblem(entry, '') ?? partsProblem(entry)
}

function pricesProblem(holder: JsonObject, path: string): string | undefined {
  for (const bucket of BUCKETS) {
    const usd = holder[bucket]
    if (usd !== undefined && priceIn(holder, bucket) === undefined)
      return `\`${path}${bucket}\` must be a number of USD, 0 or more`
  }
  return undefined
}

function partsProblem(entry: JsonObject): string | undefined {
  const fees = entry['fees']
  if (fees !== undefined && !isObject(fees)) return '`fees` must be an object of USD for one use'
  const feesProblem = isObject(fees) ? pricesProblem(fees, 'fees.') : undefined
  if (feesProblem !== undefined) return feesProblem
  return tiersProblem(entry['tiers'], 'tiers') ?? servicesProblem(entry['service_tiers']) ?? periodsProblem(entry)
}

function tiersProblem(tiers: unknown, path: string): string | undefined {
  if (tiers === undefined) return undefined
  if (!Array.isArray(tiers)) return `\`${path}\` must be a list`
  for (const [index, tier] of (tiers as unknown[]).entries()) {
    if (!isObject(tier) || priceIn(tier, 'above') === undefined)
      return `\`${path}[${index}].above\` must be a number of tokens`
    const problem = pricesProblem(tier, `${path}[${index}].`)
    if (problem !== undefined) return problem
  }
  return undefined
}

function servicesProblem(services: unknown): string | undefined {
  if (services === undefined) return undefined
  if (!isObject(services)) return '`service_tiers` must be an object by the name of the tier'
  for (const [name, service] of Object.entries(services)) {
    const path = `service_tiers.${name}`
    if (priceIn(services, name) !== undefined) continue
    if (!isObject(service)) return `\`${path}\` must be a factor or prices`
    const problem = pricesProblem(service, `${path}.`) ?? tiersProblem(service['tiers'], `${path}.tiers`)
    if (problem !== undefined) return problem
  }
  return undefined
}

function periodsProblem(entry: JsonObject): string | undefined {
  const { periods, regions } = entry
  if (regions !== undefined && !(isObject(regions) && Object.values(regions).every((factor) => asNumber(factor))))
    return '`regions` must be factors by the name of the region'
  if (periods === undefined) return undefined
  if (!Array.isArray(periods)) return '`periods` must be a list'
  for (const [index, period] of (periods as unknown[]).entries()) {
    if (!isObject(period)) return `\`periods[${index}]\` must be an object of prices`
    const { since, hours_utc: hours, ...prices } = period
    if (since !== undefined && !(typeof since === 'string' && Number.isFinite(Date.parse(since))))
      return `\`periods[${index}].since\` must be an ISO date`
    if (hours !== undefined) {
      const windows = (Array.isArray(hours) ? hours : [hours]) as unknown[]
      if (!windows.every((window) => typeof window === 'string' && hoursOf(window).length === 1))
        return `\`periods[${index}].hours_utc\` must be like 16:30-00:30`
    }
    const problem = problemOf(prices)
    if (problem !== undefined) return `\`periods[${index}]\`: ${problem}`
  }
  return undefined
}
