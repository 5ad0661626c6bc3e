/** The cost of a call: the provider's own figure first, then the user's prices, then the tables. */
import { asNumber, isObject } from '../kernel/json.js'
import type { JsonObject } from '../kernel/protocol.js'
import { bucketsOf, isTokenBucket, promptTokens, type Bucket, type UsageBuckets } from './buckets.js'
import { tablePrices, type FoundPrices } from './genai-prices.js'
import { amountOf, usdOf } from './money.js'
import { listedNames, providerNames } from './listed-names.js'
import { ratesOf, type PriceOverride } from './override.js'
import { serviceTierOf, vectorOf, type Vector } from './rates.js'
import { listsOf, type PriceLists } from './tables.js'
import { MOST_USD, shownValue, usageFault } from './usage-fault.js'

export type { OwnPrices, PriceOverride } from './override.js'

/**
 * The sources of prices, best first: `overrides`, the table of `@pydantic/genai-prices`, `litellm`, `modelsDev`. A list
 * that has the exact model goes before a pattern of the table. To prefer a whole list in LiteLLM's shape, pass it as
 * `overrides`.
 */
export interface PriceOptions extends PriceLists {
  /** Prices by `provider/model`, by the model alone, or by `provider/*`. */
  overrides?: Readonly<Record<string, PriceOverride>> | undefined
}

/** What `costOf()` prices: a model at a provider, and what the call used. */
export interface CostQuery {
  /** A provider id, or its `gen_ai.provider.name`. */
  readonly provider: string
  /** The model as it was requested. */
  readonly model: string
  /**
   * The model behind `model`, if the name does not say it: prices are looked up by it, after those of `model` itself in
   * `overrides`.
   */
  readonly base?: string | undefined
  /** The model that the answer names, if it names one. */
  readonly served?: string | undefined
  /** Usage in the OpenAI shape: totals include cached and reasoning tokens. */
  readonly usage: object | undefined
  /** The tier that served the call (`batch`, `flex`, `priority`), not the requested one. Default: the tier in the usage. */
  readonly serviceTier?: string | null | undefined
  /** Where the call was processed, if it was requested, such as `eu`. */
  readonly region?: string | undefined
  /** Unix milliseconds of the call, for prices that change with time. Default now. */
  readonly at?: number | undefined
  /** The answer broke off; the usage is of the part that came. */
  readonly partial?: boolean | undefined
  /** Why the usage cannot be true, by what else is known of the call. */
  readonly doubt?: string | undefined
}

/**
 * The cost of a call, the source of the price, and what was not known. `usd` is `null` when it is not known, and `missing`
 * says why.
 */
export interface Cost {
  /** USD, a whole number of 1e-12; `null` when unknown, and `missing` says why. */
  readonly usd: number | null
  /** USD by bucket, which add up to `usd`. Empty when the source has only a total. */
  readonly parts: Readonly<Partial<Record<Bucket, number>>>
  /**
   * The source of the figure: the provider itself, `prices.overrides`, or the table or list of that name; `null` when none
   * has one.
   */
  readonly source: 'provider' | 'override' | 'genai-prices' | 'litellm' | 'models.dev' | null
  /** ISO date of the price. */
  readonly priced_at: string
  /**
   * `reported`: the provider's own figure. `exact`: the price of this model. `matched`: the price of the family that the
   * name fits or of the maker, or a price in place of an impossible figure of the provider. `none`: not known.
   */
  readonly confidence: 'reported' | 'exact' | 'matched' | 'none'
  /** What was not known, and what was assumed instead. */
  readonly missing: readonly string[]
}

const PARTIAL = 'partial: the answer broke off; what came of it is priced'

/** The last time that a `Date` can hold, and the negative of the first. */
const LAST_DATE = 8.64e15

