/** Identical calls in several processes: the one that holds a lease in the shared store leads. */
import type { CacheStore } from '../../kernel/cache-store.js'
import { unref } from '../../kernel/platform.js'
import { DEFAULT_LEASE_MS, type Store } from '../../kernel/store.js'
import { PATIENCE, type Flights, type Turn } from './flights.js'

/** Milliseconds between two looks at the cache: doubling, from the first to the last. */
const FIRST_LOOK = 20
const LAST_LOOK = 500

export interface SharedParts<Call> {
  /** Those of this process: one call of it at a time asks for the lease. */
  readonly flights: Flights<Call>
  readonly answers: CacheStore
  readonly store: Store
}

interface Lease {
  readonly key: string
  readonly holder: string
  renewal: NodeJS.Timeout | undefined
}

export class SharedFlights<Call> {
  private readonly parts: SharedParts<Call>
  /** Of calls that wait for it or hold it. */
  private readonly leases = new Map<Call, Lease>()

  constructor(parts: SharedParts<Call>) {
    this.parts = parts
  }

  async join(key: string, call: Call): Promise<Turn> {
    const turn = await this.parts.flights.join(key, call)
    return turn === 'lead' ? this.await(call, { key, holder: crypto.randomUUID(), renewal: undefined }, key) : turn
  }

  land(call: Call, value: string, written?: Promise<unknown>): void {
    this.parts.flights.land(call, value)
    // Others look for the answer when the lease is free.
    if (written) void written.finally(() => this.giveBack(call))
    else this.giveBack(call)
  }

  miss(call: Call, failed: boolean): void {
    this.parts.flights.miss(call, failed)
    this.giveBack(call)
  }

  /** Until the lease is had, or the answer of its holder is there. */
  private async await(call: Call, lease: Lease, answer: string): Promise<Turn> {
    const { store, answers } = this.parts
    this.leases.set(call, lease)
    const { leaseMs = DEFAULT_LEASE_MS } = store
    const request = { key: `cache:${lease.key}`, limit: 1, holder: lease.holder, leaseMs }
    let waited = 0
    for (let wait = FIRST_LOOK; ; wait = Math.min(LAST_LOOK, wait * 2)) {
      // A store that cannot say lets the call go on.
      const isHeld = await Promise.resolve(store.acquire(request)).catch(() => true)
      const [value] = waited === 0 && !isHeld ? [] : await answers.get([answer])
      if (!this.leases.has(call)) {
        // Its caller has given it up meanwhile.
        void Promise.resolve(store.release(request.key, request.holder)).catch(() => undefined)
        return 'lead'
      }
      if (value !== undefined) return { value }
      if (isHeld || waited >= PATIENCE) break
      await new Promise((resolve) => setTimeout(resolve, wait))
      waited += wait
    }
    const renew = (): void => void Promise.resolve(store.acquire(request)).catch(() => undefined)
    lease.renewal = unref(setInterval(renew, leaseMs / 3))
    return 'lead'
  }

  private giveBack(call: Call): void {
    const lease = this.leases.get(call)
    if (!lease) return
    this.leases.delete(call)
    clearInterval(lease.renewal)
    // It runs out by itself.
    void Promise.resolve(this.parts.store.release(`cache:${lease.key}`, lease.holder)).catch(() => undefined)
  }
}
