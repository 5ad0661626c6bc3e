/** Hours of the day at which a price holds. */

/** In UTC, in seconds since midnight. The end is not in it, and lies on the next day when it is not after the start. */
export type Hours = readonly [from: number, to: number]

/** `16:30-00:30`. */
const WINDOW = /^\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*$/

/** Reads windows such as `16:30-00:30`. What is written otherwise is left out. */
export function hoursOf(windows: readonly unknown[]): Hours[] {
  return windows.flatMap((window): Hours[] => {
    const [, fromHour, fromMinute, toHour, toMinute] = (typeof window === 'string' && WINDOW.exec(window)) || []
    if (toMinute === undefined) return []
    return [[secondsOf(fromHour, fromMinute), secondsOf(toHour, toMinute)]]
  })
}

function secondsOf(hour: string | undefined, minute: string | undefined): number {
  return Number(hour) * 3600 + Number(minute) * 60
}

const SECONDS_A_DAY = 86_400

/** @param at - Unix milliseconds. */
export function isWithin(hours: readonly Hours[], at: number): boolean {
  const second = Math.floor(at / 1000) % SECONDS_A_DAY
  return hours.some(([from, to]) => (from < to ? second >= from && second < to : second >= from || second < to))
}
