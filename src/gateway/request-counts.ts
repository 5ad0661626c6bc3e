/** Counts answered requests by method, route and status, with their time. */

/** Seconds. The bounds of the conventions for HTTP, and longer ones: models think for minutes. */
export const DURATION_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] as const

/** Requests of one kind. Plain data, fit for a message to another process. */
export interface RequestSeries {
  readonly method: string
  /** Empty for a path that is not served. */
  readonly route: string
  readonly status: number
  count: number
  /** Seconds together. */
  sum: number
  /** Requests within each of the bounds, and not within the one before; longer ones are in `count` alone. */
  readonly within: number[]
}

export class RequestCounts {
  /** Requests that are not answered to their end. */
  active = 0
  private readonly byKind = new Map<string, RequestSeries>()

  /** @param seconds - From the head of the request to the end of the answer. */
  add(method: string, route: string, status: number, seconds: number): void {
    const kind = `${method} ${status} ${route}`
    let series = this.byKind.get(kind)
    if (!series) {
      series = { method, route, status, count: 0, sum: 0, within: DURATION_BOUNDS.map(() => 0) }
      this.byKind.set(kind, series)
    }
    series.count += 1
    series.sum += seconds
    const bound = DURATION_BOUNDS.findIndex((most) => seconds <= most)
    if (bound >= 0) series.within[bound] = (series.within[bound] ?? 0) + 1
  }

  all(): readonly RequestSeries[] {
    return [...this.byKind.values()]
  }
}
