/** The periods of budgets. */

import type { CalendarPeriod } from '../kernel/store.js'

export type Period = CalendarPeriod

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** 1970 began on a Thursday, weeks begin on Monday. */
const FIRST_MONDAY = 4 * DAY

/** Milliseconds. A calendar month has at most this length; a rolling one has 30 days. */
const LENGTH: Readonly<Record<Period, number>> = {
  minute: MINUTE,
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 30 * DAY,
}

/** A rolling window moves in this many parts. */
const SLOTS = 60

export interface BudgetWindow {
  /** Key of this calendar period; empty for a rolling window. */
  readonly id: string
  readonly windowMs: number
  readonly slots: number
  /** When a calendar period ends, in milliseconds since 1970. */
  readonly endsAt: number | undefined
}

/** The window that a call at `date` (milliseconds since 1970) belongs to. Calendar periods are those of UTC. */
export function windowAt(per: Period, kind: 'calendar' | 'rolling', date: number): BudgetWindow {
  if (kind === 'rolling') return { id: '', windowMs: LENGTH[per], slots: SLOTS, endsAt: undefined }
  const [start, end] = periodOf(per, date)
  return { id: new Date(start).toISOString().slice(0, 16), windowMs: end - start, slots: 1, endsAt: end }
}

/** When the calendar period of this date ends, in milliseconds since 1970. */
export function periodEnd(per: Period, date: number): number {
  return periodOf(per, date)[1]
}

function periodOf(per: Period, date: number): readonly [number, number] {
  return per === 'month' ? monthOf(date) : evenPeriod(date, LENGTH[per], per === 'week' ? FIRST_MONDAY : 0)
}

function evenPeriod(date: number, length: number, offset: number): readonly [number, number] {
  const start = Math.floor((date - offset) / length) * length + offset
  return [start, start + length]
}

function monthOf(date: number): readonly [number, number] {
  const at = new Date(date)
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()]
  return [Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1)]
}
