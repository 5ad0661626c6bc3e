/** What a provider's answers say of its limits, as a share of them. */
import { readRateLimit, type HeaderSource, type RateLimitWindow } from '../kernel/rate-limit.js'

/** Milliseconds that a word holds which does not say for how long: limits are by the minute, mostly. */
const UNTOLD_MS = 60_000

interface Told {
  readonly headers: HeaderSource
  /** Unix milliseconds of the answer. */
  readonly date: number
  /** By a clock that only grows. */
  readonly at: number
}

interface Share {
  readonly free: number
  readonly until: number
}

/** Of one target: what the newest answer said. Reading it waits until somebody asks. */
export class AnnouncedLimits {
  private unread: Told | undefined
  private shares: readonly Share[] = []

  told(headers: HeaderSource, date: number, at: number): void {
    this.unread = { headers, date, at }
  }

  /** The smallest share of what is counted that is still free, 0 to 1; 1 when nothing was told, or it no longer holds. */
  headroom(now: number): number {
    if (this.unread) {
      // An answer that says nothing of limits leaves what was told before.
      this.shares = sharesOf(this.unread) ?? this.shares
      this.unread = undefined
    }
    let least = 1
    for (const { free, until } of this.shares) if (now < until && free < least) least = free
    return least
  }
}

function sharesOf({ headers, date, at }: Told): readonly Share[] | undefined {
  const limits = readRateLimit(headers, date)
  return (
    limits &&
    Object.values(limits).flatMap((window: RateLimitWindow) => {
      const free = freeOf(window)
      return free === undefined ? [] : [{ free, until: at + (window.resetMs ?? UNTOLD_MS) }]
    })
  )
}

function freeOf({ limit, remaining }: RateLimitWindow): number | undefined {
  if (remaining === undefined) return undefined
  if (remaining <= 0) return 0
  return limit === undefined || limit <= 0 ? undefined : Math.min(1, remaining / limit)
}
