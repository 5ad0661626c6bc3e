/** The free share of a provider's limits, by the headers of its answers. */
import { readRateLimit, type HeaderSource, type RateLimitWindow } from '../kernel/rate-limit.js'

/** Milliseconds for which a limit without a reset time counts: most limits are by the minute. */
const UNTOLD_MS = 60_000

interface LimitHeaders {
  readonly headers: HeaderSource
  /** Unix milliseconds of the answer. */
  readonly date: number
  /** By a monotonic clock. */
  readonly at: number
}

interface Share {
  readonly free: number
  readonly until: number
}

/** The limits in the newest answer of one target. Headers are parsed on first use. */
export class AnnouncedLimits {
  private unread: LimitHeaders | undefined
  private shares: readonly Share[] = []

  told(headers: HeaderSource, date: number, at: number): void {
    this.unread = { headers, date, at }
  }

  /** The smallest free share of all counts, 0 to 1; 1 when there were none, or they are out of date. */
  headroom(now: number): number {
    if (this.unread) {
      // An answer without limits keeps those of the answer before.
      this.shares = sharesOf(this.unread) ?? this.shares
      this.unread = undefined
    }
    let least = 1
    for (const { free, until } of this.shares) if (now < until && free < least) least = free
    return least
  }
}

function sharesOf({ headers, date, at }: LimitHeaders): readonly Share[] | undefined {
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
