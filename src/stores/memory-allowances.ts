/** The allowances of one process. */
import type { Clock } from '../kernel/clock.js'
import type { AllowanceRequest, ReserveResult, StoredUsage } from '../kernel/store.js'
import { periodEnd } from '../policies/budget.js'
import { Allowance, checkAllowances, type Moment } from './allowance.js'

/** Operations between two sweeps: so many at least, and this share of what is held, so that little more than that is kept. */
const SWEEP_EVERY = 1024
const SWEEP_SHARE = 1 / 8

export class Allowances {
  private readonly clock: Clock
  private readonly allowances = new Map<string, Allowance>()
  private untilSweep = SWEEP_EVERY

  constructor(clock: Clock) {
    this.clock = clock
  }

  reserve(holder: string, requests: readonly AllowanceRequest[], leaseMs: number): ReserveResult {
    const room = this.room(holder, requests)
    if (room.ok) this.hold(holder, requests, leaseMs)
    return room
  }

  /** What would be left of each, were all reserved. */
  room(holder: string, requests: readonly AllowanceRequest[]): ReserveResult {
    checkAllowances(requests)
    const moment = this.moment()
    const amounts = new Map<string, number>()
    const left: number[] = []
    for (const [i, { key, limit, calendar, amount }] of requests.entries()) {
      const known = this.known(key, moment)
      // Of a key that is named twice, both amounts are reserved.
      const before = amounts.get(key) ?? 0
      const room = limit - before - (known ? known.used + known.reserved - known.reservedBy(holder) : 0)
      if (amount > room) {
        const { now, date } = moment
        const resetsInMs = Math.ceil((known?.freeAt(amount - room, holder, moment) ?? Infinity) - now)
        const ends = calendar ? { periodEndsInMs: Math.ceil(periodEnd(calendar, date) - date) } : {}
        return { ok: false, refused: i, left: room, resetsInMs, ...ends }
      }
      amounts.set(key, before + amount)
      left.push(room - amount)
    }
    return { ok: true, left }
  }

  /** Reserves what there is room for. */
  hold(holder: string, requests: readonly AllowanceRequest[], leaseMs: number): void {
    const moment = this.moment()
    const sums = new Map<string, AllowanceRequest>()
    for (const request of requests) {
      const { key, amount } = request
      sums.set(key, { ...request, amount: amount + (sums.get(key)?.amount ?? 0) })
    }
    for (const { key, calendar, amount } of sums.values()) {
      const endsAt = calendar && periodEnd(calendar, moment.date)
      this.of(key).reserve(holder, amount, moment.now + leaseMs, endsAt)
    }
    this.sweep(moment)
  }

  settle(holder: string, uses: readonly AllowanceRequest[]): readonly number[] {
    checkAllowances(uses)
    const moment = this.moment()
    for (const use of uses) {
      const allowance = use.amount > 0 ? this.of(use.key) : this.allowances.get(use.key)
      allowance?.settle(holder, use, moment)
    }
    this.sweep(moment)
    return uses.map(({ key, limit }) => {
      const allowance = this.allowances.get(key)
      return limit - (allowance ? allowance.used + allowance.reserved : 0)
    })
  }

  renew(holder: string, keys: readonly string[], leaseMs: number): void {
    const moment = this.moment()
    for (const key of keys) this.known(key, moment)?.renew(holder, moment.now + leaseMs)
  }

  /** What is used of each, as it would be settled anew. */
  uses(): readonly AllowanceRequest[] {
    const moment = this.moment()
    return [...this.allowances.keys()].flatMap((key) => this.known(key, moment)?.use ?? [])
  }

  usage(keys: readonly string[]): readonly StoredUsage[] {
    const moment = this.moment()
    return keys.map((key) => {
      const known = this.known(key, moment)
      const { used = 0, reserved = 0 } = known ?? {}
      const next = known?.nextForgotten(moment) ?? moment.now
      return { used, reserved, resetsInMs: Math.ceil(next - moment.now) }
    })
  }

  clear(): void {
    this.allowances.clear()
  }

  /** Keys that are held now. */
  get size(): number {
    return this.allowances.size
  }

  private moment(): Moment {
    return { now: this.clock.now(), date: this.clock.date() }
  }

  private known(key: string, moment: Moment): Allowance | undefined {
    const allowance = this.allowances.get(key)
    allowance?.forget(moment)
    return allowance
  }

  private of(key: string): Allowance {
    let allowance = this.allowances.get(key)
    if (!allowance) {
      allowance = new Allowance()
      this.allowances.set(key, allowance)
    }
    return allowance
  }

  /** Keys that callers make up, such as users', must not stay for ever. */
  private sweep(moment: Moment): void {
    this.untilSweep -= 1
    if (this.untilSweep > 0) return
    for (const [key, allowance] of this.allowances) {
      allowance.forget(moment)
      if (allowance.empty) this.allowances.delete(key)
    }
    this.untilSweep = Math.max(SWEEP_EVERY, this.allowances.size * SWEEP_SHARE)
  }
}
