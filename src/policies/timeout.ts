/** The time limits of a call. */

/** All in milliseconds. */
export interface TimeoutPolicy {
  /** Until the connection stands and the request is being sent. Each attempt. Default: that of the `fetch` in use. */
  readonly connect: number | undefined
  /** Until a stream's first content chunk. Each attempt. Default: none. */
  readonly firstChunk: number | undefined
  /** Between two reads of a stream's bytes. Default: none. */
  readonly idle: number | undefined
  /** The whole call: every attempt, every wait, and the stream to its end. */
  readonly total: number
}

export interface TimeoutOptions {
  /**
   * Milliseconds until the connection stands and the request is being sent, for each attempt. With a `fetch`
   * that is not undici's: until the headers of the answer.
   */
  connect?: number | undefined
  /** Milliseconds until a stream's first content chunk, for each attempt. */
  firstChunk?: number | undefined
  /** Milliseconds that a stream may send nothing at all, keep-alive comments included. */
  idle?: number | undefined
  /** Milliseconds for the whole call: every attempt, every wait, and the stream to its end. Default 600 000. */
  total?: number | undefined
}

export const DEFAULT_TIMEOUT: TimeoutPolicy = {
  connect: undefined,
  firstChunk: undefined,
  idle: undefined,
  total: 600_000,
}

/** `timeout` over `base`: what it leaves out stays as it was. A number is the total. */
export function timeoutPolicy(
  timeout: number | TimeoutOptions | undefined,
  base: TimeoutPolicy = DEFAULT_TIMEOUT,
): TimeoutPolicy {
  if (timeout === undefined) return base
  if (typeof timeout === 'number') return { ...base, total: timeout }
  return {
    connect: timeout.connect ?? base.connect,
    firstChunk: timeout.firstChunk ?? base.firstChunk,
    idle: timeout.idle ?? base.idle,
    total: timeout.total ?? base.total,
  }
}
