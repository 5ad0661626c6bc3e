/** A bounded number of calls at once, and a bounded queue before them. */
import { MAX_TIMER_MS } from '../kernel/clock.js'

export interface QueuePolicy {
  /** Calls at once. */
  readonly concurrent: number
  /** Calls that may wait; one more is refused at once. Default 100. */
  readonly queue: number
}

/** Why a call may not wait. */
export type QueueRefusal = 'full' | 'expired'

interface Waiting {
  readonly priority: number
  readonly order: number
  readonly admit: () => void
}

/** First come, first served, within a priority; a lower number goes first. */
export class CallQueue {
  private readonly policy: QueuePolicy
  private readonly waiting: Waiting[] = []
  private running = 0
  private arrivals = 0

  constructor(policy: QueuePolicy) {
    this.policy = policy
  }

  get hasRoom(): boolean {
    return this.running < this.policy.concurrent
  }

  get inFlight(): number {
    return this.running
  }

  get length(): number {
    return this.waiting.length
  }

  /** Takes a place if one is free. The holder gives it back with {@link leave}. */
  tryEnter(): boolean {
    if (!this.hasRoom) return false
    this.running += 1
    return true
  }

  /**
   * Waits for a place.
   *
   * @param waitMs - The longest that the call waits.
   * @returns `undefined` with a place taken, or why there is none.
   * @throws the reason of `signal`.
   */
  async enter(priority: number, waitMs: number, signal: AbortSignal): Promise<QueueRefusal | undefined> {
    if (this.tryEnter()) return undefined
    if (this.waiting.length >= this.policy.queue) return 'full'
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
      }
      const entry: Waiting = {
        priority,
        order: (this.arrivals += 1),
        admit: () => {
          done()
          resolve(undefined)
        },
      }
      const leaveQueue = (): void => {
        const at = this.waiting.indexOf(entry)
        if (at >= 0) this.waiting.splice(at, 1)
        done()
      }
      const timer = setTimeout(
        () => {
          leaveQueue()
          resolve('expired')
        },
        Math.min(waitMs, MAX_TIMER_MS),
      )
      const onAbort = (): void => {
        leaveQueue()
        reject(signal.reason as Error)
      }
      if (signal.aborted) return onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      this.insert(entry)
    })
  }

  /** Gives a place back; the first that waits gets it. */
  leave(): void {
    const next = this.waiting.shift()
    if (next) next.admit()
    else this.running -= 1
  }

  private insert(entry: Waiting): void {
    let low = 0
    let high = this.waiting.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.waiting[middle]
      if (
        other &&
        (other.priority < entry.priority || (other.priority === entry.priority && other.order < entry.order))
      )
        low = middle + 1
      else high = middle
    }
    this.waiting.splice(low, 0, entry)
  }
}
