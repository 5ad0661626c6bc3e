/** Writes the counts of this process again to a shared store that has lost its data. */
import type { Clock } from '../kernel/clock.js'
import type { MaybePromise, Store } from '../kernel/store.js'
import { warnOnce } from '../telemetry/warn.js'
import type { Counts } from './memory.js'
import { StoreEmptied } from './store-emptied.js'
import type { Unsettled } from './unsettled.js'

/** How often an operation may find the store emptied before it fails. */
const REFILLS = 3
/** Rates to an operation. */
const AT_ONCE = 100

interface RefillOptions {
  readonly store: Store
  /** The counts of this process. */
  readonly counts: () => Counts
  readonly unsettled: Unsettled
  readonly clock: Clock
}

export class Refill {
  private readonly options: RefillOptions
  /** Pending while the store is refilled; other operations wait for it. */
  private telling: Promise<void> | undefined
  private at: number | undefined

  constructor(options: RefillOptions) {
    this.options = options
  }

  /** When the store was last found without its data, in milliseconds since 1970. */
  get emptiedAt(): number | undefined {
    return this.at
  }

  get running(): Promise<void> | undefined {
    return this.telling
  }

  begin(): void {
    this.telling ??= this.tell().finally(() => {
      this.telling = undefined
    })
  }

  /** An operation on an emptied store was not done, and is repeated after the refill. */
  async asked<T>(operation: () => MaybePromise<T>): Promise<T> {
    for (let left = REFILLS; ; left -= 1) {
      try {
        return await operation()
      } catch (error) {
        if (!(error instanceof StoreEmptied) || left === 0) throw error
        await this.telling
      }
    }
  }

  private async tell(): Promise<void> {
    const { store, counts, unsettled, clock } = this.options
    this.at = clock.date()
    warnOnce(
      `the store ${store.name} has lost what it knew: it was flushed, or came back without its data. Each process tells it ` +
        'anew what it has used itself of budgets and rates; what processes used that have ended since is lost. ' +
        'A server with an append-only file (appendonly yes) keeps it',
    )
    // Earlier answers of the store are counted here first.
    await new Promise((resolve) => setImmediate(resolve))
    await unsettled.startAnew(() => counts().uses)
    const { takes } = counts()
    for (let at = 0; at < takes.length; at += AT_ONCE) {
      try {
        await store.correct(takes.slice(at, at + AT_ONCE))
      } catch {
        // Calls have the same fault, and report it. A rate expires soon.
        return
      }
    }
  }
}
