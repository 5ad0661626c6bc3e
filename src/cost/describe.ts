/** The prices of a model as a card: those that apply now, and those for other times, regions and tiers. */
import { FEE_BUCKETS, TOKEN_BUCKETS, type Bucket } from './buckets.js'
import type { Hours } from './hours.js'
import type { Rate } from './money.js'
import type { OwnPrices, PeriodPrices, TierPrices } from './override.js'
import { findPrices, type Cost, type PriceOptions } from './price.js'
import { vectorOf, type PricePeriod, type RateCard, type Rates, type Tier } from './rates.js'

export interface PriceCard {
  /** `provider/model`. */
  readonly model: string
  /** `null` when no source knows the model. */
  readonly source: Exclude<Cost['source'], 'provider'>
  readonly confidence: 'exact' | 'matched' | 'none'
  /** ISO date of the prices. */
  readonly priced_at: string
  /** The prices in the shape of an override, which would price calls alike; `null` when there are none. */
  readonly prices: OwnPrices | null
  /** What was assumed, and what the prices do not cover; without prices, why there are none. */
  readonly notes: readonly string[]
}

/** The prices in each situation that the source distinguishes. */
export interface PriceTable {
  /** Such as `standard`, `above 200000`, `flex`. */
  readonly situations: readonly string[]
  /** USD for a million tokens, or for one use, in each situation; `undefined` if there is no price. */
  readonly tokens: readonly (readonly [Bucket, readonly (number | undefined)[]])[]
  readonly fees: readonly (readonly [Bucket, readonly (number | undefined)[]])[]
}

export interface DescribedPrice {
  readonly card: PriceCard
  readonly table: PriceTable
}

const PER_MILLION = 1e6
const NO_TABLE: PriceTable = { situations: [], tokens: [], fees: [] }

/** @param at - Unix milliseconds. Default now. */
export function describePrice(
  { provider, model, at = Date.now() }: { readonly provider: string; readonly model: string; readonly at?: number },
  options: PriceOptions = {},
): DescribedPrice {
  const facts = { model: `${provider}/${model}`, priced_at: new Date(at).toISOString().slice(0, 10) }
  const answer = findPrices({ provider, model }, options)
  if ('missing' in answer) {
    const card: PriceCard = { ...facts, source: null, confidence: 'none', prices: null, notes: [answer.missing] }
    return { card, table: NO_TABLE }
  }
  const { found, source } = answer
  const { rates, later } = splitByTime(found.rates, at)
  const { factor } = found
  const periods = later.filter((period) => !isOfDays(period)).map((period) => periodPrices(period, factor))
  const prices = { ...alwaysPrices(rates, factor), ...(periods.length > 0 && { periods }) }
  const card: PriceCard = {
    ...facts,
    source: source as PriceCard['source'],
    confidence: found.exact ? 'exact' : 'matched',
    prices,
    notes: [
      ...found.notes,
      ...notesOf(rates),
      ...(later.some(({ dayHours = [] }) => dayHours.length > 0) ? [OF_DAYS] : []),
    ],
  }
  return { card, table: tableOf(rates, later, factor) }
}

const OF_DAYS = 'prices differ at some hours of some days of the week'

/** Our own shape has no days of the week. */
function isOfDays({ hours, dayHours = [] }: PricePeriod): boolean {
  return hours?.length === 0 && dayHours.length > 0
}

/** The default prices, and those of some hours or from a future day, which override them. */
function splitByTime(all: Rates, at: number): { readonly rates: Rates; readonly later: readonly PricePeriod[] } {
  const { periods } = all
  const since = periods.findLastIndex(({ since: from, hours }) => hours === undefined && (from ?? 0) <= at)
  return { rates: { ...(periods[since]?.rates ?? all), periods: [] }, later: periods.slice(since + 1) }
}

/** Removes the rounding error of a division. */
function round(usd: number): number {
  return Number(usd.toPrecision(12))
}

function tokensOf(card: RateCard, factor: number): Omit<TierPrices, 'above'> {
  return Object.fromEntries(
    TOKEN_BUCKETS.flatMap((bucket) => {
      const usd = card[bucket]
      return usd === undefined ? [] : [[bucket, round(usd * factor * PER_MILLION)]]
    }),
  )
}

function feesOf(card: RateCard): NonNullable<OwnPrices['fees']> {
  return Object.fromEntries(
    FEE_BUCKETS.flatMap((bucket) => (card[bucket] === undefined ? [] : [[bucket, card[bucket]]])),
  )
}

function tiersOf(tiers: readonly Tier[], factor: number): TierPrices[] {
  return tiers.map(({ above, card }) => ({ above, ...tokensOf(card, factor) }))
}

