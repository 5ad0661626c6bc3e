/** Prices to the pico-USD. */
import { expect } from 'vitest'
import { costOf, type CostQuery, type PriceOverride } from '../../src/cost/price.js'
import { at } from './rows.js'

/** Whole pico-USD (1e-12) of each bucket: a count times the price of one. */
type Pico = Readonly<Record<string, number>>

export interface Case {
  readonly model: string
  readonly what: string
  readonly entry: PriceOverride
  readonly usage: object
  readonly pico: Pico | null
  readonly call?: Partial<CostQuery>
  readonly missing?: readonly string[]
}

export function check({ model, entry, usage: counted, pico, call = {}, missing = [] }: Case): void {
  const [, provider = '', name = ''] = /^([^/]+)\/(.+)$/.exec(model) ?? []
  const cost = costOf({ provider, model: name, usage: counted, at, ...call }, { overrides: { [model]: entry } })
  expect(cost.missing).toEqual(missing)
  if (pico === null) return expect(cost.usd).toBeNull()
  expect(
    Object.fromEntries(Object.entries(cost.parts).map(([bucket, usd]) => [bucket, Math.round(usd * 1e12)])),
  ).toEqual(pico)
  expect(cost.usd).toBe(Object.values(pico).reduce((sum, part) => sum + part, 0) / 1e12)
  expect(cost.source).toBe('override')
}
