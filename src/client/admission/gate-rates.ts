/** The rates of a gate: requests and tokens per minute, which the store counts, and its last answer. */
import type { Clock } from '../../kernel/clock.js'
import type { LimitError } from '../../kernel/errors.js'
import { sleep } from '../../kernel/sleep.js'
import type { RateTake, Store } from '../../kernel/store.js'
import type { GateEntry, GateRefusal } from './gate-entry.js'

const MINUTE = 60_000

export interface GateRatesOptions {
  /** The gate's key in the store. */
  readonly key: string
  readonly rpm: number | undefined
  readonly tpm: number | undefined
  readonly store: Store
  readonly clock: Clock
  /** Completes a refusal with what the gate knows. */
  readonly refused: (why: Pick<GateRefusal, 'limit' | 'retryAfterMs'>) => GateRefusal
}

interface Rate {
  readonly limit: 'requests' | 'tokens'
  readonly take: Omit<RateTake, 'units'>
  /** Units left at the store's last answer, and when that was. */
  left: number
  at: number
}

export class GateRates {
  private readonly options: GateRatesOptions
  private readonly rates: readonly Rate[]
  /** The store's last refusal. Until then it is not asked for as much again. */
  private refusal: { readonly limit: LimitError['limit']; readonly until: number; readonly tokens: number } | undefined
  /** When each open call took its units. */
  private readonly takenAt = new Map<GateEntry, number>()
  /** Ends the pause of the call that waits first. */
  private wake: (() => void) | undefined

  constructor(options: GateRatesOptions) {
    const { key, rpm, tpm } = options
    this.options = options
    this.rates = [
      ...(rpm === undefined ? [] : [rateOf('requests', `rpm ${key}`, rpm)]),
      ...(tpm === undefined ? [] : [rateOf('tokens', `tpm ${key}`, tpm)]),
    ]
  }

  get any(): boolean {
    return this.rates.length > 0
  }

  /** Share of the tightest rate that is free, 0 to 1, as far as this process knows. */
  get headroom(): number {
    const now = this.options.clock.now()
    return this.rates.reduce((least, { left, at, take: { limit, windowMs } }) => {
      const refilled = left + (Math.max(0, now - at) * limit) / windowMs
      return Math.min(least, refilled / limit)
    }, 1)
  }

  /** Which limit refused last. */
  get refusedBy(): LimitError['limit'] | undefined {
    return this.refusal?.limit
  }

  /** Takes units of every rate, or of none. */
  async take(entry: GateEntry): Promise<GateRefusal | undefined> {
    if (this.rates.length === 0) return undefined
    const { store, clock } = this.options
    const known = this.lastRefusal(entry)
    if (known) return known
    const now = clock.now()
    const result = await store.take(this.takes(entry))
    if (!result.ok) return this.refuse(entry, now, result.refused, result.retryAfterMs)
    this.took(entry, now, result.remaining)
    return undefined
  }

  /** The units to ask the store for. */
  takes(entry: GateEntry): readonly RateTake[] {
    return this.rates.map((rate) => ({ ...rate.take, units: unitsOf(rate, entry) }))
  }

  /** The store has granted them. */
  took(entry: GateEntry, now: number, remaining: readonly number[]): void {
    this.takenAt.set(entry, now)
    for (const [at, rate] of this.rates.entries()) {
      rate.left = remaining[at] ?? rate.left
      rate.at = now
    }
  }

  /** The store has too few units of one rate. @param waitMs - Milliseconds to wait, as the store says. */
  refuse(entry: GateEntry, now: number, rate: number, waitMs: number): GateRefusal {
    const limit = this.rates[rate]?.limit ?? 'requests'
    // A wrong answer of a store must not make us ask without a pause, or never again.
    const retryAfterMs = waitMs >= 1 && waitMs < Infinity ? waitMs : 1_000
    this.refusal = { limit, until: now + retryAfterMs, tokens: limit === 'tokens' ? entry.tokens : 0 }
    return this.options.refused({ limit, retryAfterMs })
  }

  /** The store's last refusal, if it still holds and was for as many units or fewer. */
  lastRefusal(entry: GateEntry): (GateRefusal & { readonly retryAfterMs: number }) | undefined {
    const last = this.refusal
    const now = this.options.clock.now()
    if (!last || now >= last.until || (last.limit === 'tokens' && entry.tokens < last.tokens)) return undefined
    return { ...this.options.refused({ limit: last.limit }), retryAfterMs: Math.ceil(last.until - now) }
  }

  /** Nothing was sent: gives the units back. */
  undo(entry: GateEntry): void {
    this.correct(entry, (rate) => -unitsOf(rate, entry))
  }

  /** Counts the tokens that the call used, in place of its estimate; `undefined` when the answer does not say. */
  used(entry: GateEntry, tokens: number | undefined): void {
    this.correct(entry, (rate) => (rate.limit === 'tokens' && tokens !== undefined ? tokens - unitsOf(rate, entry) : 0))
  }

  private correct(entry: GateEntry, units: (rate: Rate) => number): void {
    let back = false
    const { store, clock } = this.options
    const now = clock.now()
    const agoMs = now - (this.takenAt.get(entry) ?? now)
    this.takenAt.delete(entry)
    const corrections = this.rates.flatMap((rate) => {
      const change = units(rate)
      if (change === 0) return []
      rate.left -= change
      if (change < 0) back = true
      return [{ ...rate.take, units: change, agoMs }]
    })
    // A call that waits for units to be given back must ask again: no open call is left to give any.
    if (this.takenAt.size === 0 && !back) this.forgetRefusal()
    if (corrections.length === 0) return
    // No call waits for this, and a store that is down reports that itself.
    const corrected = (async () => store.correct(corrections))().catch(() => undefined)
    if (back) void corrected.then(() => this.forgetRefusal())
  }

  /** Whether the call's time ends before there is room. Open calls may give tokens back at any time. */
  isTooLate({ limit, retryAfterMs = 0 }: GateRefusal, entry: GateEntry): boolean {
    return retryAfterMs >= entry.remaining && (limit !== 'tokens' || this.takenAt.size === 0)
  }

  /** The store's last refusal no longer holds. */
  private forgetRefusal(): void {
    this.refusal = undefined
    this.wake?.()
  }

  /** Waits until there may be room: after `ms`, or when a call gives units back. @throws the reason of the signal. */
  async pause(ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController()
    const end = (): void => over.abort()
    this.wake = end
    signal.addEventListener('abort', end, { once: true })
    // It rejects when it ends early. The signal then says why.
    await sleep(ms, over.signal).catch(() => undefined)
    signal.removeEventListener('abort', end)
    this.wake = undefined
    signal.throwIfAborted()
  }
}

function rateOf(limit: Rate['limit'], key: string, units: number): Rate {
  return { limit, take: { key, limit: units, windowMs: MINUTE }, left: units, at: 0 }
}

/** The units that a call takes, and so the most that it can give back: at most those of one minute. */
function unitsOf({ limit, take }: Rate, entry: GateEntry): number {
  return Math.min(take.limit, Math.max(1, limit === 'requests' ? entry.requests : entry.tokens))
}
