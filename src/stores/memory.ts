/** The store of one process. */
import type { Clock } from '../kernel/clock.js'
import type {
  AllowanceRequest,
  Fact,
  LeaseRequest,
  RateTake,
  ReserveResult,
  Store,
  TakeResult,
  Usage,
} from '../kernel/store.js'
import { Allowances } from './memory-allowances.js'

/** Entries between two sweeps of what has run out. */
const SWEEP_EVERY = 1024

/**
 * Generic cell rate algorithm (ITU-T I.371, as a virtual schedule): a key holds the time at which its bucket
 * would be full again; a take moves it on, and is refused when that goes further than a window ahead.
 */
export class MemoryStore implements Store {
  readonly name = 'memory'
  readonly shared = false
  private readonly clock: Clock
  private readonly full = new Map<string, number>()
  private readonly leases = new Map<string, Map<string, number>>()
  private readonly spaces = new Map<string, Map<string, { value: string; until: number }>>()
  private readonly allowances: Allowances
  private writes = 0

  constructor(clock: Clock) {
    this.clock = clock
    this.allowances = new Allowances(clock)
  }

  take(takes: readonly RateTake[]): TakeResult {
    const now = this.clock.now()
    const after = new Map<string, number>()
    const remaining: number[] = []
    for (const [i, { key, limit, windowMs, units }] of takes.entries()) {
      const base = Math.max(now, after.get(key) ?? this.full.get(key) ?? now)
      const next = base + (Math.min(units, limit) * windowMs) / limit
      const late = next - (now + windowMs)
      // Rounding must not refuse the last unit.
      if (late > 1e-6) return { ok: false, refused: i, retryAfterMs: Math.ceil(late) }
      after.set(key, next)
      remaining.push(Math.max(0, Math.floor(((now + windowMs - next) * limit) / windowMs + 1e-6)))
    }
    for (const [key, next] of after) this.full.set(key, next)
    this.wrote(now)
    return { ok: true, remaining }
  }

  correct(corrections: readonly RateTake[]): void {
    const now = this.clock.now()
    for (const { key, limit, windowMs, units } of corrections) {
      const base = Math.max(now, this.full.get(key) ?? now)
      this.full.set(key, Math.max(now, base + (units * windowMs) / limit))
    }
  }

  acquire({ key, limit, holder, leaseMs }: LeaseRequest): boolean {
    const now = this.clock.now()
    const holders = this.holders(key, now)
    if (!holders.has(holder) && holders.size >= limit) return false
    holders.set(holder, now + leaseMs)
    this.leases.set(key, holders)
    return true
  }

  release(key: string, holder: string): void {
    const holders = this.leases.get(key)
    holders?.delete(holder)
    if (holders?.size === 0) this.leases.delete(key)
  }

  held(key: string): number {
    return this.holders(key, this.clock.now()).size
  }

  reserve(holder: string, requests: readonly AllowanceRequest[], leaseMs: number): ReserveResult {
    return this.allowances.reserve(holder, requests, leaseMs)
  }

  settle(holder: string, uses: readonly AllowanceRequest[]): readonly number[] {
    return this.allowances.settle(holder, uses)
  }

  renew(holder: string, keys: readonly string[], leaseMs: number): void {
    this.allowances.renew(holder, keys, leaseMs)
  }

  usage(keys: readonly string[]): readonly Usage[] {
    return this.allowances.usage(keys)
  }

  put(space: string, name: string, value: string, ttlMs: number): void {
    const now = this.clock.now()
    const facts = this.spaces.get(space) ?? new Map<string, { value: string; until: number }>()
    const until = now + ttlMs
    if ((facts.get(name)?.until ?? 0) < until) facts.set(name, { value, until })
    this.spaces.set(space, facts)
  }

  remove(space: string, name: string): void {
    this.spaces.get(space)?.delete(name)
  }

  facts(space: string): readonly Fact[] {
    const now = this.clock.now()
    const facts = this.spaces.get(space)
    if (!facts) return []
    for (const [name, { until }] of facts) if (until <= now) facts.delete(name)
    return [...facts].map(([name, { value, until }]) => ({ name, value, expiresInMs: until - now }))
  }

  close(): void {
    this.full.clear()
    this.leases.clear()
    this.spaces.clear()
    this.allowances.clear()
  }

  private holders(key: string, now: number): Map<string, number> {
    const holders = this.leases.get(key) ?? new Map<string, number>()
    for (const [holder, until] of holders) if (until <= now) holders.delete(holder)
    return holders
  }

  /** Keys that callers make up, such as users', must not stay for ever. */
  private wrote(now: number): void {
    this.writes += 1
    if (this.writes % SWEEP_EVERY !== 0) return
    for (const [key, at] of this.full) if (at <= now) this.full.delete(key)
  }
}
