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
