/**
 * Entries of LiteLLM's price list `model_prices_and_context_window.json`
 * (https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json): USD for one token or use, in
 * fields that name unit, tier of length and tier of service.
 */
import { asArray, asNumber, isObject } from '../kernel/json.js'
import { TOKEN_BUCKETS, type Bucket, type TokenBucket } from './buckets.js'
import { dayOf, hoursOf, type DayHours, type Hours } from './hours.js'
import { NO_RATES, type PricePeriod, type RateCard, type Rates, type ServiceRates, type Tier } from './rates.js'

/** Only its prices count. Numbers may be written as text, as YAML files have them. */
export interface LiteLLMEntry {
  readonly litellm_provider?: string | undefined
  readonly input_cost_per_token?: number | string | null | undefined
  readonly output_cost_per_token?: number | string | null | undefined
  readonly [field: string]: unknown
}

type Fields = Readonly<Record<string, unknown>>

const FIELD: Readonly<Record<string, Bucket>> = {
  input_cost_per_token: 'input',
  output_cost_per_token: 'output',
  cache_read_input_token_cost: 'cache_read',
  input_cost_per_token_cache_hit: 'cache_read',
  cache_creation_input_token_cost: 'cache_write',
  cache_creation_input_token_cost_above_1hr: 'cache_write_1h',
  input_cost_per_audio_token: 'input_audio',
  cache_read_input_audio_token_cost: 'cache_read_audio',
  output_cost_per_audio_token: 'output_audio',
  input_cost_per_image_token: 'input_image',
  cache_read_input_image_token_cost: 'cache_read_image',
  output_cost_per_image_token: 'output_image',
  input_cost_per_video_token: 'input_video',
  output_cost_per_video_token: 'output_video',
  output_cost_per_reasoning_token: 'reasoning',
  input_cost_per_request: 'requests',
  input_cost_per_query: 'search_units',
  search_queries_cost_per_query: 'web_searches',
  citation_cost_per_token: 'citation_tokens',
  input_cost_per_character: 'input_characters',
  output_cost_per_character: 'output_characters',
  input_cost_per_second: 'input_seconds',
  input_cost_per_audio_per_second: 'input_seconds',
  output_cost_per_second: 'output_seconds',
  output_cost_per_video_per_second: 'output_seconds',
  input_cost_per_video_per_second: 'input_video_seconds',
  output_cost_per_image: 'images',
  input_cost_per_image: 'images_read',
  input_cost_per_pixel: 'pixels',
  ocr_cost_per_page: 'pages',
  code_interpreter_cost_per_session: 'code_executions',
  file_search_cost_per_1k_calls: 'file_searches',
}

/** Units of a price that is not for one. */
const FOR: Readonly<Record<string, number>> = { file_search_cost_per_1k_calls: 1000 }

const SERVICE_SUFFIX = /_(batches|flex|priority|fast|ultrafast)(?=_above_|$)/
const ABOVE = /_above_(\d+)(k?)_tokens$/
const PRICE_FIELD = /_cost(_|$)|^tiered_pricing$/

/** Whether an object is such an entry: it has a field that is named as its prices are. */
export function isLiteLLMEntry(entry: object): entry is LiteLLMEntry {
  for (const field in entry) {
    if (PRICE_FIELD.test(field) && (entry as Fields)[field] != null) return true
  }
  return false
}

function priceOf(value: unknown): number | undefined {
  const usd = typeof value === 'string' && value.trim() !== '' ? Number(value) : asNumber(value)
  return usd !== undefined && Number.isFinite(usd) && usd >= 0 ? usd : undefined
}

type Cards = Map<string, { card: Partial<Record<Bucket, number>>; above: Map<number, Partial<Record<Bucket, number>>> }>

/** All prices, by tier of service (empty for the standard one) and by length. */
function cardsOf(entry: Fields, inclusive: boolean): Cards {
  const cards: Cards = new Map()
  for (const field of Object.keys(entry)) {
    const usd = priceOf(entry[field])
    if (usd === undefined) continue
    const service = SERVICE_SUFFIX.exec(field)?.[1] ?? ''
    const standard = field.replace(SERVICE_SUFFIX, '')
    const [, digits, thousands] = ABOVE.exec(standard) ?? []
    const name = standard.replace(ABOVE, '')
    const bucket = FIELD[name]
    if (!bucket) continue
    const tier = service === 'batches' ? 'batch' : service
    let own = cards.get(tier)
    if (!own) cards.set(tier, (own = { card: {}, above: new Map() }))
    let { card } = own
    if (digits !== undefined) {
      const above = Number(digits) * (thousands === 'k' ? 1000 : 1) - (inclusive ? 1 : 0)
      const known = own.above.get(above)
      if (known) card = known
      else own.above.set(above, (card = {}))
    }
    card[bucket] ??= usd / (FOR[name] ?? 1)
  }
  return cards
}

