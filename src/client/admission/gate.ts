/** One set of limits: places for calls at once, and rates by the minute. */
import type { Clock } from '../../kernel/clock.js'
import { sleep } from '../../kernel/sleep.js'
import type { LeaseRequest, RateTake, Store } from '../../kernel/store.js'
import { CallQueue } from '../../policies/queue.js'
import type { TargetLimits } from '../../router/options.js'
import type { GateEntry, GateRefusal } from './gate-entry.js'
import { GateRates } from './gate-rates.js'
import { Places } from './places.js'

const DEFAULT_QUEUE = 100

/** What the store must grant before a call is let in. Nothing in this process is against it. */
export interface GateNeeds {
  readonly place: LeaseRequest | undefined
  readonly rates: readonly RateTake[]
  /** When it was asked, on the gate's clock. */
  readonly at: number
}

export interface GateOptions {
  /** Its key in the store. */
  readonly key: string
  /** In words, for messages. */
  readonly name: string
  readonly limits: TargetLimits
  /** Whether calls may wait. */
  readonly waits: boolean
  readonly store: Store
  readonly clock: Clock
  readonly random: () => number
}

export class Gate {
  private readonly options: GateOptions
  private readonly queue: CallQueue | undefined
  /** In addition to the queue of this process, when processes share the limit. */
  private readonly places: Places | undefined
  private readonly rates: GateRates
  /** Calls that wait for a rate. Only the first of them asks the store. */
  private readonly rateQueue: CallQueue
  /** Calls that are on their way to this gate. */
  private expected = 0

  constructor(options: GateOptions) {
    const { key, limits, store, clock, random } = options
    const { rpm, tpm, concurrent, queue = DEFAULT_QUEUE } = limits
    this.options = options
    this.queue = concurrent === undefined ? undefined : new CallQueue({ concurrent, queue })
    this.places =
      concurrent === undefined || !store.shared
        ? undefined
        : new Places({ key: `concurrent ${key}`, limit: concurrent, store, now: clock.now, random })
    this.rateQueue = new CallQueue({ concurrent: 1, queue })
    this.rates = new GateRates({ key, rpm, tpm, store, clock, refused: (why) => this.refused(why) })
  }

  /** In words, for messages. */
  get name(): string {
    return this.options.name
  }

  /** Whether no call holds something of it or waits for it. */
  get idle(): boolean {
    if (this.expected > 0) return false
    return (this.queue?.inFlight ?? 0) === 0 && (this.queue?.length ?? 0) === 0 && this.rateQueue.inFlight === 0
  }

  /** Share of the tightest rate that is free, 0 to 1, as far as this process knows. */
  get headroom(): number {
    return this.rates.headroom
  }

  /** A call comes here, if the gates before this one let it in. The gate is kept until then. */
  expect(): void {
    this.expected += 1
  }

  /** The call has come, or does not come. */
  expectNoMore(): void {
    this.expected -= 1
  }

  /** Lets the call in, if there is room now. @throws ConnectionError when the store is down and `whenDown` is `reject`. */
  async tryEnter(entry: GateEntry): Promise<GateRefusal | undefined> {
    if (this.queue && !this.queue.tryEnter()) return this.refused({ limit: 'concurrent' })
    return this.orRelease(async (placed) => {
      if (this.places && !(await this.places.tryTake())) return this.refused({ limit: 'concurrent' })
      placed()
      return this.localRefusal(entry) ?? (await this.rates.take(entry))
    })
  }

  /** Takes a place of this process. What the store must grant for the call to be let in now, or why it is refused. */
  prepare(entry: GateEntry): GateNeeds | GateRefusal {
    if (this.queue && !this.queue.tryEnter()) return this.refused({ limit: 'concurrent' })
    const place = this.places?.nextLease()
    const refusal = place === 'none' ? this.refused({ limit: 'concurrent' }) : this.localRefusal(entry)
    if (!refusal && place !== 'none') return { place, rates: this.rates.takes(entry), at: this.options.clock.now() }
    this.queue?.leave()
    return refusal ?? this.refused({ limit: 'concurrent' })
  }

