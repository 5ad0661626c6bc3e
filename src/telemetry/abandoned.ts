/**
 * Ends spans whose result nobody reads: a stream that is never consumed, or a response whose body is left
 * alone. The garbage collector tells of most; a time limit and the end of the process catch the rest.
 */

/** Milliseconds after which something nobody has begun to read counts as abandoned. */
const IDLE_LIMIT = 5 * 60_000

interface Watched {
  readonly end: () => void
  readonly since: number
}

const watched = new Set<Watched>()
let sweeper: NodeJS.Timeout | undefined
let atExit = false

const registry = new FinalizationRegistry<Watched>((entry) => {
  if (watched.has(entry)) finish(entry)
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

function sweep(olderThan: number): void {
  const now = performance.now()
  for (const entry of watched) if (now - entry.since >= olderThan) finish(entry)
}

/**
 * Calls `end` if `target` is collected, stays unread past the limit, or the process runs out of work.
 * `end` must not refer to `target`. Call the returned function once somebody reads.
 */
export function endWhenAbandoned(target: object, end: () => void): () => void {
  const entry: Watched = { end, since: performance.now() }
  watched.add(entry)
  registry.register(target, entry, entry)
  if (!sweeper) {
    sweeper = setInterval(() => sweep(IDLE_LIMIT), IDLE_LIMIT / 10)
    sweeper.unref()
  }
  if (!atExit) {
    atExit = true
    process.prependListener('beforeExit', () => sweep(0))
  }
  return () => {
    if (!watched.has(entry)) return
    forget(entry)
    registry.unregister(entry)
  }
}
