/** Places for calls at once that all processes share. A place is a lease in the store; when its process ends, it expires. */
import { DEFAULT_LEASE_MS, type LeaseRequest, type Store } from '../../kernel/store.js'
import { unref } from '../../kernel/platform.js'

/** Milliseconds until the store is asked again when it had no place: at least, and at most twice as many. */
const ASK_AGAIN_MS = 20
/** A process whose calls always wait pauses after so many milliseconds, for so many, so that others get a place. */
const TURN_MS = 1_000
const PAUSE_MS = 75

export interface PlacesOptions {
  readonly key: string
  readonly limit: number
  readonly store: Store
  /** Milliseconds that only ever grow. */
  readonly now: () => number
  /** From 0 to 1. Keeps processes from asking at the same moment. */
  readonly random: () => number
}

export class Places {
  private readonly options: PlacesOptions
  private readonly leaseMs: number
  private readonly own = crypto.randomUUID()
  private readonly held: string[] = []
  private taken = 0
  private askAt = 0
  private pauseAt = 0
  private renewal: NodeJS.Timeout | undefined

  constructor(options: PlacesOptions) {
    this.options = options
    this.leaseMs = options.store.leaseMs ?? DEFAULT_LEASE_MS
  }

  /** Milliseconds until the store may be asked again. */
  get wait(): number {
    return Math.max(0, this.askAt - this.options.now())
  }

  /** The lease to ask the store for; `none` if it has just refused one. */
  nextLease(): LeaseRequest | 'none' {
    if (this.wait > 0) return 'none'
    const { key, limit } = this.options
    this.taken += 1
    return { key, limit, holder: `${this.own} ${this.taken}`, leaseMs: this.leaseMs }
  }

  /** The store has granted the lease. */
  granted({ holder }: LeaseRequest): void {
    this.held.push(holder)
    this.renewal ??= unref(setInterval(() => this.renew(), this.leaseMs / 3))
  }

  /** The store has no place now. */
  refused(): void {
    this.askAt = this.options.now() + ASK_AGAIN_MS * (1 + this.options.random())
  }

  /** Asks the store, unless it has just refused. @throws ConnectionError when the store cannot say. */
  async tryTake(): Promise<boolean> {
    const place = this.nextLease()
    if (place === 'none') return false
    const has = await this.options.store.acquire(place)
    if (has) this.granted(place)
    else this.refused()
    return has
  }

  /** Gives one back; they are all alike. @param wanted - Whether a call of this process waits for one. */
  release(wanted: boolean): void {
    const holder = this.held.pop()
    if (holder === undefined) return
    const { key, store, now } = this.options
    if (this.held.length === 0) {
      clearInterval(this.renewal)
      this.renewal = undefined
    }
    if (!wanted) this.pauseAt = now() + TURN_MS
    else if (now() >= this.pauseAt) {
      // The process that gives a place back would always be the first to ask for it.
      this.pauseAt = now() + TURN_MS
      this.askAt = Math.max(this.askAt, now() + PAUSE_MS)
    }
    inBackground(() => store.release(key, holder))
  }

  /** Stops renewing: what is held expires. */
  close(): void {
    clearInterval(this.renewal)
    this.renewal = undefined
  }

  private renew(): void {
    const { key, limit, store } = this.options
    for (const holder of this.held) inBackground(() => store.acquire({ key, limit, holder, leaseMs: this.leaseMs }))
  }
}

/** No call waits for this. A place that is not released or renewed expires, and a store that is down reports that itself. */
function inBackground(operation: () => unknown): void {
  void (async () => operation())().catch(() => undefined)
}
