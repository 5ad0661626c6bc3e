/**
 * The price table of `@pydantic/genai-prices` (https://github.com/pydantic/genai-prices), loaded on the first priced call.
 * It is kept as data, `prices.json`: the package, whose table is code, takes ten times as long to load.
 */
import prices from 'tracestitch/prices.json' with { type: 'json' }
import { traitsOf } from '../models/index.js'
import type { Bucket } from './buckets.js'
import { listedNames, providerNames } from './listed-names.js'
import {
  modelIn,
  providerIn,
  type ConditionalPrice,
  type ModelInfo,
  type ModelPrice,
  type Table,
  type TableProvider,
} from './table-models.js'
import { NO_RATES, type PricePeriod, type RateCard, type Rates, type ServiceRates } from './rates.js'

/** Prices that a source has for a model. */
export interface FoundPrices {
  readonly rates: Rates
  /** Whether the source names the model, and not only a family or a pattern that it fits. */
  readonly exact: boolean
  /** On the prices of tokens; 1 when the source has the model as it was called. */
  readonly factor: number
  /** What was assumed. */
  readonly notes: readonly string[]
}

export type TableAnswer = FoundPrices | { readonly missing: string }

let table: Table | null | undefined
/** Why it is not there. */
let fault = ''

function loadTable(): Table | null {
  if (table === undefined) {
    try {
      table = prices as Table
    } catch (error) {
      // A bundle may have left the file behind; every price then says so.
      table = null
      fault = (error as NodeJS.ErrnoException).code ?? 'it threw'
    }
  }
  return table
}

/** Whether the table has been looked for, so that a price costs next to nothing. */
export function isTableLoaded(): boolean {
  return table !== undefined
}

/** Answers by provider and model: the search through all patterns of the table is not worth repeating. */
const answers = new Map<string, TableAnswer>()
const MAX_ANSWERS = 2000

/** The table's prices of a model, those that have held and those that hold at some hours included. */
export function tablePrices(provider: string, model: string): TableAnswer {
  const key = `${provider}/${model}`
  let answer = answers.get(key)
  if (!answer) {
    const loaded = loadTable()
    if (!loaded)
      return {
        missing:
          `the price table tracestitch/prices.json could not be loaded (${fault}): a bundle without it needs ` +
          'tracestitch to be installed where the program runs',
      }
    if (answers.size >= MAX_ANSWERS) answers.clear()
    try {
      answer = search(loaded, provider, model)
    } catch {
      // The table throws on what a later version of its data may have; the call goes on without a price.
    }
    answer ??= { missing: `no price for ${key}` }
    answers.set(key, answer)
  }
  return answer
}

function search(loaded: Table, provider: string, model: string): FoundPrices | undefined {
  const providerId = providerNames(provider).genaiPrices
  const { models, maker, made } = listedNames(provider, model)
  const listed = providerId === '' ? undefined : providerIn(loaded, providerId)
  if (listed) {
    const names = new Set(models.map(({ name }) => name.toLowerCase()))
    for (const { name, factor = 1, note } of models) {
      const info = namedModel(loaded, listed, name)
      if (!info) continue
      const id = info.id.toLowerCase()
      const exact = names.has(id) || names.has(id.replace(REGION_WORD, ''))
      return { rates: compile(info, listed.id), exact, factor, notes: note === undefined ? [] : [note] }
    }
    return undefined
  }
  // A gateway that is not in the table passes on what the maker takes.
  const makers = maker === undefined ? undefined : providerIn(loaded, maker)
  if (maker === undefined || made === undefined || makers?.id !== maker) return undefined
  const info = namedModel(loaded, makers, made)
  return (
    info && {
      rates: compile(info, maker),
      exact: false,
      factor: 1,
      notes: [`${provider} is not in the table: priced as ${maker}/${info.id}`],
    }
  )
}

/** How the table's ids of Bedrock's models begin. */
const REGION_WORD = /^(global|regional)\./
const BEDROCK_BARE = /^anthropic\./

function namedModel(loaded: Table, provider: TableProvider, name: string): ModelInfo | undefined {
  // Without a region Bedrock's price is the one of its global profiles; the table takes such a name for a regional one.
  const tried = BEDROCK_BARE.test(name) ? [`global.${name}`, name] : [name]
  for (const id of tried) {
    const info = modelIn(loaded, provider, id)
    if (info) return info
  }
  return undefined
}

/** Units of the table that are priced, by what they count and how many of it. */
const UNIT: Readonly<Record<string, readonly [Bucket, per: number]>> = {
  input_mtok: ['input', 1e6],
  output_mtok: ['output', 1e6],
  cache_read_mtok: ['cache_read', 1e6],
  cache_write_mtok: ['cache_write', 1e6],
  cache_write_5m_mtok: ['cache_write', 1e6],
  cache_write_1h_mtok: ['cache_write_1h', 1e6],
  input_audio_mtok: ['input_audio', 1e6],
  cache_audio_read_mtok: ['cache_read_audio', 1e6],
  output_audio_mtok: ['output_audio', 1e6],
  input_image_mtok: ['input_image', 1e6],
  cache_image_read_mtok: ['cache_read_image', 1e6],
  output_image_mtok: ['output_image', 1e6],
  input_video_mtok: ['input_video', 1e6],
  output_video_mtok: ['output_video', 1e6],
  output_reasoning_mtok: ['reasoning', 1e6],
  requests_kcount: ['requests', 1000],
  web_searches_kcount: ['web_searches', 1000],
  social_searches_kcount: ['social_searches', 1000],
  storage_searches_kcount: ['file_searches', 1000],
  code_executions_kcount: ['code_executions', 1000],
  rerank_searches_kcount: ['search_units', 1000],
  audio_hours: ['input_seconds', 3600],
  input_audio_hours: ['input_seconds', 3600],
  output_audio_hours: ['output_seconds', 3600],
  input_mchars: ['input_characters', 1e6],
  input_document_kpages: ['pages', 1000],
}

