/** Time as the rooms above see it, so that tests can hold the clock. */
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
