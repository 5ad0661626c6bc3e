/** Places of a target that all processes share. A place is held by a lease, which runs out with its process. */
import type { LeaseRequest, Store } from '../../kernel/store.js'
import { unref } from '../../kernel/platform.js'

/** Where the store does not say. */
const LEASE = 15_000
/** Milliseconds between two questions for a place when there was none: at least, and at most as much more. */
const ASK_AGAIN = 20
/** Milliseconds of asking without a break after which others get the next place, and for how long. */
const TURN = 1_000
const YIELD = 75

export interface PlacesOptions {
  readonly key: string
  readonly limit: number
  readonly store: Store
  /** Milliseconds that only ever grow. */
  readonly now: () => number
  /** From 0 to 1, so that processes do not ask in step. */
  readonly random: () => number
}

export class Places {
  private readonly options: PlacesOptions
  private readonly leaseMs: number
  private readonly own = crypto.randomUUID()
  private readonly held: string[] = []
  private taken = 0
  private askAt = 0
  private yieldAt = 0
  private renewal: NodeJS.Timeout | undefined

  constructor(options: PlacesOptions) {
    this.options = options
    this.leaseMs = options.store.leaseMs ?? LEASE
  }

  /** Milliseconds until it is worth asking. */
  get wait(): number {
    return Math.max(0, this.askAt - this.options.now())
  }

  /** What to ask the store for, unless it has just said that there is none. */
  wish(): LeaseRequest | 'none' {
    if (this.wait > 0) return 'none'
    const { key, limit } = this.options
    this.taken += 1
    return { key, limit, holder: `${this.own} ${this.taken}`, leaseMs: this.leaseMs }
  }

  /** The store has given it. */
  had({ holder }: LeaseRequest): void {
    this.held.push(holder)
    this.renewal ??= unref(setInterval(() => this.renew(), this.leaseMs / 3))
  }

  /** The store has none now. */
  none(): void {
    this.askAt = this.options.now() + ASK_AGAIN * (1 + this.options.random())
  }

  /** Asks the store, unless it has just said that there is none. @throws ConnectionError when the store cannot say. */
  async tryTake(): Promise<boolean> {
    const place = this.wish()
    if (place === 'none') return false
    const has = await this.options.store.acquire(place)
    if (has) this.had(place)
    else this.none()
    return has
  }

  /** Gives one back; which one makes no difference. @param wanted - Whether a call of this process waits for one. */
  give(wanted: boolean): void {
    const holder = this.held.pop()
    if (holder === undefined) return
    const { key, store, now } = this.options
    if (this.held.length === 0) {
      clearInterval(this.renewal)
      this.renewal = undefined
    }
    if (!wanted) this.yieldAt = now() + TURN
    else if (now() >= this.yieldAt) {
      // Whoever gives a place back is the first to ask for it. Other processes must come to theirs.
      this.yieldAt = now() + TURN
      this.askAt = Math.max(this.askAt, now() + YIELD)
    }
    settle(() => store.release(key, holder))
  }

  /** Renews no longer what is held. */
  close(): void {
    clearInterval(this.renewal)
    this.renewal = undefined
  }

  private renew(): void {
    const { key, limit, store } = this.options
    for (const holder of this.held) settle(() => store.acquire({ key, limit, holder, leaseMs: this.leaseMs }))
  }
}

/** Neither holds up a call: a place that is not given back, or not renewed, runs out. A store that is down says so itself. */
function settle(operation: () => unknown): void {
  void (async () => operation())().catch(() => undefined)
}