/** What prices of tiers of service come to where the table has none, which it does not have at all. Of price pages. */
const SERVICES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  // https://platform.openai.com/docs/pricing: flex is half; priority 1.67 to 2 times, by model.
  openai: { flex: 0.5, priority: 2 },
  azure: { priority: 2 },
  // https://ai.google.dev/gemini-api/docs/pricing
  google: { flex: 0.5, priority: 1.8 },
  // https://aws.amazon.com/bedrock/pricing
  aws: { flex: 0.5, priority: 1.75 },
  // https://platform.claude.com/docs/en/build-with-claude/fast-mode; priority is capacity bought before.
  anthropic: { priority: 1, fast: 6 },
  // https://console.groq.com/docs/flex-processing
  groq: { flex: 1 },
}

function servicesOf(providerId: string): Record<string, ServiceRates> {
  return Object.fromEntries(
    Object.entries(SERVICES[providerId] ?? {}).map(([name, multiplier]) => [
      name,
      {
        multiplier,
        card: {},
        tiers: [],
        note: `service tier ${name}: taken as ${multiplier} times the standard prices`,
      },
    ]),
  )
}

const compiled = new WeakMap<ModelInfo, Rates>()

function compile(info: ModelInfo, providerId: string): Rates {
  let rates = compiled.get(info)
  if (!rates) {
    rates = compileAll(info, servicesOf(providerId), regionsOf(providerId, info.id))
    compiled.set(info, rates)
  }
  return rates
}

/** Where a request may ask that a region processes it, and the price depends on that. */
const ASKS_FOR_REGION: ReadonlySet<string> = new Set(['anthropic', 'openai'])

/** Whose prices in the table are those of a global endpoint, beside which there are others. */
const HAS_ENDPOINTS: ReadonlySet<string> = new Set(['google'])

function regionsOf(providerId: string, model: string): Readonly<Record<string, number>> {
  const { residencyFactors, regionalFactor } = traitsOf(model)
  if (ASKS_FOR_REGION.has(providerId) && residencyFactors) return residencyFactors
  return HAS_ENDPOINTS.has(providerId) && regionalFactor !== undefined ? { '*': regionalFactor } : {}
}

function compileAll({ prices }: ModelInfo, services: Rates['services'], regions: Rates['regions']): Rates {
  if (!isList(prices)) return { ...ratesOfPrice(prices), services, regions }
  const periods = prices.map(({ constraint, prices: price }): PricePeriod => {
    const rates = { ...ratesOfPrice(price), services, regions }
    if (!constraint) return { rates }
    if (constraint.type === 'start_date') return { since: Date.parse(constraint.start_date), rates }
    return { hours: [[secondsOf(constraint.start_time), secondsOf(constraint.end_time)]], rates }
  })
  // Where none holds, the first does.
  const first = periods[0]?.rates ?? NO_RATES
  return { ...first, periods }
}

function isList(prices: ModelInfo['prices']): prices is readonly ConditionalPrice[] {
  return Array.isArray(prices)
}

/** `HH:MM:SSZ`, or with an offset. */
function secondsOf(time: string): number {
  return (Date.parse(`1970-01-02T${time}`) / 1000) % 86_400
}

type Card = Partial<Record<Bucket, number>>

/** A price of the table: one number, or one by the length of the prompt. */
function ratesOfPrice(price: ModelPrice): Rates {
  const card: Card = {}
  const above = new Map<number, Card>()
  for (const [unit, usd] of Object.entries(price)) {
    const [bucket, per] = UNIT[unit] ?? []
    if (bucket === undefined || per === undefined || usd === undefined) continue
    card[bucket] = (typeof usd === 'number' ? usd : usd.base) / per
    if (typeof usd === 'number') continue
    for (const { start, price: dearer } of usd.tiers) {
      const tier = above.get(start) ?? {}
      above.set(start, tier)
      tier[bucket] = dearer / per
    }
  }
  withLongWrites(card, card)
  for (const tier of above.values()) withLongWrites(tier, { ...card, ...tier })
  return {
    ...NO_RATES,
    card,
    tiers: [...above].map(([from, tier]) => ({ above: from, card: tier })).sort((a, b) => a.above - b.above),
  }
}

/**
 * The table has the price of writes that last an hour for some models only. Where those that last five minutes cost
 * 1.25 times the input, they cost twice the input (https://platform.claude.com/docs/en/build-with-claude/prompt-caching).
 */
function withLongWrites(card: Card, { input, cache_write: written }: RateCard): void {
  if (input === undefined || written === undefined) return
  if (Math.abs(written / input - 1.25) < 1e-9) card.cache_write_1h ??= input * 2
}