function sortedTiers(above: ReadonlyMap<number, RateCard>): Tier[] {
  return [...above].map(([from, card]) => ({ above: from, card })).sort((left, right) => left.above - right.above)
}

/** Providers that count a prompt of just the limit among the longer ones (https://docs.x.ai/docs/models). */
const INCLUSIVE: ReadonlySet<unknown> = new Set(['xai'])

/** The rates of an entry. */
export function ratesOfLiteLLM(entry: LiteLLMEntry): Rates {
  const cards = cardsOf(entry, INCLUSIVE.has(entry.litellm_provider))
  const standard = cards.get('')
  const ranges = rangesOf(entry['tiered_pricing'])
  let card: RateCard = standard?.card ?? {}
  let tiers = standard ? sortedTiers(standard.above) : []
  if (ranges.length > 0) {
    // A range's prices stand together: none of them is taken from outside but that of the output.
    const { input: _input, cache_read: _read, cache_write: _write, cache_write_1h: _long, ...others } = card
    const [first, ...longer] = ranges
    const { output } = first?.card ?? {}
    card = {
      ...others,
      ...(output !== undefined && card.reasoning !== undefined && { reasoning: output }),
      ...first?.card,
    }
    tiers = longer.map(({ above, card: range }) => ({ above, card: standalone(range) }))
  }
  card = byMode(card, entry['mode'])
  const sizes = searchSizes(entry['search_context_cost_per_query'])
  const usual = sizes[USUAL_SIZE[entry.litellm_provider ?? ''] ?? 'medium'] ?? sizes['low'] ?? sizes['high']
  const rates: Rates = {
    ...NO_RATES,
    card: { ...(usual !== undefined && { web_searches: usual }), ...card },
    tiers,
    services: servicesOf(cards, entry['provider_specific_entry']),
    regions: regionsOf(entry),
    searchSizes: card.web_searches === undefined ? sizes : {},
    searchesAsOne: entry['web_search_billing_unit'] === 'per_prompt',
  }
  const offPeak = offPeakOf(entry['off_peak_pricing'], rates)
  return offPeak ? { ...rates, periods: [offPeak] } : rates
}

/** What a request that names no size has brought (https://docs.perplexity.ai/getting-started/pricing). */
const USUAL_SIZE: Readonly<Record<string, string>> = { perplexity: 'low' }

/**
 * Of a model that makes images or writes down speech, the price of one image or second is in either field. The
 * price of an image goes before that of its size.
 */
function byMode(card: RateCard, mode: unknown): RateCard {
  const { output_seconds: second, pixels: _pixels, ...others } = card
  const image = card.images ?? card.images_read
  if ((mode === 'image_generation' || mode === 'image_edit') && image !== undefined) return { ...others, images: image }
  if (mode === 'audio_transcription' && card.input_seconds === undefined && second !== undefined)
    return { ...card, input_seconds: second }
  return card
}

/** What a range does not price is priced as its input, and not as a shorter range has it. */
function standalone(range: RateCard): RateCard {
  const { input, output } = range
  if (input === undefined) return range
  return {
    cache_read: input,
    cache_write: input,
    cache_write_1h: range.cache_write ?? input,
    ...(output !== undefined && { reasoning: output }),
    ...range,
  }
}

/** `tiered_pricing`: `range` is above its first number up to and with its second. */
function rangesOf(list: unknown): Tier[] {
  const ranges = asArray(list).flatMap((range): Tier[] => {
    const bounds = isObject(range) ? asArray(range['range']) : []
    const above = asNumber(bounds[0])
    if (!isObject(range) || above === undefined || bounds.length !== 2) return []
    const card = cardsOf(range, false).get('')?.card ?? {}
    return card.input === undefined ? [] : [{ above, card }]
  })
  return ranges.sort((left, right) => left.above - right.above)
}

function searchSizes(costs: unknown): Record<string, number> {
  const sizes: Record<string, number> = {}
  for (const size of ['low', 'medium', 'high']) {
    const usd = isObject(costs) ? priceOf(costs[`search_context_size_${size}`]) : undefined
    if (usd !== undefined) sizes[size] = usd
  }
  return sizes
}

/** The prices of tokens, halved. */
function halfOf(card: RateCard = {}): RateCard {
  const half: Partial<Record<TokenBucket, number>> = {}
  for (const bucket of TOKEN_BUCKETS) {
    const usd = card[bucket]
    if (usd !== undefined) half[bucket] = usd / 2
  }
  return half
}

