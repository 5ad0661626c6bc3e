/** A cache store or an index that may be down or slow: what it does not do in time is a miss, and is said once. */
import type { CacheEntry, CacheStore, VectorEntry, VectorIndex, VectorMatch } from '../kernel/cache-store.js'
import type { Clock } from '../kernel/clock.js'
import type { MaybePromise } from '../kernel/store.js'
import { warnOnce } from '../telemetry/warn.js'
import { LoopTime } from './loop-time.js'
import { Outage } from './outage.js'

interface Guarded {
  /** In words, such as `the cache in redis`. */
  readonly what: string
  readonly clock: Clock
  /** Milliseconds for one answer. */
  readonly timeout: number
  /** Asks it for something, to see whether it is back. */
  readonly probe: () => MaybePromise<unknown>
}

class Guard {
  private readonly options: Guarded
  private readonly time: LoopTime
  private readonly outage: Outage

  constructor(options: Guarded) {
    const { clock, timeout, probe } = options
    this.options = options
    this.time = new LoopTime(timeout)
    this.outage = new Outage({
      clock,
      leaseMs: undefined,
      probe: () => this.inTime(probe),
      onDown: () => undefined,
      onBack: () => undefined,
    })
  }

  /** `undefined` when it does not work. Never fails. */
  async ask<T>(operation: () => MaybePromise<T>): Promise<T | undefined> {
    const { outage } = this
    if (outage.down) {
      void outage.ask()
      return undefined
    }
    const begun = outage.begin
    try {
      const value = await this.inTime(operation)
      outage.answered()
      return value
    } catch (error) {
      outage.failed(error, begun)
      // Not its message: that may quote the answer of a model.
      const { code } = error as { readonly code?: unknown }
      const why = typeof code === 'string' ? ` (${code})` : ''
      warnOnce(`${this.options.what} does not work${why}: calls go on without it, and ask it again later`)
      return undefined
    }
  }

  private inTime<T>(operation: () => MaybePromise<T>): Promise<T> {
    const { timeout, what } = this.options
    return new Promise((resolve, reject) => {
      const done = this.time.wait(timeout, () =>
        reject(Object.assign(new Error(`${what} gave no answer within ${timeout} ms`), { code: 'NO_ANSWER' })),
      )
      // A function of the user may throw at once.
      new Promise<T>((answered) => answered(operation())).then(resolve, reject).finally(done)
    })
  }
}

/** @param timeout - Milliseconds for one answer. */
export function guardedCache(store: CacheStore, clock: Clock, timeout: number): CacheStore {
  const guard = new Guard({
    what: `the cache in ${store.name}`,
    clock,
    timeout,
    probe: () => store.get(['probe']),
  })
  return {
    name: store.name,
    shared: store.shared,
    get: async (keys) => (await guard.ask(() => store.get(keys))) ?? keys.map(() => undefined),
    set: (entries: readonly CacheEntry[]) => guard.ask(() => store.set(entries)),
    remove: (keys) => guard.ask(() => store.remove(keys)),
    close: () => store.close(),
  }
}

/** @param timeout - Milliseconds for one answer. */
export function guardedIndex(index: VectorIndex, clock: Clock, timeout: number): VectorIndex {
  // It may take only vectors of one length.
  let last: (() => MaybePromise<VectorMatch | undefined>) | undefined
  const probe = (): MaybePromise<unknown> => last?.()
  const guard = new Guard({ what: `the index ${index.name} of the semantic cache`, clock, timeout, probe })
  return {
    name: index.name,
    search(query: VectorEntry & { readonly threshold: number }) {
      last = () => index.search(query)
      return guard.ask(last)
    },
    add: (entry) => guard.ask(() => index.add(entry)),
  }
}
