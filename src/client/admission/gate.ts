/** One set of limits: places for calls at once, and rates by the minute. */
import type { Clock } from '../../kernel/clock.js'
import type { LimitError } from '../../kernel/errors.js'
import { sleep } from '../../kernel/sleep.js'
import type { LeaseRequest, RateTake, Store } from '../../kernel/store.js'
import { CallQueue } from '../../policies/queue.js'
import type { TargetLimits } from '../../router/options.js'
import { Places } from './places.js'

const MINUTE = 60_000
const DEFAULT_QUEUE = 100

/** A call that asks to be let in. */
export interface GateEntry {
  /** Tokens that it is estimated to need; worked out when first read. */
  readonly tokens: number
  /** Requests that it sends. */
  readonly requests: number
  readonly priority: number
  /** Milliseconds left of its time. */
  readonly remaining: number
}

/** Why a call was not let in. */
export interface GateRefusal {
  readonly limit: LimitError['limit']
  /** Whose limit, in words. */
  readonly of: string
  readonly retryAfterMs?: number
  /** Whether there is a queue in which the call could wait. */
  readonly mayWait: boolean
}

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

interface Rate {
  readonly limit: 'requests' | 'tokens'
  readonly take: Omit<RateTake, 'units'>
  /** Units left when the store last said so, and when that was. */
  left: number
  at: number
}

export class Gate {
  private readonly options: GateOptions
  private readonly queue: CallQueue | undefined
  /** Beyond the queue of this process, where other processes count too. */
  private readonly places: Places | undefined
  private readonly rates: readonly Rate[]
  /** Of those that wait for a rate one at a time asks, the others stand behind it in order. */
  private readonly turnstile: CallQueue
  /** Until when the store is not asked again, because it has refused as much or less. */
  private refusal: { readonly limit: LimitError['limit']; readonly until: number; readonly tokens: number } | undefined

