/** When an answer came so slowly that it says the same of its target as a failure. */

/** Milliseconds, or as many times what the target usually takes. */
export type SlowerThan = number | { readonly timesUsual: number }

/** Answers until it is known what is usual. */
const FIRST = 20
/** Milliseconds in which what is usual changes by a factor of e at most: a bad hour does not become the usual. */
const PACE_MS = 600_000
/** Milliseconds between two answers beyond which the time between them says nothing. */
const LONGEST_GAP = 10_000

/** The median of all answers, followed step by step. A target that has changed for good is its usual self again after a while. */
class Usual {
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

/** Of one target and one kind of answers. */
export class Slowness {
  private readonly limit: SlowerThan
  private readonly usual = new Usual()
  /** Oldest first. */
  private readonly waiting = new Set<Waiting>()

  constructor(limit: SlowerThan) {
    this.limit = limit
  }

  /** Whether an answer that takes so many milliseconds is slow. Never, while it is not known what is usual. */
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

  /** It waits no longer. @returns whether it was not found to be overdue before. */
  end(attempt: Waiting): boolean {
    return this.waiting.delete(attempt)
  }

  /** How many attempts have become slow while they wait, each told once: what hangs must not be waited for to be known. */
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
