/** Rates in memory: a sliding window, which is forgotten part by part. */
import type { Clock } from '../kernel/clock.js'
import type { RateCorrection, RateTake, TakeResult } from '../kernel/store.js'

/** Parts that a window is counted in: of a minute, half a second each. */
export const RATE_PARTS = 120
/**
 * Parts after which one is forgotten: the whole of it is then older than the window, and one part more, since a request
 * arrives some time after it was let in, and the next may be on its way for less time.
 */
export const RATE_PARTS_KEPT = RATE_PARTS + 2
/** Units are whole as a rule; sums of others must not refuse the last one. */
const ROUNDING = 1e-6
/** Takes between two sweeps of rates that nobody uses any more: so many at least, and this share of those that there are. */
const SWEEP_EVERY = 1024
const SWEEP_SHARE = 1 / 8

/** What was taken of one rate, by the part of time in which it was; the oldest first. */
class Rate {
  readonly width: number
  private readonly parts = new Map<number, number>()
  private sum = 0

  constructor(windowMs: number) {
    this.width = windowMs / RATE_PARTS
  }

  /** Units that count at a time. */
  taken(now: number): number {
    const current = Math.floor(now / this.width)
    for (const [part, units] of this.parts) {
      if (part + RATE_PARTS_KEPT > current) break
      this.parts.delete(part)
      this.sum -= units
    }
    if (this.parts.size === 0) this.sum = 0
    return this.sum
  }

  add(units: number, now: number): void {
    const current = Math.floor(now / this.width)
    this.parts.set(current, (this.parts.get(current) ?? 0) + units)
    this.sum += units
  }

  /** To the time at which they were taken, and to no other: of what came later less would count than was taken. */
  giveBack(units: number, at: number): void {
    // Clocks are read one after the other, so that `at` may be a moment off in either direction.
    const first = Math.floor((at - this.width / 4) / this.width)
    let left = units
    for (const part of [first, first + 1]) {
      const there = this.parts.get(part)
      if (there === undefined || left <= 0) continue
      const back = Math.min(there, left)
      this.parts.set(part, there - back)
      this.sum -= back
      left -= back
    }
  }

  /** Milliseconds until this many units are forgotten; `undefined` when there are not as many. */
  frees(units: number, now: number): number | undefined {
    let free = 0
    for (const [part, there] of this.parts) {
      free += there
      if (free >= units - ROUNDING) return Math.max(1, Math.ceil((part + RATE_PARTS_KEPT) * this.width - now))
    }
    return undefined
  }
}

export class MemoryRates {
  private readonly clock: Clock
  private readonly rates = new Map<string, Rate>()
  private untilSweep = SWEEP_EVERY

  constructor(clock: Clock) {
    this.clock = clock
  }

  take(takes: readonly RateTake[]): TakeResult {
    const units = this.units(takes)
    if (units.ok) this.add(takes)
    return units
  }

  /** What would be left of each, were all taken. */
  units(takes: readonly RateTake[]): TakeResult {
    const now = this.clock.now()
    const asked = new Map<string, number>()
    const remaining: number[] = []
    for (const [i, { key, limit, windowMs, units }] of takes.entries()) {
      const rate = this.rates.get(key)
      const sum = (asked.get(key) ?? 0) + Math.min(units, limit)
      const left = limit - (rate?.taken(now) ?? 0) - sum
      if (left < -ROUNDING) return { ok: false, refused: i, retryAfterMs: rate?.frees(-left, now) ?? windowMs }
      asked.set(key, sum)
      remaining.push(Math.max(0, Math.floor(left + ROUNDING)))
    }
    return { ok: true, remaining }
  }

  /** Takes what there is. */
  add(takes: readonly RateTake[]): void {
    const now = this.clock.now()
    for (const { key, windowMs, units, limit } of takes) this.rate(key, windowMs).add(Math.min(units, limit), now)
    this.untilSweep -= 1
    if (this.untilSweep <= 0) this.sweep(now)
  }

  correct(corrections: readonly RateCorrection[]): void {
    const now = this.clock.now()
    for (const { key, windowMs, units, agoMs = 0 } of corrections) {
      if (units > 0) this.rate(key, windowMs).add(units, now)
      else this.rates.get(key)?.giveBack(-units, now - agoMs)
    }
  }

  /** What was taken of each rate and still counts. */
  taken(): readonly RateCorrection[] {
    const now = this.clock.now()
    return [...this.rates].flatMap(([key, rate]) => {
      const units = rate.taken(now)
      return units > 0 ? [{ key, limit: units, windowMs: rate.width * RATE_PARTS, units }] : []
    })
  }

  clear(): void {
    this.rates.clear()
  }

  private rate(key: string, windowMs: number): Rate {
    const known = this.rates.get(key)
    if (known) return known
    const rate = new Rate(windowMs)
    this.rates.set(key, rate)
    return rate
  }

  /** Keys that callers make up, such as users', must not stay for ever. */
  private sweep(now: number): void {
    for (const [key, rate] of this.rates) if (rate.taken(now) <= 0) this.rates.delete(key)
    // A call does not pay for more of them the more there are.
    this.untilSweep = Math.max(SWEEP_EVERY, this.rates.size * SWEEP_SHARE)
  }
}