/** Prices a call. Never throws; a price that is not known is `null`, never 0. */
export function costOf(query: CostQuery, prices: PriceOptions = NO_LISTS): Cost {
  const at = Math.abs(query.at ?? Number.NaN) <= LAST_DATE ? (query.at as number) : Date.now()
  const missing = query.partial ? [PARTIAL] : []
  const usage = isObject(query.usage) ? query.usage : NO_USAGE
  const told = toldCost(usage)
  const reported = told && 'usd' in told ? told.usd : undefined
  if (reported !== undefined && reported > 0 && reported <= UNCHECKED) return reportedCost(reported, at, query, missing)
  const doubt = query.doubt ?? usageFault(query.usage)
  if (told && 'fault' in told) missing.push(told.fault)
  if (doubt !== undefined) return settledCost(reported || undefined, doubt, at, query, missing)
  const buckets = bucketsOf(query.usage)
  if (!buckets) return settledCost(reported, 'the answer carries no token counts', at, query, missing)
  if (!isAnyCounted(buckets)) return settledCost(reported || undefined, 'usage: all counts are 0', at, query, missing)
  if (typeof query.provider !== 'string' || typeof query.model !== 'string')
    return settledCost(undefined, 'no provider and model are named', at, query, missing)
  const answer = prices === NO_LISTS ? tablePricesOf(query) : findPrices(query, prices)
  if ('missing' in answer) return settledCost(reported, answer.missing, at, query, missing)
  const { found, source } = answer
  const tier = query.serviceTier ?? (usage['speed'] === 'fast' ? 'fast' : usage['service_tier'])
  const geo = query.region ?? usage['inference_geo']
  const size = usage['search_context_size']
  const vector = vectorOf(found.rates, {
    promptTokens: promptTokens(buckets),
    serviceTier: serviceTierOf(tier),
    region: typeof geo === 'string' && geo !== 'not_available' ? geo.toLowerCase() : '',
    factor: found.factor,
    searchSize: typeof size === 'string' ? size : '',
    at,
  })
  const { pico, parts, unpriced, priced, notes } = sumUp(vector, buckets)
  if (unpriced !== undefined && (!priced || isTokenBucket(unpriced))) {
    const reason = `no price for ${unpriced} of ${query.provider}/${query.model}`
    return settledCost(reported, reason, at, query, missing)
  }
  const usd = usdOf(pico)
  const wrong = told !== undefined && (reported === undefined || isFarFrom(reported, usd))
  if (reported !== undefined) {
    if (!wrong) return reportedCost(reported, at, query, missing)
    missing.push(`cost: the provider says ${reported} USD, which cannot be; its price counts`)
  }
  for (const some of [notes, found.notes, vector.notes]) for (const note of some) missing.push(note)
  return { usd, parts, source, priced_at: dayOf(at), confidence: found.exact && !wrong ? 'exact' : 'matched', missing }
}

const NO_LISTS: PriceOptions = {}
const NO_USAGE: JsonObject = {}

/** The provider's own figure. */
function reportedCost(usd: number, at: number, { doubt }: CostQuery, missing: string[]): Cost {
  if (doubt !== undefined) missing.push(doubt)
  return { usd, parts: {}, source: 'provider', priced_at: dayOf(at), confidence: 'reported', missing }
}

/** The cost without a price: the provider's figure if it has one, or none, with the reason. */
function settledCost(
  reported: number | undefined,
  reason: string,
  at: number,
  query: CostQuery,
  missing: string[],
): Cost {
  if (reported !== undefined) return reportedCost(reported, at, query, missing)
  missing.push(reason)
  return { usd: null, parts: {}, source: null, priced_at: dayOf(at), confidence: 'none', missing }
}

function isAnyCounted(buckets: UsageBuckets): boolean {
  for (const bucket in buckets) if (buckets[bucket as Bucket] > 0 && bucket !== 'requests') return true
  return false
}

/** USD up to which a provider's own figure is not compared with the price. */
const UNCHECKED = 10
/** Fees that no table has may cost many times the tokens, but not this many. */
const MANY = 1_000

