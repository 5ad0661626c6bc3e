/** The one form of all price sources, and the prices of it that apply to a call. */
import { TOKEN_BUCKETS, type Bucket, type TokenBucket } from './buckets.js'
import { isOnDay, isWithin, type DayHours, type Hours } from './hours.js'
import { rateOf, type Rate } from './money.js'

/** USD for one unit of a bucket: a token, a search, a second. */
export type RateCard = Readonly<Partial<Record<Bucket, number>>>

/** Prices of a request whose whole prompt is longer than this, for all of its tokens. */
export interface Tier {
  readonly above: number
  /** Prices that differ from those of the shorter length. */
  readonly card: RateCard
  /** Prices of the card that are not of its source but half of the standard ones. */
  readonly halved?: readonly Bucket[] | undefined
}

/** Prices where the provider served a call in a tier of service such as `flex`. */
export interface ServiceRates {
  /** On the standard prices of tokens. */
  readonly multiplier?: number | undefined
  /** What differs from the standard prices. */
  readonly card: RateCard
  readonly tiers: readonly Tier[]
  /** Prices of the card that are not of its source but half of the standard ones. */
  readonly halved?: readonly Bucket[] | undefined
  /** For `missing`: the origin of the multiplier, if it is not from the source of the prices. */
  readonly note?: string | undefined
}

/** Prices of certain times. The last one that applies counts. */
export interface PricePeriod {
  /** Unix milliseconds. */
  readonly since?: number | undefined
  readonly hours?: readonly Hours[] | undefined
  /** Further hours, on some days only. */
  readonly dayHours?: readonly DayHours[] | undefined
  readonly rates: Rates
}

export interface Rates {
  readonly card: RateCard
  /** Ascending. */
  readonly tiers: readonly Tier[]
  readonly services: Readonly<Record<string, ServiceRates>>
  /** Factors on the prices of tokens by region, such as `{ eu: 1.1 }`; `*` is any but `global`. */
  readonly regions: Readonly<Record<string, number>>
  readonly periods: readonly PricePeriod[]
  /** USD for a web search by `search_context_size`. */
  readonly searchSizes?: Readonly<Record<string, number>> | undefined
  /** Web searches of one call are billed as one. */
  readonly searchesAsOne?: boolean | undefined
}

export const NO_RATES: Rates = { card: {}, tiers: [], services: {}, regions: {}, periods: [] }

/** What a price depends on beyond model and counts. */
export interface Situation {
  readonly promptTokens: number
  /** As normalised by {@link serviceTierOf}; empty for the standard one. */
  readonly serviceTier: string
  /** Where the call was processed, in lower case; empty when unknown. */
  readonly region: string
  /** On the prices of tokens, apart from these prices. */
  readonly factor: number
  /** Empty when not told. */
  readonly searchSize: string
  /** Unix milliseconds. */
  readonly at: number
}

/** Prices in one situation, for every bucket that has one. */
export interface Vector {
  readonly rates: Readonly<Partial<Record<Bucket, Rate>>>
  /** Buckets that use the price of another one. */
  readonly fallbacks: Readonly<Partial<Record<Bucket, string>>>
  /** The parts of the situation that the prices do not cover. */
  readonly notes: readonly string[]
  readonly searchesAsOne: boolean
}

/** All providers with a batch API charge half the price (OpenAI, Anthropic, Google, Bedrock, Mistral, Groq). */
const BATCH_MULTIPLIER = 0.5

const vectors = new WeakMap<Rates, Map<string, Vector>>()
/** Those of the standard prices, which most calls have. */
const standards = new WeakMap<Rates, Vector>()

/** The prices that apply in a situation, computed once. */
export function vectorOf(all: Rates, situation: Situation): Vector {
  const rates = all.periods.length === 0 ? all : ratesAt(all, situation.at)
  const { promptTokens, serviceTier: name, region, searchSize, factor } = situation
  const tier = tierOf(rates.tiers, promptTokens)
  if (tier === -1 && name === '' && region === '' && searchSize === '' && factor === 1) {
    let standard = standards.get(rates)
    if (!standard) standards.set(rates, (standard = computeVector(rates, situation, -1, -1)))
    return standard
  }
  let known = vectors.get(rates)
  if (!known) vectors.set(rates, (known = new Map()))
  const service = rates.services[name]
  const serviceTier = service ? tierOf(service.tiers, promptTokens) : -1
  const key = `${tier} ${serviceTier} ${name} ${region} ${searchSize} ${factor}`
  let vector = known.get(key)
  if (!vector) known.set(key, (vector = computeVector(rates, situation, tier, serviceTier)))
  return vector
}

/** Index of the tier of a prompt; -1 below all of them. */
function tierOf(tiers: readonly Tier[], promptTokens: number): number {
  let place = -1
  for (let i = 0; i < tiers.length; i += 1) if (promptTokens > (tiers[i] as Tier).above) place = i
  return place
}

