/** Hours of the day at which a price holds. */

/** In UTC, in seconds since midnight. The end is not in it, and lies on the next day when it is not after the start. */
export type Hours = readonly [from: number, to: number]

/** `16:30-00:30`. */
const WINDOW = /^\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*$/

/** Hours that hold on some days of the week only. */
export interface DayHours {
  readonly hours: readonly Hours[]
  /** 1 is Monday. */
  readonly days: ReadonlySet<number>
  /** By whose calendar it is that day. */
  readonly timeZone: string
}

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
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** The number of a day, from its number or its English name; `undefined` for what is none. */
export function dayOf(name: unknown): number | undefined {
  if (typeof name === 'string') name = DAYS.indexOf(name.trim().toLowerCase().slice(0, 3)) + 1
  return typeof name === 'number' && Number.isInteger(name) && name >= 1 && name <= 7 ? name : undefined
}

const calendars = new Map<string, Intl.DateTimeFormat>()

/** A calendar that is not known counts as UTC. */
function calendarOf(timeZone: string): Intl.DateTimeFormat {
  let calendar = calendars.get(timeZone)
  if (calendar) return calendar
  try {
    calendar = new Intl.DateTimeFormat('en-US', { weekday: 'short', timeZone })
  } catch {
    // A price list may name a zone that this machine does not have.
    calendar = new Intl.DateTimeFormat('en-US', { weekday: 'short', timeZone: 'UTC' })
  }
  calendars.set(timeZone, calendar)
  return calendar
}

/** @param at - Unix milliseconds. */
export function isOnDay({ hours, days, timeZone }: DayHours, at: number): boolean {
  return isWithin(hours, at) && days.has(dayOf(calendarOf(timeZone).format(at)) ?? 0)
}

/** @param at - Unix milliseconds. */
export function isWithin(hours: readonly Hours[], at: number): boolean {
  const second = Math.floor(at / 1000) % SECONDS_A_DAY
  return hours.some(([from, to]) => (from < to ? second >= from && second < to : second >= from || second < to))
}