/** Where thought has a price apart, a tier of service that prices the output prices thought with it. */
function withReasoning(card: RateCard, standard: RateCard): RateCard {
  return card.output === undefined || standard.reasoning === undefined ? card : { reasoning: card.output, ...card }
}

/** A batch is cheaper at every length and in every bucket, also where the list says so of some only. */
function batchOf(own: RateCard, standard: RateCard | undefined): { card: RateCard; halved: readonly Bucket[] } {
  const half = halfOf(standard)
  const halved = TOKEN_BUCKETS.filter((bucket) => half[bucket] !== undefined && own[bucket] === undefined)
  return { card: { ...half, ...own }, halved }
}

function servicesOf(cards: Cards, specific: unknown): Record<string, ServiceRates> {
  const services: Record<string, ServiceRates> = {}
  const { card: standard = {}, above: longer = new Map<number, RateCard>() } = cards.get('') ?? {}
  for (const [name, { card, above }] of cards) {
    if (name === '') continue
    const own = withReasoning(card, standard)
    if (name === 'batch') {
      const lengths = [...new Set([...longer.keys(), ...above.keys()])].sort((left, right) => left - right)
      const tiers = lengths.map((from) => ({
        above: from,
        ...batchOf(withReasoning(above.get(from) ?? {}, standard), longer.get(from)),
      }))
      services[name] = { ...batchOf(own, standard), tiers }
    } else {
      const tiers = sortedTiers(above).map((tier) => ({ ...tier, card: withReasoning(tier.card, standard) }))
      services[name] = { card: own, tiers }
    }
  }
  const fast = isObject(specific) ? priceOf(specific['fast']) : undefined
  if (fast !== undefined) services['fast'] = { multiplier: fast, card: {}, tiers: [] }
  else if (services['priority']) services['fast'] ??= services['priority']
  return services
}

const UPLIFT = /^regional_processing_uplift_multiplier_(\w+)$/

function regionsOf(entry: Fields): Record<string, number> {
  const regions: Record<string, number> = {}
  const specific = entry['provider_specific_entry']
  const us = isObject(specific) ? priceOf(specific['us']) : undefined
  if (us !== undefined) regions['us'] = us
  const anywhere = priceOf(entry['regional_endpoint_uplift_multiplier'])
  if (anywhere !== undefined) regions['*'] = anywhere
  for (const field of Object.keys(entry)) {
    const region = UPLIFT.exec(field)?.[1]
    const factor = region === undefined ? undefined : priceOf(entry[field])
    if (region !== undefined && factor !== undefined) regions[region] = factor
  }
  return regions
}

/** `hours_utc`: a window or several. */
function windowsIn(holder: Fields): Hours[] {
  const windows = holder['hours_utc']
  return hoursOf(typeof windows === 'string' ? [windows] : asArray(windows))
}

/** `windows`: hours in UTC on days by a calendar; without days they hold on all. */
function dayHoursOf(block: Fields): DayHours[] {
  const zone = block['weekday_timezone']
  const timeZone = typeof zone === 'string' && zone.trim() !== '' ? zone.trim() : 'UTC'
  return asArray(block['windows']).flatMap((rule): DayHours[] => {
    if (!isObject(rule)) return []
    const named = rule['weekdays'] ?? [1, 2, 3, 4, 5, 6, 7]
    const days = new Set(asArray(named).flatMap((day) => dayOf(day) ?? []))
    const hours = windowsIn(rule)
    return days.size === 0 || hours.length === 0 ? [] : [{ hours, days, timeZone }]
  })
}

/** `off_peak_pricing`: hours in UTC and the prices that differ in them. */
function offPeakOf(block: unknown, rates: Rates): PricePeriod | undefined {
  if (!isObject(block)) return undefined
  const hours = windowsIn(block)
  const dayHours = dayHoursOf(block)
  if (hours.length === 0 && dayHours.length === 0) return undefined
  const differs = cardsOf(block, false).get('')?.card ?? {}
  const over = (card: RateCard): RateCard => {
    const next: Partial<Record<TokenBucket, number>> = {}
    for (const bucket of Object.keys(differs) as TokenBucket[]) {
      const usd = differs[bucket]
      if (usd !== undefined) next[bucket] = usd
    }
    return { ...card, ...next }
  }
  return {
    hours,
    dayHours,
    rates: {
      ...rates,
      card: over(rates.card),
      tiers: rates.tiers.map(({ above, card }) => ({ above, card: over(card) })),
    },
  }
}