function ratesAt(rates: Rates, at: number): Rates {
  const holds = ({ since, hours, dayHours = [] }: PricePeriod): boolean =>
    (since === undefined || at >= since) &&
    (hours === undefined || isWithin(hours, at) || dayHours.some((window) => isOnDay(window, at)))
  return rates.periods.findLast(holds)?.rates ?? rates
}

type Card = Partial<Record<Bucket, number>>

/** Lays one set of prices over another. A cached token with a price from the lower set costs no more than an uncached one. */
function layOver(card: Card, over: RateCard | undefined): Card {
  if (!over) return card
  const next: Card = { ...card, ...over }
  if (over.input !== undefined && over.cache_read === undefined && next.cache_read !== undefined)
    next.cache_read = Math.min(next.cache_read, over.input)
  // If text and reasoning had one price, they still have one.
  if (over.output !== undefined && over.reasoning === undefined && card.reasoning === card.output) delete next.reasoning
  return next
}

function computeVector(rates: Rates, situation: Situation, tier: number, serviceTier: number): Vector {
  const notes: string[] = []
  const { serviceTier: name, region, searchSize } = situation
  const service = rates.services[name]
  let card = layOver({ ...rates.card }, service?.card)
  card = layOver(card, rates.tiers[tier]?.card)
  card = layOver(card, service?.tiers[serviceTier]?.card)

  let factor = service?.multiplier ?? 1
  if (service?.note !== undefined) notes.push(service.note)
  if (name !== '' && !service) {
    if (name === 'batch') {
      factor = BATCH_MULTIPLIER
      notes.push('service tier batch: priced at half the standard prices')
    } else notes.push(`service tier ${name}: priced as standard`)
  }
  const uplift = upliftOf(rates, region)
  if (uplift !== 1) notes.push(`region ${region}: ${uplift} times the standard prices`)
  factor *= uplift * situation.factor
  if (factor !== 1) {
    for (const bucket of TOKEN_BUCKETS) if (card[bucket] !== undefined) card[bucket] *= factor
  }
  const sized = searchSize === '' ? undefined : rates.searchSizes?.[searchSize]
  if (sized !== undefined) card.web_searches = sized

  const fallbacks: Partial<Record<Bucket, string>> = {}
  for (const [bucket, instead, told] of FALLBACKS) {
    if (card[bucket] !== undefined || card[instead] === undefined) continue
    card[bucket] = card[instead]
    if (bucket === 'cache_read_audio' && card.input_audio !== undefined)
      card[bucket] = Math.min(card[instead], card.input_audio)
    if (told) fallbacks[bucket] = `${bucket}: no price of its own, priced as ${instead}`
  }
  for (const bucket of (service?.tiers[serviceTier] ?? service)?.halved ?? [])
    fallbacks[bucket] = `${bucket}: no price for service tier ${name}, priced at half the standard one`
  const exact: Partial<Record<Bucket, Rate>> = {}
  for (const bucket of Object.keys(card) as Bucket[]) {
    const usd = card[bucket]
    if (usd !== undefined) exact[bucket] = rateOf(usd)
  }
  return { rates: exact, fallbacks, notes, searchesAsOne: rates.searchesAsOne ?? false }
}

function upliftOf({ regions }: Rates, region: string): number {
  if (region === '' || region === 'global') return 1
  return regions[region] ?? regions[region.split('-')[0] ?? ''] ?? regions['*'] ?? 1
}

/**
 * The price to use for one that is not listed, in this order, and whether `missing` says so. Reasoning is billed as output
 * everywhere, and images and video in the input as text, unless the provider says otherwise.
 */
const FALLBACKS: readonly (readonly [TokenBucket, TokenBucket, told: boolean])[] = [
  ['output', 'output_image', false],
  ['cache_read', 'input', true],
  ['cache_write', 'input', true],
  ['cache_write_1h', 'cache_write', true],
  ['input_audio', 'input', true],
  ['cache_read_audio', 'cache_read', true],
  ['input_image', 'input', false],
  ['cache_read_image', 'cache_read', false],
  ['input_video', 'input', false],
  ['reasoning', 'output', false],
  ['output_audio', 'output', true],
  ['output_image', 'output', true],
  ['output_video', 'output', true],
]

/** Names of the standard tier, which has no name in a price list. */
const STANDARD: ReadonlySet<string> = new Set([
  '',
  'standard',
  'default',
  'auto',
  'on_demand',
  'on-demand',
  'not_available',
  'none',
  'scale',
  'provisioned',
  'reserved',
])

/** The service tier in one spelling; empty for the standard one. */
export function serviceTierOf(word: unknown): string {
  if (typeof word !== 'string') return ''
  const tier = word.toLowerCase().replace(/^on_demand_/, '')
  return STANDARD.has(tier) ? '' : tier === 'batches' ? 'batch' : tier
}
