/**
 * Ends spans whose result nobody reads: a stream that is never consumed, or a response whose body is left
 * alone. The garbage collector tells of most; a time limit and the end of the process catch the rest.
 */
import { guard } from '../kernel/guard.js'
import { hasNodeModules, unref } from '../kernel/platform.js'

/** Milliseconds after which something nobody has begun to read counts as abandoned. */
const IDLE_LIMIT = 5 * 60_000

interface Watched {
  readonly end: () => void
  since: number
  /** A read was over since the last look at it, which tells the time: it would cost too much to tell it at each read. */
  fresh: boolean
  /** A read is under way: its reader waits for the provider, however long that takes. */
  reading: boolean
  /** The same, of a target that has to be asked. Must not keep it alive. */
  readonly waits: (() => boolean) | undefined
}

/** Call it once the result is done with, or watched in another way. */
export interface AbandonWatch {
  (): void
  /** A read begins: nothing is abandoned until it is over. */
  reading(): void
  /** A read is over; from here on the time limit runs anew. */
  read(): void
  /** From here on it is this that must not be collected: what the first target gave away. */
  follow(target: object): void
}

const watched = new Set<Watched>()
let sweeper: NodeJS.Timeout | undefined
let watchesExit = false
const exits: (() => void)[] = []

const registry = new FinalizationRegistry<Watched>((entry) => {
  if (watched.has(entry)) guard('abandoned', () => finish(entry))
})

function finish(entry: Watched): void {
  forget(entry)
  entry.end()
}

function forget(entry: Watched): void {
  watched.delete(entry)
  if (watched.size === 0 && sweeper) {
    clearInterval(sweeper)
    sweeper = undefined
  }
}

function isReading({ reading, waits }: Watched): boolean {
  return reading || (waits !== undefined && guard('abandoned', waits) === true)
}

function sweep(olderThan: number): void {
  const now = performance.now()
  for (const entry of watched) {
    if (entry.fresh) entry.since = now
    entry.fresh = false
    // At the end of the process a read that is under way will never be over.
    const idle = olderThan === 0 || (now - entry.since >= olderThan && !isReading(entry))
    if (idle) guard('abandoned', () => finish(entry))
  }
}

/**
 * Calls `end` if `target` is collected, stays unread past the limit, or the process runs out of work.
 * `end` must not refer to `target`. Call the returned function once somebody reads.
 *
 * @param waits - Whether somebody waits for more, where reads do not tell. Must not refer to `target` either.
 */
export function endWhenAbandoned(target: object, end: () => void, waits?: () => boolean): AbandonWatch {
  const entry: Watched = { end, since: performance.now(), fresh: false, reading: false, waits }
  watched.add(entry)
  registry.register(target, entry, entry)
  if (!sweeper) {
    sweeper = unref(setInterval(() => sweep(IDLE_LIMIT), IDLE_LIMIT / 10))
  }
  watchExit()
  return watchOf(entry)
}

/** Once: the process has run out of work, or may get more from what is done now. */
function watchExit(): void {
  if (watchesExit || !hasNodeModules()) return
  watchesExit = true
  process.prependListener('beforeExit', () => {
    sweep(0)
    for (const end of exits) guard('abandoned', end)
  })
}

/** Calls `end` whenever the process runs out of work, before it exits. There is no way back, so it is for things that last. */
export function atExit(end: () => void): void {
  exits.push(end)
  watchExit()
}

/** Apart from the target, which the functions here must not keep alive. */
function watchOf(entry: Watched): AbandonWatch {
  const stop = (): void => {
    if (!watched.has(entry)) return
    forget(entry)
    registry.unregister(entry)
  }
  return Object.assign(stop, {
    reading: () => {
      entry.reading = true
    },
    read: () => {
      entry.reading = false
      entry.fresh = true
    },
    follow: (target: object) => {
      if (!watched.has(entry)) return
      registry.unregister(entry)
      registry.register(target, entry, entry)
    },
  })
}

/** How many results are watched now. */
export function watchedCount(): number {
  return watched.size
}
