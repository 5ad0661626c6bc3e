/** A gate on the clock of the process, which a test holds, and a store that can be looked into. */
import type { GateEntry } from '../../src/client/admission/gate-entry.js'
import { Gate } from '../../src/client/admission/gate.js'
import type { LeaseRequest, RateCorrection, RateTake, TakeResult } from '../../src/kernel/store.js'
import type { TargetLimits } from '../../src/router/options.js'
import { MemoryStore } from '../../src/stores/memory.js'

export const MINUTE = 60_000
const clock = { now: () => performance.now(), date: () => Date.now() }
export const never = (): AbortSignal => new AbortController().signal

class RecordingStore extends MemoryStore {
  override readonly shared: boolean
  readonly leaseMs = 900
  readonly asked: string[] = []
  readonly corrections: RateCorrection[] = []
  /** Answers in place of the store. */
  instead: (() => TakeResult) | undefined

  constructor(shared: boolean) {
    super(clock)
    this.shared = shared
  }

  override take(takes: readonly RateTake[]): TakeResult {
    this.asked.push('take')
    return this.instead?.() ?? super.take(takes)
  }

  override correct(corrections: readonly RateCorrection[]): void {
    this.corrections.push(...corrections)
    super.correct(corrections)
  }

  override acquire(lease: LeaseRequest): boolean {
    this.asked.push('acquire')
    return super.acquire(lease)
  }

  override release(key: string, holder: string): void {
    this.asked.push('release')
    super.release(key, holder)
  }
}

/** @param shared - Whether other processes see what is in the store. */
export function gateOf(limits: TargetLimits, { waits = false, shared = true } = {}) {
  const store = new RecordingStore(shared)
  return { store, gate: new Gate({ key: 'k', name: 'the gate', limits, waits, store, clock, random: () => 0.5 }) }
}

export const entryOf = (tokens = 1, remaining = 1000): GateEntry => ({ tokens, requests: 1, priority: 0, remaining })
