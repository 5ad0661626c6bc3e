/** Waits that others ask for. */

/** The longest wait that is reported, in milliseconds: a year. A server that says more, such as `1e308`, means never. */
export const LONGEST_TOLD = 31_536_000_000

/** A wait in whole milliseconds, within 0 and {@link LONGEST_TOLD}; `undefined` for what is not a number. */
export function boundedWait(milliseconds: number): number | undefined {
  return Number.isNaN(milliseconds) ? undefined : Math.min(LONGEST_TOLD, Math.max(0, Math.ceil(milliseconds)))
}

/**
 * The wait that an answer asks for, in milliseconds: `retry-after-ms` (OpenAI, Azure), else `retry-after`
 * in seconds or as an HTTP date (RFC 9110, section 10.2.3).
 *
 * @param date - When the answer came, in milliseconds of the epoch.
 */
export function parseRetryAfter(headers: { get(name: string): string | null }, date: number): number | undefined {
  const milliseconds = headers.get('retry-after-ms')
  if (milliseconds !== null && milliseconds.trim() !== '' && Number(milliseconds) >= 0)
    return boundedWait(Number(milliseconds))
  const after = headers.get('retry-after')
  if (after === null || after.trim() === '') return undefined
  if (Number(after) >= 0) return boundedWait(Number(after) * 1000)
  // An HTTP date has letters. Without them Date.parse would read the text as a year.
  const time = /[a-z]/i.test(after) ? Date.parse(after) : NaN
  return boundedWait(time - date)
}
