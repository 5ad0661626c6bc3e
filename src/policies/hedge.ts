/** When to try a second target in parallel with a slow one. */

export interface HedgePolicy {
  /** Milliseconds, or `p95`: the time that 95 of 100 calls of the target take. */
  readonly after: number | 'p95'
  /** The most further targets. */
  readonly max: number
}

const DEFAULT_HEDGE: HedgePolicy = { after: 'p95', max: 1 }

export function hedgePolicy(
  options: boolean | { readonly after?: number | 'p95' | undefined; readonly max?: number | undefined } | undefined,
): HedgePolicy | undefined {
  if (options === undefined || options === false) return undefined
  if (options === true) return DEFAULT_HEDGE
  return { after: options.after ?? DEFAULT_HEDGE.after, max: options.max ?? DEFAULT_HEDGE.max }
}

/** Milliseconds to wait; `undefined`: do not hedge, because the target has no latencies yet. */
export function hedgeDelay({ after }: HedgePolicy, p95: number | undefined): number | undefined {
  return after === 'p95' ? p95 : after
}
