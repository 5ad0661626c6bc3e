/** The limits of targets: places for calls at once, and rates by the minute. */
import { systemClock } from '../kernel/clock.js'
import type { RateTake, Store } from '../kernel/store.js'
import { CallQueue } from '../policies/queue.js'
import type { Target } from '../router/target.js'
import type { LogicalCall } from './call.js'
import type { LimitError } from '../kernel/errors.js'
import { Places } from './places.js'

const MINUTE = 60_000
const DEFAULT_QUEUE = 100

/** Why a call was not let in. */
export interface Refusal {
  readonly limit: LimitError['limit']
  readonly retryAfterMs?: number
}

/** By target. */
export class Gates {
  private readonly store: Store
  private readonly gates = new Map<string, Gate>()

  constructor(store: Store) {
    this.store = store
  }

  /** `undefined` for a target without limits. */
  of(target: Target): Gate | undefined {
    if (!target.limits) return undefined
    let gate = this.gates.get(target.id)
    if (!gate) {
      gate = new Gate(target, this.store)
      this.gates.set(target.id, gate)
    }
    return gate
  }
}

export class Gate {
  private readonly store: Store
  private readonly queue: CallQueue | undefined
  /** Beyond the queue of this process, where other processes count too. */
  private readonly places: Places | undefined
  private readonly rates: readonly { readonly limit: LimitError['limit']; readonly take: Omit<RateTake, 'units'> }[]
  /** Until when the store is not asked again, because it has refused. */
  private refusedUntil = 0
  private refusedFor: LimitError['limit'] = 'requests'

  constructor({ id, limits = {} }: Target, store: Store) {
    const { rpm, tpm, concurrent, queue = DEFAULT_QUEUE } = limits
    this.store = store
    this.queue = concurrent === undefined ? undefined : new CallQueue({ concurrent, queue })
    this.places =
      concurrent === undefined || !store.shared
        ? undefined
        : new Places({ key: `concurrent ${id}`, limit: concurrent, store, now: systemClock.now })
    this.rates = [
      ...(rpm === undefined ? [] : [rateOf('requests', `rpm ${id}`, rpm)]),
      ...(tpm === undefined ? [] : [rateOf('tokens', `tpm ${id}`, tpm)]),
    ]
  }

  /** Lets the call in when that can be now. @throws ConnectionError when the store is down and calls shall not go without it. */
  async tryEnter(call: LogicalCall): Promise<boolean> {
    if (this.queue && !this.queue.tryEnter()) return false
    let placed = false
    let entered = false
    try {
      placed = !this.places || (await this.places.tryTake())
      entered = placed && (await this.takeRates(call)) === undefined
      return entered
    } finally {
      if (!entered) this.giveBack(placed)
    }
  }

  /** Waits until the call is let in. @returns why it is not. @throws the reason of the call's abort, and as {@link tryEnter}. */
  async enter(call: LogicalCall): Promise<Refusal | undefined> {
    const { limits, options } = call
    if (this.queue) {
      const refusal = await this.queue.enter(options.priority ?? 0, limits.remaining, limits.signal)
      if (refusal) return { limit: refusal === 'full' ? 'queue' : 'concurrent' }
    }
    let placed = false
    let entered = false
    try {
      while (this.places && !placed) {
        placed = await this.places.tryTake()
        if (placed) break
        if (this.places.wait >= limits.remaining) return { limit: 'concurrent' }
        await limits.sleep(this.places.wait)
      }
      placed = true
      for (;;) {
        const refusal = await this.takeRates(call)
        if (refusal === undefined) {
          entered = true
          return undefined
        }
        if (refusal.retryAfterMs >= limits.remaining) return refusal
        await limits.sleep(refusal.retryAfterMs)
      }
    } finally {
      if (!entered) this.giveBack(placed)
    }
  }

  /** The call has ended. */
  leave(): void {
    this.giveBack(true)
  }

  private giveBack(placed: boolean): void {
    if (placed) this.places?.give((this.queue?.length ?? 0) > 0)
    this.queue?.leave()
  }

  private async takeRates(call: LogicalCall): Promise<(Refusal & { readonly retryAfterMs: number }) | undefined> {
    if (this.rates.length === 0) return undefined
    const now = call.client.clock.now()
    if (now < this.refusedUntil) return { limit: this.refusedFor, retryAfterMs: Math.ceil(this.refusedUntil - now) }
    const { inputTokens, outputTokens } = call.routed
    const units = { requests: 1, tokens: Math.max(1, inputTokens + outputTokens) } as Record<string, number>
    const takes = this.rates.map(({ limit, take }) => ({ ...take, units: units[limit] ?? 1 }))
    const result = await this.store.take(takes)
    if (result.ok) return undefined
    this.refusedFor = this.rates[result.refused]?.limit ?? 'requests'
    this.refusedUntil = now + result.retryAfterMs
    return { limit: this.refusedFor, retryAfterMs: result.retryAfterMs }
  }
}

function rateOf(limit: LimitError['limit'], key: string, units: number) {
  return { limit, take: { key, limit: units, windowMs: MINUTE } }
}
