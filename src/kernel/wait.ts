/** Waits that others ask for. */

/** Milliseconds of the longest wait that is told: a year. A server that says more, or `1e308`, means never. */
export const LONGEST_TOLD = 31_536_000_000

/** A wait in whole milliseconds, within 0 and {@link LONGEST_TOLD}; `undefined` for what is not a number. */
export function boundedWait(milliseconds: number): number | undefined {
  return Number.isNaN(milliseconds) ? undefined : Math.min(LONGEST_TOLD, Math.max(0, Math.ceil(milliseconds)))
}
