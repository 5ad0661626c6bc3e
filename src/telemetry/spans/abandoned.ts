/**
 * Ends spans whose result nobody reads: a stream that is never consumed, or a response whose body is never read. The garbage
 * collector finds most of them; a time limit and the end of the process find the rest.
 */
import { guard } from '../../kernel/guard.js'
import { hasNodeModules, unref } from '../../kernel/platform.js'

/** Milliseconds after which a result that nobody reads counts as abandoned. */
const IDLE_LIMIT = 5 * 60_000

interface Watched {
  readonly end: () => void
  since: number
  /** Whether a read has ended since the last check. The check sets the time, because reading the clock at each read is slow. */
  fresh: boolean
  /** Whether a read is under way. It may wait for the provider for any time. */
  reading: boolean
  /** The same, for a target that must be asked. Must not keep the target alive. */
  readonly waits: (() => boolean) | undefined
}

/** Call it to end the watch: the result was read, or is watched in another way. */
export interface AbandonWatch {
  (): void
  /** A read begins. The result is not abandoned while it lasts. */
  reading(): void
  /** A read has ended. The time limit starts anew. */
  read(): void
  /** Watches this object instead, which the program got from the first target. */
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
    // At the end of the process, a read that is under way will never end.
    const idle = olderThan === 0 || (now - entry.since >= olderThan && !isReading(entry))
    if (idle) guard('abandoned', () => finish(entry))
  }
}

/**
 * Calls `end` if `target` is garbage-collected, stays unread past the limit, or the process runs out of work. `end` must not
 * refer to `target`.
 *
 * @param waits - Whether somebody waits for more, if reads cannot be seen. Must not refer to `target` either.
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

/** Listens for the end of work once: what is done then may bring more work. */
function watchExit(): void {
  if (watchesExit || !hasNodeModules()) return
  watchesExit = true
  process.prependListener('beforeExit', () => {
    sweep(0)
    for (const end of exits) guard('abandoned', end)
  })
}

/** Calls `end` whenever the process runs out of work, before it exits. Cannot be undone. */
export function atExit(end: () => void): void {
  exits.push(end)
  watchExit()
}

/** A function of its own, so that nothing here keeps the target alive. */
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
