/** One allowance as memory holds it: what is used by the time at which it is forgotten, and what is reserved. */
import { periodEnd } from '../policies/budget.js'
import { MOST_KEYS, type AllowanceRequest } from '../kernel/store.js'

interface Reservation {
  readonly amount: number
  until: number
  /** When its calendar period ends, in milliseconds since 1970. */
  readonly endsAt: number | undefined
}

/** Both clocks of a store: one only ever grows, the other tells calendar periods. */
export interface Moment {
  readonly now: number
  readonly date: number
}

/** What is used of a calendar period, and when that ends, in milliseconds since 1970. */
interface OfPeriod {
  amount: number
  readonly endsAt: number
}

/** Nothing is done of an operation that is too large. */
export function checkKeys(count: number): void {
  if (count > MOST_KEYS) throw new RangeError(`one operation of a store can name ${MOST_KEYS} keys, not ${count}`)
}

/** A store that has added one amount that is none would never count right again. */
export function checkAllowances(requests: readonly AllowanceRequest[]): void {
  checkKeys(requests.length)
  for (const { key, limit, windowMs, slots, amount } of requests) {
    if (!(Number.isSafeInteger(amount) && amount >= 0)) throw new RangeError(`no amount of ${key}: ${amount}`)
    if (!(Number.isSafeInteger(limit) && limit >= 0)) throw new RangeError(`no limit of ${key}: ${limit}`)
    if (!(windowMs > 0 && Number.isFinite(windowMs))) throw new RangeError(`no window of ${key}: ${windowMs}`)
    if (!(Number.isSafeInteger(slots) && slots > 0)) throw new RangeError(`no number of slots of ${key}: ${slots}`)
  }
}

export class Allowance {
  /** Amounts by the time at which they are forgotten. */
  private readonly parts = new Map<number, number>()
  private readonly periods = new Map<number, OfPeriod>()
  private readonly reservations = new Map<string, Reservation>()
  /** Of the last settlement: how it is counted. */
  private settled: Omit<AllowanceRequest, 'amount' | 'agoMs'> | undefined
  private usedTotal = 0
  private reservedTotal = 0
  /** Nothing runs out before. It may lie too early, never too late. */
  private nextEnd = Infinity
  /** No reservation's calendar period ends before. */
  private periodEnd = Infinity

  get used(): number {
    return this.usedTotal
  }

  get reserved(): number {
    return this.reservedTotal
  }

  /** What is used now, as it would be settled anew; `undefined` when nothing is. What is to be forgotten must be already. */
  get use(): AllowanceRequest | undefined {
    return this.settled && this.usedTotal > 0 ? { ...this.settled, amount: this.usedTotal } : undefined
  }

  get empty(): boolean {
    return this.parts.size === 0 && this.periods.size === 0 && this.reservations.size === 0
  }

  reservedBy(holder: string): number {
    return this.reservations.get(holder)?.amount ?? 0
  }

  /** Forgets what has run out. */
  forget({ now, date }: Moment): void {
    for (const [endsAt, { amount }] of this.periods) {
      if (endsAt > date) continue
      this.periods.delete(endsAt)
      this.usedTotal -= amount
    }
    if (date >= this.periodEnd) {
      this.periodEnd = Infinity
      for (const [holder, { endsAt = Infinity }] of this.reservations) {
        if (endsAt <= date) this.release(holder)
        else this.periodEnd = Math.min(this.periodEnd, endsAt)
      }
    }
    if (now < this.nextEnd) return
    this.nextEnd = Infinity
    for (const [until, amount] of this.parts) {
      if (until > now) this.nextEnd = Math.min(this.nextEnd, until)
      else {
        this.parts.delete(until)
        this.usedTotal -= amount
      }
    }
    for (const [holder, { until }] of this.reservations) {
      if (until > now) this.nextEnd = Math.min(this.nextEnd, until)
      else this.release(holder)
    }
  }

  /** In place of what the holder has reserved before. */
  reserve(holder: string, amount: number, until: number, endsAt?: number): void {
    this.release(holder)
    if (amount === 0) return
    this.reservations.set(holder, { amount, until, endsAt })
    this.periodEnd = Math.min(this.periodEnd, endsAt ?? Infinity)
    this.reservedTotal += amount
    this.nextEnd = Math.min(this.nextEnd, until)
  }

  release(holder: string): void {
    this.reservedTotal -= this.reservedBy(holder)
    this.reservations.delete(holder)
  }

  renew(holder: string, until: number): void {
    const reservation = this.reservations.get(holder)
    if (reservation) reservation.until = Math.max(reservation.until, until)
  }

  /** In place of what the holder has reserved. It counts for the period in which it was begun, and when that is over for none. */
  settle(holder: string, { amount, agoMs = 0, ...how }: AllowanceRequest, moment: Moment): void {
    const { windowMs, slots, calendar } = how
    const { now, date } = moment
    const begunFor = this.reservations.get(holder)?.endsAt
    this.forget(moment)
    this.release(holder)
    if (amount === 0) return
    const endsAt = calendar && (begunFor ?? periodEnd(calendar, date - agoMs))
    if (endsAt !== undefined && endsAt <= date) return
    this.settled = how
    this.usedTotal += amount
    if (endsAt !== undefined) {
      const period = this.periods.get(endsAt) ?? { amount: 0, endsAt }
      period.amount += amount
      this.periods.set(endsAt, period)
      return
    }
    const width = windowMs / slots
    const until =
      slots === 1
        ? this.parts.size > 0
          ? Math.max(...this.parts.keys())
          : now + windowMs
        : (Math.floor(now / width) + 1) * width + windowMs
    this.parts.set(until, (this.parts.get(until) ?? 0) + amount)
    this.nextEnd = Math.min(this.nextEnd, until)
  }

  /** When this many units more will be free at the latest, if nothing is added; `Infinity` for never. */
  freeAt(units: number, except: string, { now, date }: Moment): number {
    const ends = [...this.parts].map(([until, amount]) => ({ until, amount }))
    for (const { endsAt, amount } of this.periods.values()) ends.push({ until: now + endsAt - date, amount })
    for (const [holder, reservation] of this.reservations) if (holder !== except) ends.push(reservation)
    let free = 0
    for (const { until, amount } of ends.sort((a, b) => a.until - b.until)) {
      free += amount
      if (free >= units) return until
    }
    return Infinity
  }

  /** When some of what is used will be forgotten. */
  nextForgotten({ now, date }: Moment): number | undefined {
    const ends = [...this.parts.keys(), ...[...this.periods.keys()].map((endsAt) => now + endsAt - date)]
    return ends.length === 0 ? undefined : Math.min(...ends)
  }
}
