/** A shared store that may be down or slow, so that calls neither wait for it nor fail unless they shall. */
import type { Clock } from '../kernel/clock.js'
import { ConfigError } from '../kernel/errors.js'
import type {
  AdmitRequest,
  AdmitResult,
  AllowanceRequest,
  Fact,
  LeaseRequest,
  MaybePromise,
  RateCorrection,
  RateTake,
  ReserveResult,
  Store,
  StoreStatus,
  TakeResult,
  StoredUsage,
} from '../kernel/store.js'
import { warnOnce } from '../telemetry/warn.js'
import type { Counts } from './memory.js'
import { LateUse } from './late-use.js'
import { Outage } from './outage.js'
import { Refill } from './refill.js'
import { storeDownError, storeDownWarning, type WhenDown } from './store-down.js'
import { Unsettled } from './unsettled.js'

export interface GuardOptions {
  readonly store: Store
  /** Takes the place of `store` while it is down, and knows what this process has counted there. */
  readonly local: Store & { counts(): Counts }
  readonly whenDown: WhenDown
  readonly leaseMs?: number | undefined
  readonly clock: Clock
  /** Asks the store for something that it can do only when it can do all. Default: to write a fact. */
  readonly probe?: (() => MaybePromise<unknown>) | undefined
}

/** Milliseconds that closing tries to hand over what the store missed. */
const PATIENCE = 2_000

/** After a few failures nobody waits for the store until it has answered a question that no call waits for. */
export class GuardedStore implements Store {
  readonly name: string
  readonly shared: boolean
  readonly leaseMs: number | undefined
  private readonly options: GuardOptions
  private readonly outage: Outage
  private readonly unsettled: Unsettled
  private closed = false
  private localOperations = 0
  private readonly late: LateUse
  private readonly refill: Refill

  constructor(options: GuardOptions) {
    const { store, leaseMs, clock, probe = () => store.put('ping', 'ping', '', 1_000) } = options
    this.options = options
    this.unsettled = new Unsettled(store)
    this.refill = new Refill({ store, counts: () => options.local.counts(), unsettled: this.unsettled, clock })
    this.outage = new Outage({
      clock,
      leaseMs,
      probe: () => this.refill.asked(probe),
      onDown: (error) => this.wentDown(error),
      onBack: () => this.unsettled.handOver(),
    })
    this.late = new LateUse({ outage: this.outage, unsettled: this.unsettled, leaseMs })
    this.name = store.name
    this.shared = store.shared
    this.leaseMs = leaseMs
  }

  take(takes: readonly RateTake[]): Promise<TakeResult> {
    return this.counted(
      (store) => store.take(takes),
      (local, { ok }) => ok && local.take(takes),
    )
  }

  correct(corrections: readonly RateCorrection[]): Promise<void> {
    return this.counted(
      (store) => store.correct(corrections),
      (local) => local.correct(corrections),
    )
  }

  acquire(lease: LeaseRequest): Promise<boolean> {
    return this.counted(
      (store) => store.acquire(lease),
      (local, had) => had && local.acquire(lease),
    )
  }

  async release(key: string, holder: string): Promise<void> {
    // It may have been had while the shared one was down.
    await this.options.local.release(key, holder)
    return this.run((store) => store.release(key, holder))
  }

  held(key: string): Promise<number> {
    return this.run((store) => store.held(key))
  }

  reserve(holder: string, requests: readonly AllowanceRequest[], leaseMs: number): Promise<ReserveResult> {
    return this.counted(
      (store) => store.reserve(holder, requests, leaseMs),
      (local, { ok }) => ok && local.reserve(holder, requests, leaseMs),
    )
  }

  admit(request: AdmitRequest): Promise<AdmitResult> {
    return this.counted(
      (store) => store.admit(request),
      (local, { ok }) => ok && local.admit(request),
    )
  }

