/** Reads counts of a usage on the wire. */

/**
 * `undefined` for one that is not told. One that is not a number is `NaN`, not 0 and not left out: whoever prices the answer
 * has to see that it was told wrong.
 */
export function wireCount(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'number' ? value : Number.NaN
}
