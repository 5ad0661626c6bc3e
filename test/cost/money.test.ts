/** Amounts of money: integers inside, one rounding at the end. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amountOf, fromNanoUsd, picoOf, rateOf, toNanoUsd, usdOf, UsdSum } from '../../src/cost/money.js'

describe('toNanoUsd rounds up, and not by the error of a double', () => {
  it.each([
    [0, 0],
    [0.000000003, 3],
    [1.1, 1_100_000_000],
    [0.1 + 0.2, 300_000_000],
    [0.0000000001, 1],
    [0.000000003001, 4],
    [12_345.678901234, 12_345_678_901_234],
  ])('%d USD is %d nano-USD', (usd, nano) => {
    expect(toNanoUsd(usd)).toBe(nano)
  })

  it('no double for whole nano-USD is read as more', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e14 }), (nano) => toNanoUsd(fromNanoUsd(nano)) === nano))
  })

  it('NaN is no amount', () => {
    expect(() => toNanoUsd(Number.NaN)).toThrow(RangeError)
    expect(() => new UsdSum().add(Number.POSITIVE_INFINITY)).toThrow(RangeError)
  })
})

describe('UsdSum', () => {
  it('a million times a tenth of a cent is a thousand dollars', () => {
    const sum = new UsdSum()
    let drifting = 0
    for (let i = 0; i < 1_000_000; i += 1) {
      sum.add(0.001)
      drifting += 0.001
    }
    expect(sum.value).toBe(1000)
    expect(drifting).not.toBe(1000)
  })

  it('what is taken away again leaves nothing', () => {
    const amounts = fc.array(fc.integer({ min: -1e13, max: 1e13 }).map(usdOf), { maxLength: 50 })
    fc.assert(
      fc.property(amounts, (usd) => {
        const sum = new UsdSum()
        for (const amount of usd) sum.add(amount)
        for (const amount of usd) sum.add(-amount)
        return sum.value === 0
      }),
    )
  })

  it('the order of the amounts does not matter', () => {
    const amounts = fc.array(fc.integer({ min: 0, max: 1e14 }), { maxLength: 50 })
    fc.assert(
      fc.property(amounts, (pico) => {
        const sum = new UsdSum()
        for (const amount of pico) sum.add(usdOf(amount))
        expect(sum.value).toBeCloseTo(Number(pico.reduce((all, next) => all + BigInt(next), 0n)) / 1e12, 9)
        const backwards = new UsdSum()
        for (const amount of pico.toReversed()) backwards.add(usdOf(amount))
        expect(backwards.value).toBe(sum.value)
      }),
    )
  })
})

describe('rates', () => {
  it('a price with few decimals is whole pico-USD, one with more keeps 18 places', () => {
    expect(rateOf(2.5e-6)).toBe(2_500_000)
    expect(rateOf(3e-7 * 1.1)).toBe(330_000)
    expect(rateOf(2.0833333333e-8)).toBe(20_833_333_333n)
    expect(rateOf(0)).toBe(0)
  })

  it('amounts are those of exact arithmetic, rounded to the pico-USD', () => {
    const rates = fc.integer({ min: 1, max: 1_000_000_000 })
    const counts = fc.integer({ min: 0, max: 100_000_000 })
    fc.assert(
      fc.property(rates, counts, (hundredths, count) => {
        const exact = (BigInt(hundredths) * BigInt(count) + 50n) / 100n
        expect(amountOf(rateOf(hundredths / 1e14), count)).toBe(Number(exact))
      }),
    )
  })

  it('counts may have a fraction', () => {
    expect(usdOf(amountOf(rateOf(0.0001), 3.5))).toBe(0.00035)
    expect(usdOf(amountOf(rateOf(0.1), 30_000_000))).toBe(3_000_000)
    expect(picoOf(0.00035)).toBe(350_000_000)
  })
})
