/** A shared store that may be down or slow, so that calls neither wait for it nor fail unless they shall. */
import type { Clock } from '../kernel/clock.js'
import { ConfigError, ConnectionError } from '../kernel/errors.js'
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
import { Outage } from './outage.js'
import { Refill } from './refill.js'
import { Unsettled } from './unsettled.js'

/** While the shared store is down: count in this process alone, or refuse the calls that have limits. */
export type WhenDown = 'local' | 'reject'

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

/** Milliseconds between two tries to hand over what the store missed, when no call is made. */
const HAND_OVER = 2_000
/** Milliseconds that closing tries to hand it over, and between two tries. */
const PATIENCE = 2_000
const AGAIN = 100

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
  private handing: NodeJS.Timeout | undefined
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
        this.handOverLater()
      },
    )
  }

  renew(holder: string, keys: readonly string[], leaseMs: number): Promise<void> {
    return this.counted(
      (store) => store.renew(holder, keys, leaseMs),
      (local) => local.renew(holder, keys, leaseMs),
      () => {
        this.unsettled.renewal(holder, { keys, leaseMs })
        this.handOverLater()
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
  async flush(ms: number): Promise<void> {
    let late = false
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        late = true
        resolve()
      }, ms)
    })
    while (!late && !this.unsettled.done) {
      const handed = this.outage.down ? this.outage.ask(true) : this.unsettled.handOver()
      await Promise.race([handed, over])
      if (this.unsettled.done) break
      await Promise.race([new Promise((resolve) => setTimeout(resolve, AGAIN)), over])
    }
    clearTimeout(timer)
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    await this.flush(PATIENCE)
    clearInterval(this.handing)
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

  /** @param missed - Told when the shared store has not done it, with the error when it was asked. */
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

  /** What was used while the store was down goes to it when it is back, though no call is made any more. */
  private handOverLater(): void {
    if (this.closed) return
    const often = Math.min(HAND_OVER, (this.leaseMs ?? Infinity) / 10)
    this.handing ??= setInterval(() => {
      void (this.outage.down ? this.outage.ask() : this.unsettled.handOver())
      if (!this.unsettled.done) return
      clearInterval(this.handing)
      this.handing = undefined
    }, often).unref()
  }

  private async instead<T>(operation: (store: Store) => MaybePromise<T>): Promise<T> {
    const { whenDown, local } = this.options
    if (whenDown === 'reject') {
      const cause = this.outage.lastError
      const told = because(cause)
      throw new ConnectionError(
        `the store ${this.name} is down, so that no limit can be checked (whenDown: 'reject')${told && `: ${told}`}`,
        { cause, ...codeOf(cause) },
      )
    }
    this.localOperations += 1
    return operation(local)
  }

  private wentDown(error: unknown): void {
    // Whoever closes it knows that it does not answer.
    if (this.closed) return
    const { whenDown } = this.options
    const told = because(error)
    warnOnce(
      `${told === '' ? `the store ${this.name} does not answer` : told}. Until it does, ` +
        (whenDown === 'local' ? 'each process keeps limits by itself' : 'calls to targets with limits are refused'),
    )
  }
}

function codeOf(error: unknown): { readonly code?: string } {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? { code } : {}
}

/** What is named with a code is a store's own word, made to be read. */
function because(error: unknown): string {
  return error instanceof ConnectionError && error.code !== undefined ? error.message : ''
}
