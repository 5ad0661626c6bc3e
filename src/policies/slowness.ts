/** Whether an answer came so slowly that it counts as a failure of its target. */

/** Milliseconds, or a multiple of the target's usual time. */
export type SlowerThan = number | { readonly timesUsual: number }

/** Answers until the usual time is known. */
const FIRST = 20
/** Milliseconds in which the usual time changes by a factor of e at most, so that a bad hour does not become usual. */
const PACE_MS = 600_000
/** Longer gaps between two answers, in milliseconds, are not counted. */
const LONGEST_GAP = 10_000

/** A running median of all answers. If a target changes for good, its new times become the usual ones after a while. */
class UsualTime {
  private first: number[] | undefined = []
  private ms: number | undefined
  private at = 0

  get(): number | undefined {
    return this.ms
  }

  add(now: number, ms: number): void {
    if (this.first) {
      this.first.push(ms)
      this.at = now
      if (this.first.length < FIRST) return
      this.ms = this.first.sort((a, b) => a - b)[FIRST / 2]
      this.first = undefined
    } else if (this.ms !== undefined && ms !== this.ms) {
      const step = Math.min(LONGEST_GAP, Math.max(0, now - this.at)) / PACE_MS
      this.ms *= Math.exp(ms > this.ms ? step : -step)
      this.at = now
    }
  }
}

/** An attempt that waits for its answer. */
export interface Waiting {
  readonly since: number
}

/** Slow answers of one target and one kind of answers. */
export class Slowness {
  private readonly limit: SlowerThan
  private readonly usual = new UsualTime()
  /** Oldest first. */
  private readonly waiting = new Set<Waiting>()

  constructor(limit: SlowerThan) {
    this.limit = limit
  }

  /** Whether an answer that takes so many milliseconds is slow; `false` while the usual time is not known. */
  isSlow(ms: number): boolean {
    if (typeof this.limit === 'number') return ms > this.limit
    const usual = this.usual.get()
    return usual !== undefined && ms > usual * this.limit.timesUsual
  }

  begin(now: number): Waiting {
    const attempt = { since: now }
    this.waiting.add(attempt)
    return attempt
  }

  /** An attempt no longer waits. @returns whether it had not been counted as slow before. */
  end(attempt: Waiting): boolean {
    return this.waiting.delete(attempt)
  }

  /** How many attempts have become slow while they wait; each is counted once. So a target that hangs is noticed before it answers. */
  overdue(now: number): number {
    let count = 0
    for (const attempt of this.waiting) {
      if (!this.isSlow(now - attempt.since)) break
      this.waiting.delete(attempt)
      count += 1
    }
    return count
  }

  /** An answer took so many milliseconds. */
  add(now: number, ms: number): void {
    if (typeof this.limit !== 'number') this.usual.add(now, ms)
  }
}