  /** When each call that is in took of the rates, until what it used is known. */
  private readonly taking = new Map<GateEntry, number>()
  /** Calls that have been shown to it, and may come. */
  private expected = 0
  /** Ends the pause of the one that asks. */
  private wake: (() => void) | undefined

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
    this.rates = [
      ...(rpm === undefined ? [] : [rateOf('requests', `rpm ${key}`, rpm)]),
      ...(tpm === undefined ? [] : [rateOf('tokens', `tpm ${key}`, tpm)]),
    ]
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
    const now = this.options.clock.now()
    return this.rates.reduce((least, { left, at, take: { limit, windowMs } }) => {
      const refilled = left + (Math.max(0, now - at) * limit) / windowMs
      return Math.min(least, refilled / limit)
    }, 1)
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
      return this.inTheWay(entry) ?? (await this.takeRates(entry))
    })
  }

  /** What the store has to give for the call to be let in now, or why it is not: a place of this process is held for it. */
  wish(entry: GateEntry): Wish | GateRefusal {
    if (this.queue && !this.queue.tryEnter()) return this.refused({ limit: 'concurrent' })
    const place = this.places?.wish()
    const refusal = place === 'none' ? this.refused({ limit: 'concurrent' }) : this.inTheWay(entry)
    if (!refusal && place !== 'none') return { place, rates: this.takes(entry), at: this.options.clock.now() }
    this.queue?.leave()
    return refusal ?? this.refused({ limit: 'concurrent' })
  }

  /** The store has given all of it. */
  entered(entry: GateEntry, { place, rates, at }: Wish, remaining: readonly number[]): void {
    if (place) this.places?.had(place)
    if (rates.length > 0) this.took(entry, at, remaining)
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
    return this.noteRefusal(entry, at, rate, retryAfterMs)
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
      if (this.rates.length === 0) return undefined
      const known = this.lastRefusal(entry)
      if (known && this.isInVain(known, entry)) return known
      const behind = await this.turnstile.enter(entry.priority, entry.remaining, signal)
      if (behind) return this.refused({ limit: 'queue' })
      try {
        for (;;) {
          const refusal = await this.takeRates(entry)
          if (refusal?.retryAfterMs === undefined || this.isInVain(refusal, entry)) return refusal
          await this.pause(refusal.retryAfterMs, signal)
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
    this.correct(entry, (rate) => -unitsOf(rate, entry))
  }

  /** What the call used in tokens, against what it was estimated to; `undefined` when the answer does not say. */
  used(entry: GateEntry, tokens: number | undefined): void {
    this.correct(entry, (rate) => (rate.limit === 'tokens' && tokens !== undefined ? tokens - unitsOf(rate, entry) : 0))
  }

  close(): void {
    this.places?.close()
  }

  private correct(entry: GateEntry, units: (rate: Rate) => number): void {
    let back = false
    const { store, clock } = this.options
    const now = clock.now()
    const agoMs = now - (this.taking.get(entry) ?? now)
    this.taking.delete(entry)
    const corrections = this.rates.flatMap((rate) => {
      const change = units(rate)
      if (change === 0) return []
      rate.left -= change
      if (change < 0) back = true
      return [{ ...rate.take, units: change, agoMs }]
    })
    // Whoever waits for what calls give back is told that none will.
    if (this.taking.size === 0 && !back) this.roomAgain()
    if (corrections.length === 0) return
    // No call waits for it, and a store that is down says so itself.
    const corrected = (async () => store.correct(corrections))().catch(() => undefined)
    if (back) void corrected.then(() => this.roomAgain())
  }

  /** Whether the call's time ends before there is room. A call that is in may give tokens back at any time. */
  private isInVain({ limit, retryAfterMs = 0 }: GateRefusal, entry: GateEntry): boolean {
    return retryAfterMs >= entry.remaining && (limit !== 'tokens' || this.taking.size === 0)
  }

  /** What the store said last no longer holds. */
  private roomAgain(): void {
    this.refusal = undefined
    this.wake?.()
  }

  /** Until there may be room: when the store said so, or some was given back. @throws the reason of the signal. */
  private async pause(ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController()
    const end = (): void => over.abort()
    this.wake = end
    signal.addEventListener('abort', end, { once: true })
    // It ends early by rejecting; why, the signal tells.
    await sleep(ms, over.signal).catch(() => undefined)
    signal.removeEventListener('abort', end)
    this.wake = undefined
    signal.throwIfAborted()
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

  private async takeRates(entry: GateEntry): Promise<GateRefusal | undefined> {
    if (this.rates.length === 0) return undefined
    const { store, clock } = this.options
    const known = this.lastRefusal(entry)
    if (known) return known
    const now = clock.now()
    const result = await store.take(this.takes(entry))
    if (!result.ok) return this.noteRefusal(entry, now, result.refused, result.retryAfterMs)
    this.took(entry, now, result.remaining)
    return undefined
  }

  private takes(entry: GateEntry): readonly RateTake[] {
    return this.rates.map((rate) => ({ ...rate.take, units: unitsOf(rate, entry) }))
  }

  /** Of those that wait for a rate nobody is overtaken, and what the store has just refused it is not asked. */
  private inTheWay(entry: GateEntry): GateRefusal | undefined {
    if (this.turnstile.inFlight > 0) return this.refused({ limit: this.refusal?.limit ?? 'requests' })
    return this.rates.length === 0 ? undefined : this.lastRefusal(entry)
  }

  private took(entry: GateEntry, now: number, remaining: readonly number[]): void {
    this.taking.set(entry, now)
    for (const [at, rate] of this.rates.entries()) {
      rate.left = remaining[at] ?? rate.left
      rate.at = now
    }
  }

  private noteRefusal(entry: GateEntry, now: number, rate: number, told: number): GateRefusal {
    const limit = this.rates[rate]?.limit ?? 'requests'
    // Of a store that says nonsense: neither asked without a break nor never again.
    const retryAfterMs = told >= 1 && told < Infinity ? told : 1_000
    this.refusal = { limit, until: now + retryAfterMs, tokens: limit === 'tokens' ? entry.tokens : 0 }
    return this.refused({ limit, retryAfterMs })
  }

  /** What the store has just said of this much or less, while it holds. */
  private lastRefusal(entry: GateEntry): (GateRefusal & { readonly retryAfterMs: number }) | undefined {
    const last = this.refusal
    const now = this.options.clock.now()
    if (!last || now >= last.until || (last.limit === 'tokens' && entry.tokens < last.tokens)) return undefined
    return { ...this.refused({ limit: last.limit }), retryAfterMs: Math.ceil(last.until - now) }
  }

  private refused(why: Pick<GateRefusal, 'limit' | 'retryAfterMs'>): GateRefusal {
    return { ...why, of: this.options.name, mayWait: this.options.waits }
  }
}

function rateOf(limit: Rate['limit'], key: string, units: number): Rate {
  return { limit, take: { key, limit: units, windowMs: MINUTE }, left: units, at: 0 }
}

/** As much as was taken: of more than there is in a minute no more can be given back. */
function unitsOf({ limit, take }: Rate, entry: GateEntry): number {
  return Math.min(take.limit, Math.max(1, limit === 'requests' ? entry.requests : entry.tokens))
}