/** The provider's own figure. Perplexity has the total and its parts in one object. */
function toldCost(usage: JsonObject): { readonly usd: number } | { readonly fault: string } | undefined {
  const cost = isObject(usage['cost']) ? usage['cost']['total_cost'] : usage['cost']
  if (cost == null) return undefined
  const usd = asNumber(cost)
  if (usd !== undefined && usd >= 0 && usd <= MOST_USD) return { usd }
  return { fault: `cost: the provider says ${shownValue(cost)}, which cannot be the cost of a call` }
}

/** Whether the figure is 0 although there is a price, or far above it. */
function isFarFrom(told: number, price: number): boolean {
  return told === 0 ? price > 0 : told > UNCHECKED && price > 0 && told > price * MANY
}

let lastDay = Number.NaN
let lastDate = ''

/** ISO date of a time, cached, as most calls are of one day. */
function dayOf(at: number): string {
  const day = Math.floor(at / 86_400_000)
  if (day !== lastDay) {
    lastDay = day
    lastDate = new Date(at).toISOString().slice(0, 10)
  }
  return lastDate
}

/** Buckets that are free if they have no price. */
const OPTIONAL: ReadonlySet<Bucket> = new Set(['requests', 'citation_tokens', 'pixels'])

/** Images that are billed per image, not by their tokens or by size. */
function isBilledOtherwise({ rates, fallbacks }: Vector, { output_image: tokens, pixels }: UsageBuckets): boolean {
  if (tokens > 0 && rates.output_image !== undefined && fallbacks.output_image === undefined) return true
  return rates.images === undefined && pixels > 0 && rates.pixels !== undefined
}

interface Sum {
  readonly pico: number
  readonly parts: Partial<Record<Bucket, number>>
  /** A bucket without a price; token buckets come first. */
  readonly unpriced: Bucket | undefined
  readonly priced: boolean
  /** What was assumed, and what was left out. */
  readonly notes: readonly string[]
}

function sumUp(vector: Vector, buckets: UsageBuckets): Sum {
  const notes: string[] = []
  let pico = 0
  const parts: Partial<Record<Bucket, number>> = {}
  let unpriced: Bucket | undefined
  let priced = false
  let counted = false
  for (const name in buckets) {
    const bucket = name as Bucket
    let count = buckets[bucket]
    if (count === 0) continue
    const rate = vector.rates[bucket]
    if (bucket === 'images' && isBilledOtherwise(vector, buckets)) continue
    if (rate === undefined && OPTIONAL.has(bucket)) continue
    if (bucket !== 'requests') counted = true
    if (rate === undefined) {
      notes.push(`${bucket}: ${count} without a price, not counted`)
      unpriced ??= bucket
      continue
    }
    const fallback = vector.fallbacks[bucket]
    if (fallback !== undefined) notes.push(fallback)
    if (bucket === 'web_searches' && vector.searchesAsOne) count = 1
    const amount = amountOf(rate, count)
    parts[bucket] = usdOf(amount)
    pico += amount
    priced = true
  }
  return { pico, parts, unpriced, priced: priced || !counted, notes }
}

type Answer =
  | { readonly found: FoundPrices; readonly source: NonNullable<Cost['source']> }
  | { readonly missing: string }

/** Cached names and prices of the previous call, as most calls of a program use one model. */
let latest: { readonly names: CostQuery; readonly answer: Answer } | undefined

/** Prices of the table alone. */
function tablePricesOf(query: CostQuery): Answer {
  const { provider, model, base, served } = query
  const { names } = latest ?? {}
  if (latest && names?.model === model && names.served === served && names.provider === provider && names.base === base)
    return latest.answer
  const answer = findPrices(query, NO_LISTS)
  if ('found' in answer) latest = { names: { provider, model, base, served, usage: undefined }, answer }
  return answer
}

