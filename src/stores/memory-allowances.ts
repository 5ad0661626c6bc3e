/** The allowances of one process. */
import type { Clock } from '../kernel/clock.js'
import type { AllowanceRequest, ReserveResult, Usage } from '../kernel/store.js'
import { Allowance, checkAllowances } from './allowance.js'

/** Operations between two sweeps, at least. */
const SWEEP_EVERY = 1024

export class Allowances {
  private readonly clock: Clock
  private readonly allowances = new Map<string, Allowance>()
  private untilSweep = SWEEP_EVERY

  constructor(clock: Clock) {
    this.clock = clock
  }

  reserve(holder: string, requests: readonly AllowanceRequest[], leaseMs: number): ReserveResult {
    checkAllowances(requests)
    const now = this.clock.now()
    const amounts = new Map<string, number>()
    const left: number[] = []
    for (const [i, { key, limit, amount }] of requests.entries()) {
      const known = this.known(key, now)
      // Of a key that is named twice, both amounts are reserved.
      const before = amounts.get(key) ?? 0
      const room = limit - before - (known ? known.used + known.reserved - known.reservedBy(holder) : 0)
      if (amount > room) {
        const resetsInMs = Math.ceil((known?.freeAt(amount - room, holder) ?? Infinity) - now)
        return { ok: false, refused: i, left: room, resetsInMs }
      }
      amounts.set(key, before + amount)
      left.push(room - amount)
    }
    for (const [key, amount] of amounts) this.of(key).reserve(holder, amount, now + leaseMs)
    this.sweep(now)
    return { ok: true, left }
  }

  settle(holder: string, uses: readonly AllowanceRequest[]): readonly number[] {
    checkAllowances(uses)
    const now = this.clock.now()
    for (const use of uses) {
      const allowance = use.amount > 0 ? this.of(use.key) : this.allowances.get(use.key)
      allowance?.forget(now)
      allowance?.release(holder)
      allowance?.use(use, now)
    }
    this.sweep(now)
    return uses.map(({ key, limit }) => {
      const allowance = this.allowances.get(key)
      return limit - (allowance ? allowance.used + allowance.reserved : 0)
    })
  }

  renew(holder: string, keys: readonly string[], leaseMs: number): void {
    const now = this.clock.now()
    for (const key of keys) this.known(key, now)?.renew(holder, now + leaseMs)
  }

  usage(keys: readonly string[]): readonly Usage[] {
    const now = this.clock.now()
    return keys.map((key) => {
      const { used = 0, reserved = 0, nextForgotten = now } = this.known(key, now) ?? {}
      return { used, reserved, resetsInMs: Math.ceil(nextForgotten - now) }
    })
  }

  clear(): void {
    this.allowances.clear()
  }

  /** Keys that are held now. */
  get size(): number {
    return this.allowances.size
  }

  private known(key: string, now: number): Allowance | undefined {
    const allowance = this.allowances.get(key)
    allowance?.forget(now)
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
  private sweep(now: number): void {
    this.untilSweep -= 1
    if (this.untilSweep > 0) return
    for (const [key, allowance] of this.allowances) {
      allowance.forget(now)
      if (allowance.empty) this.allowances.delete(key)
    }
    this.untilSweep = Math.max(SWEEP_EVERY, this.allowances.size)
  }
}
