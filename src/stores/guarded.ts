/** A shared store that may be down or slow, so that calls neither wait for it nor fail unless they shall. */
import type { Clock } from '../kernel/clock.js'
import { ConfigError, ConnectionError } from '../kernel/errors.js'
import type {
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
  Usage,
} from '../kernel/store.js'
import { warnOnce } from '../telemetry/warn.js'
import { Unsettled } from './unsettled.js'

/** While the shared store is down: count in this process alone, or refuse the calls that have limits. */
export type WhenDown = 'local' | 'reject'

export interface GuardOptions {
  readonly store: Store
  /** Takes the place of `store` while it is down. */
  readonly local: Store
  readonly whenDown: WhenDown
  readonly leaseMs?: number | undefined
  readonly clock: Clock
}

/** Failures in a row after which the store is left alone. */
const FAILURES = 3
/** Milliseconds until it is asked whether it is back: doubling, from the first to the last. */
const FIRST_WAIT = 250
const LAST_WAIT = 2_000

/** After a few failures nobody waits for the store until it has answered a question that no call waits for. */
export class GuardedStore implements Store {
  readonly name: string
  readonly shared: boolean
  readonly leaseMs: number | undefined
  private readonly options: GuardOptions
  private readonly unsettled: Unsettled
  private failures = 0
  /** Since when the store is left alone, in milliseconds since 1970. */
  private downSince: number | undefined
  private askAt = 0
  private wait = FIRST_WAIT
  private asking = false
  private closed = false
  private localOperations = 0
  private lastError: unknown
  private handing: NodeJS.Timeout | undefined

  constructor(options: GuardOptions) {
    this.options = options
    this.unsettled = new Unsettled((holder, uses) => options.store.settle(holder, uses))
    this.name = options.store.name
    this.shared = options.store.shared
    this.leaseMs = options.leaseMs
  }

  take(takes: readonly RateTake[]): Promise<TakeResult> {
    return this.run((store) => store.take(takes))
  }

  correct(corrections: readonly RateCorrection[]): Promise<void> {
    return this.run((store) => store.correct(corrections))
  }

  acquire(lease: LeaseRequest): Promise<boolean> {
    return this.run((store) => store.acquire(lease))
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
    return this.run((store) => store.reserve(holder, requests, leaseMs))
  }

  async settle(holder: string, uses: readonly AllowanceRequest[]): Promise<readonly number[]> {
    const { local } = this.options
    // By itself, this process goes on from what it used before; and it may have reserved there.
    const alone = await local.settle(holder, uses)
    return this.run(
      (store) => (store === local ? alone : store.settle(holder, uses)),
      (error) => {
        this.unsettled.failed(uses, error)
        this.handing ??= setInterval(() => this.handOver(), LAST_WAIT).unref()
      },
    )
  }

  renew(holder: string, keys: readonly string[], leaseMs: number): Promise<void> {
    return this.run((store) => store.renew(holder, keys, leaseMs))
  }

  usage(keys: readonly string[]): Promise<readonly Usage[]> {
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

  async close(): Promise<void> {
    this.closed = true
    if (this.downSince === undefined) await this.unsettled.handOver()
    clearInterval(this.handing)
    await this.options.local.close()
    await this.options.store.close()
  }

  status(): StoreStatus {
    const { downSince, localOperations } = this
    return { up: downSince === undefined, ...(downSince !== undefined && { downSince }), localOperations }
  }

  /** @param missed - Told when the shared store has not done it, with the error when it was asked. */
  private async run<T>(operation: (store: Store) => MaybePromise<T>, missed?: (error: unknown) => void): Promise<T> {
    if (this.downSince !== undefined) {
      missed?.(undefined)
      this.ask()
      return this.instead(operation)
    }
    try {
      const value = await operation(this.options.store)
      this.failures = 0
      if (this.unsettled.any) void this.unsettled.handOver()
      return value
    } catch (error) {
      // It will not mend itself.
      if (error instanceof ConfigError || error instanceof RangeError) throw error
      missed?.(error)
      this.failed(error)
      return this.instead(operation)
    }
  }

  /** What was used while the store was down goes to it when it is back, though no call is made any more. */
  private handOver(): void {
    if (this.downSince !== undefined) this.ask()
    else void this.unsettled.handOver()
    if (!this.unsettled.done) return
    clearInterval(this.handing)
    this.handing = undefined
  }

  private async instead<T>(operation: (store: Store) => MaybePromise<T>): Promise<T> {
    const { whenDown, local } = this.options
    if (whenDown === 'reject') {
      throw new ConnectionError(
        `the store ${this.name} is down, so that no limit can be checked (whenDown: 'reject')`,
        {
          cause: this.lastError,
        },
      )
    }
    this.localOperations += 1
    return operation(local)
  }

  private failed(error: unknown): void {
    this.lastError = error
    this.failures += 1
    if (this.failures < FAILURES || this.downSince !== undefined) return
    const { clock, whenDown } = this.options
    this.downSince = clock.date()
    this.wait = FIRST_WAIT
    this.askAt = clock.now() + this.wait
    // Whoever closes it knows that it does not answer.
    if (this.closed) return
    warnOnce(
      `the store ${this.name} does not answer: until it does, ` +
        (whenDown === 'local' ? 'each process keeps limits by itself' : 'calls to targets with limits are refused'),
    )
  }

  /** Whether it is back. No call waits for the answer. */
  private ask(): void {
    const { clock, store } = this.options
    if (this.asking || clock.now() < this.askAt) return
    this.asking = true
    Promise.resolve(store.held('ping'))
      .then(() => {
        this.downSince = undefined
        this.failures = 0
        return this.unsettled.handOver()
      })
      .catch((error: unknown) => {
        this.lastError = error
        this.wait = Math.min(LAST_WAIT, this.wait * 2)
        this.askAt = clock.now() + this.wait
      })
      .finally(() => {
        this.asking = false
      })
  }
}