/** The best source that has the model, under the requested name or the one in the answer. */
export function findPrices(
  query: Pick<CostQuery, 'provider' | 'model' | 'base' | 'served'>,
  prices: PriceOptions,
): Answer {
  const { provider, base } = query
  if (base !== undefined && prices.overrides) {
    const found = overrideFor(prices.overrides, provider, query.model)
    if (found) return { found, source: 'override' }
  }
  const model = base ?? query.model
  const served = query.served === '' || query.served === model ? undefined : query.served
  if (prices.overrides) {
    const found =
      overrideFor(prices.overrides, provider, model) ?? (served && overrideFor(prices.overrides, provider, served))
    if (found) return { found, source: 'override' }
  }
  const listed = betterAnswer(
    tablePrices(provider, model),
    served ? tablePrices(provider, served) : undefined,
    model,
    served,
  )
  if ('rates' in listed && listed.exact) return { found: listed, source: 'genai-prices' }
  const reasons: string[] = []
  let loose: Answer | undefined = 'rates' in listed ? { found: listed, source: 'genai-prices' } : undefined
  for (const list of listsOf(prices)) {
    for (const name of served ? [model, served] : [model]) {
      const found = list.find(provider, name)
      if (!found) continue
      if ('missing' in found) reasons.push(found.missing)
      else if (found.exact) return { found, source: list.format.id }
      else loose ??= { found, source: list.format.id }
    }
  }
  if (loose) return loose
  return { missing: ['missing' in listed ? listed.missing : '', ...new Set(reasons)].join('; ') }
}

type TableAnswer = ReturnType<typeof tablePrices>

/**
 * Chooses between the prices of the requested model and of the one that answered: the one that answered is billed. The
 * requested name counts if both are the same model, since it may say more, such as a region, or if it is the only one with
 * a price.
 */
function betterAnswer(
  asked: TableAnswer,
  answered: TableAnswer | undefined,
  model: string,
  served?: string,
): TableAnswer {
  if (!answered || 'missing' in answered || served === undefined) return asked
  if ('missing' in asked) return answered
  if (answered.rates === asked.rates) return asked.exact ? asked : answered
  if (model.includes(served) || (asked.exact && served.startsWith(model) && !answered.exact)) return asked
  return answered.exact || !asked.exact ? answered : asked
}

/** An entry for a model by any of its names, then one for all models of its provider. */
function overrideFor(
  overrides: NonNullable<PriceOptions['overrides']>,
  provider: string,
  model: string,
): FoundPrices | undefined {
  const { ours, others } = providerNames(provider)
  for (const { name, exact, factor = 1, note } of listedNames(provider, model).models) {
    const entry =
      ownOverride(overrides, `${provider}/${name}`) ??
      overrideByOtherName(overrides, provider, ours, others, name) ??
      ownOverride(overrides, name)
    if (entry) return { rates: ratesOf(entry), exact, factor, notes: note === undefined ? [] : [note] }
  }
  const all = ownOverride(overrides, `${provider}/*`) ?? ownOverride(overrides, `${ours}/*`)
  return all && { rates: ratesOf(all), exact: true, factor: 1, notes: [] }
}

function overrideByOtherName(
  overrides: NonNullable<PriceOptions['overrides']>,
  provider: string,
  ours: string,
  others: readonly string[],
  name: string,
): PriceOverride | undefined {
  for (const id of ours === provider ? others : [ours, ...others]) {
    const entry = ownOverride(overrides, `${id}/${name}`)
    if (entry) return entry
  }
  return undefined
}

function ownOverride(overrides: NonNullable<PriceOptions['overrides']>, key: string): PriceOverride | undefined {
  const entry = Object.hasOwn(overrides, key) ? overrides[key] : undefined
  return isObject(entry) ? entry : undefined
}

/** The cost for telemetry: USD and its parts, or `undefined` when unknown. */
export function priceCall(call: CostQuery): { readonly usd: number; readonly parts: Cost['parts'] } | undefined {
  const { usd, parts } = costOf(call)
  return usd === null ? undefined : { usd, parts }
}
