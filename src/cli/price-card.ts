/** Prices of a model, for the eye. */
import type { DescribedPrice, PriceCard, PriceTable } from '../cost/describe.js'
import { table } from './table.js'

/** In plain decimals, however small. */
function usd(price: number | undefined): string {
  return price === undefined ? '' : price.toLocaleString('en-US', { maximumSignificantDigits: 6, useGrouping: false })
}

export function amount(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`
}

/** Each kind of token or use with its price in each situation. */
function priceTable(unit: string, situations: readonly string[], rows: PriceTable['tokens']): string {
  return table(
    [unit, ...situations.map((name) => name.toUpperCase())],
    rows.map(([bucket, prices]) => [bucket, ...prices.map(usd)]),
  )
}

/** The first situation, and those where a price is another one than there. */
function differing(situations: readonly string[], rows: PriceTable['fees']): [readonly string[], PriceTable['fees']] {
  const kept = (_: unknown, at: number): boolean => at === 0 || rows.some(([, prices]) => prices[at] !== prices[0])
  return [situations.filter(kept), rows.map(([bucket, prices]) => [bucket, prices.filter(kept)])]
}

export function describeCard({ card, table: { situations, tokens, fees } }: DescribedPrice): string {
  const { model, source, confidence, priced_at: day, notes } = card
  const parts = [
    `${model}: ${source}, ${confidence}, ${day}\n`,
    tokens.length > 0 ? priceTable('USD PER MILLION TOKENS', situations, tokens) : '',
    fees.length > 0 ? priceTable('USD EACH', ...differing(situations, fees)) : '',
    notes.map((note) => `- ${note}\n`).join(''),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

/** A short summary. */
export function summaryOf({ prices }: PriceCard): string {
  if (prices === null) return 'no price'
  const { input, output, fees = {} } = prices
  const tokens = [input !== undefined && `${usd(input)} in`, output !== undefined && `${usd(output)} out`]
  const each = Object.entries(fees).map(([bucket, price]) => `${bucket} ${usd(price)} each`)
  return (input === undefined && output === undefined ? each : tokens.filter((part) => part !== false)).join(', ')
}
