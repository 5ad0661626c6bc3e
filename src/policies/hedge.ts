/** When to ask a second target beside one that is slow. */

export interface HedgePolicy {
  /** Milliseconds, or what 95 of 100 calls of the target take. */
  readonly after: number | 'p95'
  /** Further targets at most. */
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

/** Milliseconds to wait; `undefined` not to hedge, because nothing is known of the target yet. */
export function hedgeDelay({ after }: HedgePolicy, p95: number | undefined): number | undefined {
  return after === 'p95' ? p95 : after
}
