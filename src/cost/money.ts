/**
 * Exact amounts of money. A double cannot hold 0.1, so sums of doubles drift; every amount here is a whole number of
 * pico-USD (1e-12), which a double holds exactly up to 9 007 USD, and is turned into USD once, at the end.
 */

/** A price for one unit: in whole pico-USD if possible, else in atto-USD (1e-18) as a bigint. */
export type Rate = number | bigint

const PICO = 1e12
const PICO_DIGITS = 12
const PICO_PER_NANO = 1000
const ATTO_PER_PICO = 1_000_000n
const ATTO_DIGITS = 18
/** A count with a fraction (seconds of audio) is multiplied in millionths. */
const MILLIONTHS = 1_000_000

/**
 * The price of one unit, in USD, as an exact rate. 18 decimal places are kept, which removes the rounding error of an
 * earlier multiplication.
 */
export function rateOf(usd: number): Rate {
  const pico = usd * PICO
  const whole = Math.round(pico)
  if (Math.abs(whole) < Number.MAX_SAFE_INTEGER && Math.abs(pico - whole) <= Math.abs(pico) * 1e-12) return whole
  return attoOf(usd)
}

/** Decimal digits of the shortest form of a double, as the price list has it. */
function attoOf(usd: number): bigint {
  const [mantissa = '0', exponent = '0'] = Math.abs(usd).toExponential().split('e')
  const [units = '0', fraction = ''] = mantissa.split('.')
  const shift = ATTO_DIGITS + Number(exponent) - fraction.length
  const digits = BigInt(units + fraction)
  const atto = shift >= 0 ? digits * 10n ** BigInt(shift) : divideRounded(digits, 10n ** BigInt(-shift))
  return usd < 0 ? -atto : atto
}

function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const half = divisor / 2n
  return dividend < 0n ? -((-dividend + half) / divisor) : (dividend + half) / divisor
}

/** `count` units at a rate, in whole pico-USD. Nothing else rounds a part of a cost. */
export function amountOf(rate: Rate, count: number): number {
  if (typeof rate === 'number') {
    const pico = rate * count
    if (Number.isInteger(count) && Math.abs(pico) <= Number.MAX_SAFE_INTEGER) return pico
  }
  const atto = typeof rate === 'bigint' ? rate : BigInt(rate) * ATTO_PER_PICO
  if (Number.isInteger(count)) return Number(divideRounded(atto * BigInt(count), ATTO_PER_PICO))
  const millionths = BigInt(Math.round(count * MILLIONTHS))
  return Number(divideRounded(atto * millionths, ATTO_PER_PICO * BigInt(MILLIONTHS)))
}

/** Whole pico-USD as USD: the double that is nearest. */
export function usdOf(pico: number): number {
  return pico / PICO
}

/** USD as whole pico-USD, the nearest. */
export function picoOf(usd: number): number {
  const dollars = Math.trunc(usd)
  return dollars * PICO + picoAfter(usd, dollars)
}

/** Decimals of any size that a double always holds. */
const EXACT_DIGITS = 15

/** What `usd` has beyond its whole dollars, in pico-USD: to 12 places, or to as many as the double was good for. */
function picoAfter(usd: number, dollars: number): number {
  const fraction = usd - dollars
  const size = Math.abs(dollars)
  if (size < 1000) return Math.round(fraction * PICO)
  const places = Math.max(0, EXACT_DIGITS - String(size).length)
  return Math.round(fraction * 10 ** places) * 10 ** (PICO_DIGITS - places)
}

/**
 * USD as whole nano-USD (1e-9), rounded up, so that a limit never counts less than was spent. Less than a pico-USD, such as
 * the rounding error of a double, is ignored: 0.000000003 is 3.
 *
 * @throws RangeError when `usd` is not a finite number.
 */
export function toNanoUsd(usd: number): number {
  assertAmount(usd)
  const dollars = Math.trunc(usd)
  const pico = picoAfter(usd, dollars)
  const nano = Math.ceil(pico / PICO_PER_NANO)
  return dollars * 1e9 + nano
}

/** Whole nano-USD as USD. */
export function fromNanoUsd(nano: number): number {
  return nano / 1e9
}

function assertAmount(usd: number): void {
  if (!Number.isFinite(usd)) throw new RangeError(`Not an amount of money: ${usd}`)
}

/** A sum that is exact to the pico-USD, however many amounts are added. */
export class UsdSum {
  /** Whole USD are kept apart from the rest, so that both stay exact in a double. */
  #dollars = 0
  #pico = 0

  constructor(usd = 0) {
    this.add(usd)
  }

  /**
   * Adds an amount; a negative one takes away.
   *
   * @throws RangeError when `usd` is not a finite number.
   */
  add(usd: number): this {
    assertAmount(usd)
    const dollars = Math.trunc(usd)
    const pico = this.#pico + picoAfter(usd, dollars)
    const carry = Math.trunc(pico / PICO)
    this.#dollars += dollars + carry
    this.#pico = pico - carry * PICO
    return this
  }

  /** USD: the double that is nearest. */
  get value(): number {
    return this.#dollars === 0 ? this.#pico / PICO : this.#dollars + this.#pico / PICO
  }
}
