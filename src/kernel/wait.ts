/** Waits that others ask for. */

/** The longest wait that is reported, in milliseconds: a year. A server that says more, such as `1e308`, means never. */
export const LONGEST_TOLD = 31_536_000_000

/** A wait in whole milliseconds, within 0 and {@link LONGEST_TOLD}; `undefined` for what is not a number. */
export function boundedWait(milliseconds: number): number | undefined {
  return Number.isNaN(milliseconds) ? undefined : Math.min(LONGEST_TOLD, Math.max(0, Math.ceil(milliseconds)))
}
