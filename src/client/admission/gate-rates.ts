/** The rates of a gate: units of a minute that the store counts, and what it said of them last. */
import type { Clock } from '../../kernel/clock.js'
import type { LimitError } from '../../kernel/errors.js'
import { sleep } from '../../kernel/sleep.js'
import type { RateTake, Store } from '../../kernel/store.js'
import type { GateEntry, GateRefusal } from './gate-entry.js'

const MINUTE = 60_000

export interface GateRatesOptions {
  /** Under which the gate counts in the store. */
  readonly key: string
  readonly rpm: number | undefined
  readonly tpm: number | undefined
  readonly store: Store
  readonly clock: Clock
  /** A refusal in the gate's words. */
  readonly refused: (why: Pick<GateRefusal, 'limit' | 'retryAfterMs'>) => GateRefusal
}

interface Rate {
  readonly limit: 'requests' | 'tokens'
  readonly take: Omit<RateTake, 'units'>
  /** Units left when the store last said so, and when that was. */
  left: number
  at: number
}

export class GateRates {
  private readonly options: GateRatesOptions
  private readonly rates: readonly Rate[]
  /** Until when the store is not asked again, because it has refused as much or less. */
  private refusal: { readonly limit: LimitError['limit']; readonly until: number; readonly tokens: number } | undefined
  /** When each call that is in took of the rates, until what it used is known. */
  private readonly taking = new Map<GateEntry, number>()
  /** Ends the pause of the one that asks. */
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

  /** Takes of all, or of none. */
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

  /** What the store is asked for. */
  takes(entry: GateEntry): readonly RateTake[] {
    return this.rates.map((rate) => ({ ...rate.take, units: unitsOf(rate, entry) }))
  }

  /** The store has given them. */
  took(entry: GateEntry, now: number, remaining: readonly number[]): void {
    this.taking.set(entry, now)
    for (const [at, rate] of this.rates.entries()) {
      rate.left = remaining[at] ?? rate.left
      rate.at = now
    }
  }

  /** The store has no units of one. */
  refuse(entry: GateEntry, now: number, rate: number, told: number): GateRefusal {
    const limit = this.rates[rate]?.limit ?? 'requests'
    // Of a store that says nonsense: neither asked without a break nor never again.
    const retryAfterMs = told >= 1 && told < Infinity ? told : 1_000
    this.refusal = { limit, until: now + retryAfterMs, tokens: limit === 'tokens' ? entry.tokens : 0 }
    return this.options.refused({ limit, retryAfterMs })
  }

  /** What the store has just said of this much or less, while it holds. */
  lastRefusal(entry: GateEntry): (GateRefusal & { readonly retryAfterMs: number }) | undefined {
    const last = this.refusal
    const now = this.options.clock.now()
    if (!last || now >= last.until || (last.limit === 'tokens' && entry.tokens < last.tokens)) return undefined
    return { ...this.options.refused({ limit: last.limit }), retryAfterMs: Math.ceil(last.until - now) }
  }

  /** Nothing was sent: what was taken is free again. */
  undo(entry: GateEntry): void {
    this.correct(entry, (rate) => -unitsOf(rate, entry))
  }

  /** What the call used in tokens, against what it was estimated to; `undefined` when the answer does not say. */
  used(entry: GateEntry, tokens: number | undefined): void {
    this.correct(entry, (rate) => (rate.limit === 'tokens' && tokens !== undefined ? tokens - unitsOf(rate, entry) : 0))
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
  isInVain({ limit, retryAfterMs = 0 }: GateRefusal, entry: GateEntry): boolean {
    return retryAfterMs >= entry.remaining && (limit !== 'tokens' || this.taking.size === 0)
  }

  /** What the store said last no longer holds. */
  private roomAgain(): void {
    this.refusal = undefined
    this.wake?.()
  }

  /** Until there may be room: when the store said so, or some was given back. @throws the reason of the signal. */
  async pause(ms: number, signal: AbortSignal): Promise<void> {
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
}

function rateOf(limit: Rate['limit'], key: string, units: number): Rate {
  return { limit, take: { key, limit: units, windowMs: MINUTE }, left: units, at: 0 }
}

/** As much as was taken: of more than there is in a minute no more can be given back. */
function unitsOf({ limit, take }: Rate, entry: GateEntry): number {
  return Math.min(take.limit, Math.max(1, limit === 'requests' ? entry.requests : entry.tokens))
}
