/** The limits of targets: places for calls at once, and rates by the minute. */
import type { RateTake, Store } from '../kernel/store.js'
import { CallQueue } from '../policies/queue.js'
import type { Target } from '../router/target.js'
import type { LogicalCall } from './call.js'
import type { LimitError } from '../kernel/errors.js'

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
  private readonly rates: readonly { readonly limit: LimitError['limit']; readonly take: Omit<RateTake, 'units'> }[]
  /** Until when the store is not asked again, because it has refused. */
  private refusedUntil = 0
  private refusedFor: LimitError['limit'] = 'requests'

  constructor({ id, limits = {} }: Target, store: Store) {
    const { rpm, tpm, concurrent, queue = DEFAULT_QUEUE } = limits
    this.store = store
    this.queue = concurrent === undefined ? undefined : new CallQueue({ concurrent, queue })
    this.rates = [
      ...(rpm === undefined ? [] : [rateOf('requests', `rpm ${id}`, rpm)]),
      ...(tpm === undefined ? [] : [rateOf('tokens', `tpm ${id}`, tpm)]),
    ]
  }

  /** Lets the call in when that can be now. */
  async tryEnter(call: LogicalCall): Promise<boolean> {
    if (this.queue && !this.queue.tryEnter()) return false
    if ((await this.takeRates(call)) === undefined) return true
    this.queue?.leave()
    return false
  }

  /** Waits until the call is let in. @returns why it is not. @throws the reason of the call's abort. */
  async enter(call: LogicalCall): Promise<Refusal | undefined> {
    const { limits, options } = call
    if (this.queue) {
      const refusal = await this.queue.enter(options.priority ?? 0, limits.remaining, limits.signal)
      if (refusal) return { limit: 'queue' }
    }
    for (;;) {
      const refusal = await this.takeRates(call)
      if (refusal === undefined) return undefined
      if (refusal.retryAfterMs >= limits.remaining) {
        this.queue?.leave()
        return refusal
      }
      try {
        await limits.sleep(refusal.retryAfterMs)
      } catch (error) {
        this.queue?.leave()
        throw error
      }
    }
  }

  /** The call has ended. */
  leave(): void {
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
