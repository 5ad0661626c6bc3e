/** The time limits of a call. */

/** All in milliseconds. */
export interface TimeoutPolicy {
  /** Until the connection is open and the request is being sent. Each attempt. Default: that of the `fetch` in use. */
  readonly connect: number | undefined
  /** Until the whole answer, or a stream's first content. Each attempt. Default: see {@link attemptLimit}. */
  readonly attempt: number | undefined
  /** Until a stream's first content chunk. Each attempt. Default: none. */
  readonly firstChunk: number | undefined
  /** Between two reads of a stream's bytes. Default: none. */
  readonly idle: number | undefined
  /** The whole call: every attempt, every wait, and the stream to its end. */
  readonly total: number
}

/** Time limits in the options. */
export interface TimeoutOptions {
  /**
   * Milliseconds until the connection is open and the request is being sent, for each attempt. With a `fetch` that is not
   * undici's: until the headers of the answer.
   */
  connect?: number | undefined
  /**
   * Milliseconds of one attempt: until the whole answer is read, or the first content of a stream. Then the next target is
   * tried, or this one again. Waits in queues and between attempts do not count. Default: half of what is left of `total`
   * while another target can be tried, else all of it. If it is set, an attempt still gets at most three quarters of what
   * is left while another target can be tried, so that no attempt uses up the call's time.
   */
  attempt?: number | undefined
  /** Milliseconds until a stream's first content chunk, for each attempt. */
  firstChunk?: number | undefined
  /** Milliseconds that a stream may send nothing at all, keep-alive comments included. */
  idle?: number | undefined
  /**
   * Milliseconds for the whole call: every attempt, every wait, and the stream to its end. Default 600 000. Set for a
   * target or a provider, it bounds each attempt there, with the stream to its end.
   */
  total?: number | undefined
}

export const DEFAULT_TIMEOUT: TimeoutPolicy = {
  connect: undefined,
  attempt: undefined,
  firstChunk: undefined,
  idle: undefined,
  total: 600_000,
}

/** `timeout` over `base`; a number is `total`. */
export function timeoutPolicy(
  timeout: number | TimeoutOptions | undefined,
  base: TimeoutPolicy = DEFAULT_TIMEOUT,
): TimeoutPolicy {
  if (timeout === undefined) return base
  if (typeof timeout === 'number') return { ...base, total: timeout }
  return {
    connect: timeout.connect ?? base.connect,
    attempt: timeout.attempt ?? base.attempt,
    firstChunk: timeout.firstChunk ?? base.firstChunk,
    idle: timeout.idle ?? base.idle,
    total: timeout.total ?? base.total,
  }
}

/** For each limit the first value that is set. */
export function nearestTimeouts(...nearestFirst: readonly (TimeoutOptions | undefined)[]): TimeoutOptions | undefined {
  const said = nearestFirst.filter((timeout) => timeout !== undefined)
  if (said.length < 2) return said[0]
  const nearest: TimeoutOptions = {}
  for (const timeout of said)
    for (const name of LIMITS) if (timeout[name] !== undefined) nearest[name] ??= timeout[name]
  return nearest
}

const LIMITS = [
  'connect',
  'attempt',
  'firstChunk',
  'idle',
  'total',
] as const satisfies readonly (keyof TimeoutOptions)[]

/** Shares of the call's remaining time for an attempt while another target can be tried: by default, and at most. */
const DEFAULT_SHARE = 0.5
const LARGEST_SHARE = 0.75

/** How long an attempt may take, and why. */
export interface AttemptLimit {
  readonly ms: number
  /** Why it differs from the options, for the error; `undefined` when it does not. */
  readonly why?: string
}

/**
 * How long one attempt may wait for its answer; `undefined` when only the call's own time ends it.
 *
 * @param set - The limit in the options.
 * @param remaining - The remaining time of the call.
 * @param hasOther - Whether another target can be tried after it.
 */
export function attemptLimit(
  set: number | undefined,
  remaining: number,
  hasOther: () => boolean,
): AttemptLimit | undefined {
  if (set !== undefined && set <= remaining * LARGEST_SHARE) return { ms: set }
  if (!hasOther()) return set === undefined ? undefined : { ms: set }
  const share = set === undefined ? DEFAULT_SHARE : LARGEST_SHARE
  const part = set === undefined ? 'half' : 'three quarters'
  const advice = set === undefined ? 'set timeout.attempt for a share of your own' : 'raise timeout.total for more'
  return {
    ms: Math.max(1, Math.round(remaining * share)),
    why: `${part} of what was left of timeout.total, as another target is left to try; ${advice}`,
  }
}