  /** The store has granted all of it. */
  granted(entry: GateEntry, { place, rates, at }: GateNeeds, remaining: readonly number[]): void {
    if (place) this.places?.granted(place)
    if (rates.length > 0) this.rates.took(entry, at, remaining)
  }

  /** The store has granted nothing: gives back the place of this process. */
  cancel(): void {
    this.queue?.leave()
  }

  /** The store has no place. */
  noPlace(): GateRefusal {
    this.places?.refused()
    return this.refused({ limit: 'concurrent' })
  }

  /** The store has no units of one rate. */
  noUnits(entry: GateEntry, { at }: GateNeeds, rate: number, retryAfterMs: number): GateRefusal {
    return this.rates.refuse(entry, at, rate, retryAfterMs)
  }

  /** Waits until the call is let in. @returns Why it is refused. @throws the reason of the signal, and what {@link tryEnter} throws. */
  async enter(entry: GateEntry, signal: AbortSignal): Promise<GateRefusal | undefined> {
    if (!this.options.waits) return this.tryEnter(entry)
    const queued = await this.queue?.enter(entry.priority, entry.remaining, signal)
    if (queued) return this.refused({ limit: 'queue' })
    return this.orRelease(async (placed) => {
      while (this.places && !(await this.places.tryTake())) {
        if (this.places.wait >= entry.remaining) return this.refused({ limit: 'queue' })
        await sleep(this.places.wait, signal)
      }
      placed()
      if (!this.rates.any) return undefined
      const known = this.rates.lastRefusal(entry)
      if (known && this.rates.isTooLate(known, entry)) return known
      const behind = await this.rateQueue.enter(entry.priority, entry.remaining, signal)
      if (behind) return this.refused({ limit: 'queue' })
      try {
        for (;;) {
          const refusal = await this.rates.take(entry)
          if (refusal?.retryAfterMs === undefined || this.rates.isTooLate(refusal, entry)) return refusal
          await this.rates.pause(refusal.retryAfterMs, signal)
        }
      } finally {
        this.rateQueue.leave()
      }
    })
  }

  /** The call has ended, or is not made: its place is free. */
  leave(): void {
    this.release(true)
  }

  /** Nothing was sent: its place is free, and so is what it took of the rates. */
  undo(entry: GateEntry): void {
    this.leave()
    this.rates.undo(entry)
  }

  /** Counts the tokens that the call used, in place of its estimate; `undefined` when the answer does not say. */
  used(entry: GateEntry, tokens: number | undefined): void {
    this.rates.used(entry, tokens)
  }

  close(): void {
    this.places?.close()
  }

  /** Releases the places again, unless `enter` lets the call in. It calls `placed` once it has a shared place. */
  private async orRelease(
    enter: (placed: () => void) => Promise<GateRefusal | undefined>,
  ): Promise<GateRefusal | undefined> {
    let placed = false
    let entered = false
    try {
      const refusal = await enter(() => {
        placed = true
      })
      entered = refusal === undefined
      return refusal
    } finally {
      if (!entered) this.release(placed)
    }
  }

  private release(placed: boolean): void {
    if (placed) this.places?.release((this.queue?.length ?? 0) > 0)
    this.queue?.leave()
  }

  /** Why the store is not even asked: other calls wait for a rate already, or it has just refused as much. */
  private localRefusal(entry: GateEntry): GateRefusal | undefined {
    if (this.rateQueue.inFlight > 0) return this.refused({ limit: this.rates.refusedBy ?? 'requests' })
    return this.rates.lastRefusal(entry)
  }

  private refused(why: Pick<GateRefusal, 'limit' | 'retryAfterMs'>): GateRefusal {
    return { ...why, of: this.options.name, mayWait: this.options.waits }
  }
}