  async settle(holder: string, uses: readonly AllowanceRequest[]): Promise<readonly number[]> {
    const { local, whenDown } = this.options
    this.unsettled.ended(holder)
    return this.counted(
      (store) => store.settle(holder, uses),
      // By itself, this process goes on from what it used before; and it may have reserved there.
      () => local.settle(holder, uses),
      (error) => {
        if (whenDown === 'reject') void local.settle(holder, uses)
        this.unsettled.failed(holder, uses, error)
        this.late.soon()
      },
    )
  }

  renew(holder: string, keys: readonly string[], leaseMs: number): Promise<void> {
    return this.counted(
      (store) => store.renew(holder, keys, leaseMs),
      (local) => local.renew(holder, keys, leaseMs),
      () => {
        this.unsettled.renewal(holder, { keys, leaseMs })
        this.late.soon()
      },
    )
  }

  usage(keys: readonly string[]): Promise<readonly StoredUsage[]> {
    return this.run((store) => store.usage(keys))
  }

  put(space: string, name: string, value: string, ttlMs: number): Promise<void> {
    return this.run((store) => store.put(space, name, value, ttlMs))
  }

  async remove(space: string, name: string): Promise<void> {
    await this.options.local.remove(space, name)
    return this.run((store) => store.remove(space, name))
  }

  facts(space: string): Promise<readonly Fact[]> {
    return this.run((store) => store.facts(space))
  }

  /** Hands over what was used while the store was down, and waits for that no longer than so many milliseconds. */
  flush(ms: number): Promise<void> {
    return this.late.flush(ms)
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    await this.flush(PATIENCE)
    this.late.close()
    const { keys } = this.unsettled
    if (keys > 0) {
      warnOnce(
        `the store ${this.name} was closed while it was down: what ${keys} ${keys === 1 ? 'budget' : 'budgets'} ` +
          'used meanwhile is not counted there; close it when it is up again',
      )
    }
    await this.options.local.close()
    await this.options.store.close()
  }

  status(): StoreStatus {
    const { emptiedAt } = this.refill
    return { ...this.outage.status(this.localOperations), ...(emptiedAt !== undefined && { emptiedAt }) }
  }

  /**
   * What the shared store lets in counts here too: when it goes down, or loses its data, this process goes on from what it
   * has taken, and not from nothing.
   */
  private counted<T>(
    operation: (store: Store) => MaybePromise<T>,
    mine: (local: Store, value: T) => unknown,
    missed?: (error: unknown) => void,
  ): Promise<T> {
    const { local } = this.options
    return this.run(async (store) => {
      const value = await operation(store)
      if (store !== local) await mine(local, value)
      return value
    }, missed)
  }

  /** @param missed - Notice when the shared store has not done it, with the error when it was asked. */
  private async run<T>(operation: (store: Store) => MaybePromise<T>, missed?: (error: unknown) => void): Promise<T> {
    const { outage, unsettled } = this
    if (this.refill.running) await this.refill.running
    if (outage.down) {
      missed?.(undefined)
      void outage.ask()
      return this.instead(operation)
    }
    const begun = outage.begin
    try {
      const value = await this.refill.asked(() => operation(this.options.store))
      outage.answered()
      if (unsettled.any) void unsettled.handOver()
      return value
    } catch (error) {
      // It will not mend itself.
      if (error instanceof ConfigError || error instanceof RangeError) throw error
      missed?.(error)
      outage.failed(error, begun)
      return this.instead(operation)
    }
  }

  /** The store has lost its data. */
  emptied(): void {
    this.refill.begin()
  }

  private async instead<T>(operation: (store: Store) => MaybePromise<T>): Promise<T> {
    const { whenDown, local } = this.options
    if (whenDown === 'reject') {
      throw storeDownError(this.name, this.outage.lastError)
    }
    this.localOperations += 1
    return operation(local)
  }

  private wentDown(error: unknown): void {
    // Whoever closes it knows that it does not answer.
    if (this.closed) return
    warnOnce(storeDownWarning(this.name, error, this.options.whenDown))
  }
}
