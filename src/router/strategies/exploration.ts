import type { Clock } from '../../kernel/clock.js'

/** Share of the calls that may go to a member that looks worse. */
const SHARE = 0.05
/** Milliseconds after which a measurement may be out of date. */
const STALE_MS = 5_000

/**
 * When to try a member that looks worse, so that one that has recovered is found: a small share of the calls, and no
 * member more than once in a few seconds, so that under load next to no call pays for it.
 */
export class Exploration {
  private readonly clock: Clock
  private readonly random: () => number
  private readonly seenAt: Float64Array

  constructor(count: number, clock: Clock, random: () => number) {
    this.clock = clock
    this.random = random
    this.seenAt = new Float64Array(count).fill(-Infinity)
  }

  /** Whether this call may. */
  get due(): boolean {
    return this.random() < SHARE
  }

  isStale(index: number): boolean {
    return this.clock.now() - (this.seenAt[index] ?? 0) > STALE_MS
  }

  /** The member was measured, or is about to be. */
  seen(index: number): void {
    this.seenAt[index] = this.clock.now()
  }
}