function alwaysPrices({ card, tiers, services, regions }: Rates, factor: number): Omit<OwnPrices, 'periods'> {
  const fees = feesOf(card)
  const serviceTiers = Object.entries(services).map(([name, service]) => {
    const { multiplier, card: own, tiers: longer } = service
    if (multiplier !== undefined) return [name, multiplier] as const
    return [name, { ...tokensOf(own, factor), ...(longer.length > 0 && { tiers: tiersOf(longer, factor) }) }] as const
  })
  return {
    ...tokensOf(card, factor),
    ...(Object.keys(fees).length > 0 && { fees }),
    ...(tiers.length > 0 && { tiers: tiersOf(tiers, factor) }),
    ...(serviceTiers.length > 0 && { service_tiers: Object.fromEntries(serviceTiers) }),
    ...(Object.keys(regions).length > 0 && { regions }),
  }
}

function periodPrices({ since, hours, rates }: PricePeriod, factor: number): PeriodPrices {
  return {
    ...(since !== undefined && { since: isoOf(since) }),
    ...(hours !== undefined && { hours_utc: hours.map(windowOf) }),
    ...alwaysPrices(rates, factor),
  }
}

function isoOf(at: number): string {
  return new Date(at).toISOString().replace('T00:00:00.000Z', '')
}

/** `16:30-00:30`. */
function windowOf(hours: Hours): string {
  return hours.map((second) => new Date(second * 1000).toISOString().slice(11, 16)).join('-')
}

function notesOf({ services, regions, searchSizes = {}, searchesAsOne }: Rates): string[] {
  const sizes = Object.entries(searchSizes).map(([size, usd]) => `${usd} ${size}`)
  return [
    ...Object.values(services).flatMap(({ note }) => note ?? []),
    ...(services['batch'] ? [] : ['service tier batch: priced at half the standard prices']),
    ...Object.entries(regions).map(
      ([region, factor]) =>
        `region ${region === '*' ? 'named' : region}: ${factor} times the standard prices of tokens`,
    ),
    ...(sizes.length > 1 ? [`web_searches: by the size of their context, ${sizes.join(', ')}`] : []),
    ...(searchesAsOne ? ['web_searches: those of one call are billed as one'] : []),
  ]
}

interface Column {
  readonly name: string
  readonly rates: Rates
  readonly promptTokens: number
  readonly serviceTier: string
}

const STANDARD = { promptTokens: 0, serviceTier: '' }

/** A column for each situation; a service tier has columns by length only if it has such prices. */
function columnsOf(rates: Rates, later: readonly PricePeriod[]): Column[] {
  const byLength = (column: Column, tiers: readonly Tier[]): Column[] => [
    column,
    ...tiers.map(({ above }) => ({ ...column, name: nameOf(column.name, `above ${above}`), promptTokens: above + 1 })),
  ]
  return [
    ...byLength({ ...STANDARD, name: 'standard', rates }, rates.tiers),
    ...Object.entries(rates.services).flatMap(([name, { tiers }]) =>
      byLength({ name, rates, promptTokens: 0, serviceTier: name }, tiers),
    ),
    ...later.flatMap((period) => {
      const { since, hours, rates: then } = period
      const words = [...(since === undefined ? [] : [`from ${isoOf(since)}`]), ...(hours ?? []).map(windowOf)]
      const name = isOfDays(period) ? 'on some days' : words.join(' ')
      return byLength({ ...STANDARD, name, rates: { ...then, periods: [] } }, then.tiers)
    }),
  ]
}

function nameOf(situation: string, length: string): string {
  return situation === 'standard' ? length : `${situation} ${length}`
}

function tableOf(rates: Rates, later: readonly PricePeriod[], factor: number): PriceTable {
  const columns = columnsOf(rates, later)
  const vectors = columns.map(({ rates: own, promptTokens, serviceTier }) =>
    vectorOf(own, { promptTokens, serviceTier, region: '', factor, searchSize: '', at: 0 }),
  )
  const listed = new Set(columns.flatMap(({ rates: own }) => listedIn(own)))
  const rowsOf = (buckets: readonly Bucket[], per: number): PriceTable['tokens'] =>
    buckets
      .filter((bucket) => listed.has(bucket))
      .map((bucket) => [bucket, vectors.map((vector) => usdOf(vector.rates[bucket], per))] as const)
  return {
    situations: columns.map(({ name }) => name),
    tokens: rowsOf(TOKEN_BUCKETS, PER_MILLION),
    fees: rowsOf(FEE_BUCKETS, 1),
  }
}

function listedIn({ card, tiers, services }: Rates): string[] {
  const cards = [card, ...[{ tiers }, ...Object.values(services)].flatMap((of) => of.tiers.map((tier) => tier.card))]
  return [...cards, ...Object.values(services).map((service) => service.card)].flatMap((of) => Object.keys(of))
}

function usdOf(rate: Rate | undefined, per: number): number | undefined {
  if (rate === undefined) return undefined
  return typeof rate === 'number' ? round((rate / 1e12) * per) : round((Number(rate) / 1e18) * per)
}
