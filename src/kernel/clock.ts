/** The clock of all code above, so that tests can stop it. */
export interface Clock {
  /** Milliseconds that only ever grow; no relation to the date. */
  now(): number
  /** Unix milliseconds. */
  date(): number
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
}

/** The longest delay of a timer, in milliseconds. With a longer one it fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1
