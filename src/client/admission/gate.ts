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

/** What a call has to be given by the store, when nothing in this process is in its way. */
export interface Wish {
  readonly place: LeaseRequest | undefined
  readonly rates: readonly RateTake[]
  readonly at: number
}

export interface GateOptions {
  /** Under which it counts in the store. */
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
  /** Beyond the queue of this process, where other processes count too. */
  private readonly places: Places | undefined
  private readonly rates: GateRates
  /** Of those that wait for a rate one at a time asks, the others stand behind it in order. */
  private readonly turnstile: CallQueue
  /** Calls that have been shown to it, and may come. */
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
    this.turnstile = new CallQueue({ concurrent: 1, queue })
    this.rates = new GateRates({ key, rpm, tpm, store, clock, refused: (why) => this.refused(why) })
  }

  /** In words, for messages. */
  get name(): string {
    return this.options.name
  }

  /** Whether no call is in it or waits for it. */
  get idle(): boolean {
    if (this.expected > 0) return false
    return (this.queue?.inFlight ?? 0) === 0 && (this.queue?.length ?? 0) === 0 && this.turnstile.inFlight === 0
  }

  /** Share of the tightest rate that is free, 0 to 1, as far as this process knows. */
  get headroom(): number {
    return this.rates.headroom
  }

  /** A call will come, if it gets past what is before this one. */
  expect(): void {
    this.expected += 1
  }

  /** It has come, or will not. */
  expectNoMore(): void {
    this.expected -= 1
  }

  /** Lets the call in when that can be now. @throws ConnectionError when the store is down and calls shall not go without it. */
  async tryEnter(entry: GateEntry): Promise<GateRefusal | undefined> {
    if (this.queue && !this.queue.tryEnter()) return this.refused({ limit: 'concurrent' })
    return this.orGiveBack(async (placed) => {
      if (this.places && !(await this.places.tryTake())) return this.refused({ limit: 'concurrent' })
      placed()
      return this.inTheWay(entry) ?? (await this.rates.take(entry))
    })
  }

  /** What the store has to give for the call to be let in now, or why it is not: a place of this process is held for it. */
  wish(entry: GateEntry): Wish | GateRefusal {
    if (this.queue && !this.queue.tryEnter()) return this.refused({ limit: 'concurrent' })
    const place = this.places?.wish()
    const refusal = place === 'none' ? this.refused({ limit: 'concurrent' }) : this.inTheWay(entry)
    if (!refusal && place !== 'none') return { place, rates: this.rates.takes(entry), at: this.options.clock.now() }
    this.queue?.leave()
    return refusal ?? this.refused({ limit: 'concurrent' })
  }

  /** The store has given all of it. */
  entered(entry: GateEntry, { place, rates, at }: Wish, remaining: readonly number[]): void {
    if (place) this.places?.had(place)
    if (rates.length > 0) this.rates.took(entry, at, remaining)
  }

  /** Nothing was had of what was wished. */
  forgo(): void {
    this.queue?.leave()
  }

  /** The store has no place. */
  noPlace(): GateRefusal {
    this.places?.none()
    return this.refused({ limit: 'concurrent' })
  }

  /** The store has no units of one rate. */
  noUnits(entry: GateEntry, { at }: Wish, rate: number, retryAfterMs: number): GateRefusal {
    return this.rates.refuse(entry, at, rate, retryAfterMs)
  }

  /** Waits until the call is let in. @returns why it is not. @throws the reason of the signal, and as {@link tryEnter}. */
  async enter(entry: GateEntry, signal: AbortSignal): Promise<GateRefusal | undefined> {
    if (!this.options.waits) return this.tryEnter(entry)
    const queued = await this.queue?.enter(entry.priority, entry.remaining, signal)
    if (queued) return this.refused({ limit: 'queue' })
    return this.orGiveBack(async (placed) => {
      while (this.places && !(await this.places.tryTake())) {
        if (this.places.wait >= entry.remaining) return this.refused({ limit: 'queue' })
        await sleep(this.places.wait, signal)
      }
      placed()
      if (!this.rates.any) return undefined
      const known = this.rates.lastRefusal(entry)
      if (known && this.rates.isInVain(known, entry)) return known
      const behind = await this.turnstile.enter(entry.priority, entry.remaining, signal)
      if (behind) return this.refused({ limit: 'queue' })
      try {
        for (;;) {
          const refusal = await this.rates.take(entry)
          if (refusal?.retryAfterMs === undefined || this.rates.isInVain(refusal, entry)) return refusal
          await this.rates.pause(refusal.retryAfterMs, signal)
        }
      } finally {
        this.turnstile.leave()
      }
    })
  }

  /** The call has ended, or is not made after all. */
  leave(): void {
    this.giveBack(true)
  }

  /** Nothing was sent: what was taken of the rates is free again. The place is given back too. */
  undo(entry: GateEntry): void {
    this.leave()
    this.rates.undo(entry)
  }

  /** What the call used in tokens, against what it was estimated to; `undefined` when the answer does not say. */
  used(entry: GateEntry, tokens: number | undefined): void {
    this.rates.used(entry, tokens)
  }

  close(): void {
    this.places?.close()
  }

  /** `enter` tells when it has a place of those that processes share. What was taken is given back unless it lets the call in. */
  private async orGiveBack(
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
      if (!entered) this.giveBack(placed)
    }
  }

  private giveBack(placed: boolean): void {
    if (placed) this.places?.give((this.queue?.length ?? 0) > 0)
    this.queue?.leave()
  }

  /** Of those that wait for a rate nobody is overtaken, and what the store has just refused it is not asked. */
  private inTheWay(entry: GateEntry): GateRefusal | undefined {
    if (this.turnstile.inFlight > 0) return this.refused({ limit: this.rates.refusedBy ?? 'requests' })
    return this.rates.lastRefusal(entry)
  }

  private refused(why: Pick<GateRefusal, 'limit' | 'retryAfterMs'>): GateRefusal {
    return { ...why, of: this.options.name, mayWait: this.options.waits }
  }
}
