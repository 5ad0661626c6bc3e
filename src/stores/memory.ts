/** The store of one process. */
import type { Clock } from '../kernel/clock.js'
import type {
  AdmitRequest,
  AdmitResult,
  AllowanceRequest,
  Fact,
  LeaseRequest,
  RateCorrection,
  RateTake,
  ReserveResult,
  Store,
  TakeResult,
  StoredUsage,
} from '../kernel/store.js'
import { checkKeys } from './allowance.js'
import { Allowances } from './memory-allowances.js'
import { MemoryRates } from './memory-rates.js'

export interface Counts {
  readonly uses: readonly AllowanceRequest[]
  readonly takes: readonly RateCorrection[]
}

export class MemoryStore implements Store {
  readonly name = 'memory'
  readonly shared: boolean = false
  private readonly clock: Clock
  private readonly rates: MemoryRates
  private readonly leases = new Map<string, Map<string, number>>()
  private readonly spaces = new Map<string, Map<string, { value: string; until: number }>>()
  private readonly allowances: Allowances

  constructor(clock: Clock) {
    this.clock = clock
    this.rates = new MemoryRates(clock)
    this.allowances = new Allowances(clock)
  }

  take(takes: readonly RateTake[]): TakeResult {
    return this.rates.take(takes)
  }

  correct(corrections: readonly RateCorrection[]): void {
    this.rates.correct(corrections)
  }

  acquire(lease: LeaseRequest): boolean {
    if (!this.hasPlace(lease)) return false
    this.place(lease)
    return true
  }

  admit({ holder, leaseMs, places, rates, allowances }: AdmitRequest): AdmitResult {
    checkKeys(places.length + rates.length + allowances.length)
    const full = places.findIndex((place) => !this.hasPlace(place))
    if (full !== -1) return { ok: false, by: 'places', refused: full }
    const units = this.rates.units(rates)
    if (!units.ok) return { by: 'rates', ...units }
    const room = this.allowances.room(holder, allowances)
    if (!room.ok) return { by: 'allowances', ...room }
    for (const place of places) this.place(place)
    if (rates.length > 0) this.rates.add(rates)
    if (allowances.length > 0) this.allowances.hold(holder, allowances, leaseMs)
    return { ok: true, remaining: units.remaining, left: room.left }
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

  usage(keys: readonly string[]): readonly StoredUsage[] {
    return this.allowances.usage(keys)
  }

  /** What is used of budgets and taken of rates, to be told to another store. */
  counts(): Counts {
    return { uses: this.allowances.uses(), takes: this.rates.taken() }
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
    this.rates.clear()
    this.leases.clear()
    this.spaces.clear()
    this.allowances.clear()
  }

  private hasPlace({ key, limit, holder }: LeaseRequest): boolean {
    const holders = this.holders(key, this.clock.now())
    return holders.has(holder) || holders.size < limit
  }

  private place({ key, holder, leaseMs }: LeaseRequest): void {
    const now = this.clock.now()
    const holders = this.holders(key, now)
    holders.set(holder, now + leaseMs)
    this.leases.set(key, holders)
  }

  private holders(key: string, now: number): Map<string, number> {
    const holders = this.leases.get(key) ?? new Map<string, number>()
    for (const [holder, until] of holders) if (until <= now) holders.delete(holder)
    return holders
  }
}
