interface Entry<T> {
  readonly value: T
  /** Whether it was used since the last eviction looked at it. */
  used: boolean
}

/**
 * A cache of recently used values. It evicts the oldest value that was not used since it was last looked at ("second
 * chance", an approximation of least recently used), so that a hit moves nothing and allocates nothing.
 */
export class RecentlyUsed<T> {
  private readonly entries = new Map<string, Entry<T>>()
  private readonly limit: number
  private readonly forgotten: (value: T) => void

  /** @param forgotten - Called with each value that is evicted. */
  constructor(limit: number, forgotten: (value: T) => void) {
    this.limit = limit
    this.forgotten = forgotten
  }

  get(key: string): T | undefined {
    const entry = this.entries.get(key)
    if (!entry) return undefined
    entry.used = true
    return entry.value
  }

  /** Adds a key that is not there. */
  add(key: string, value: T): void {
    if (this.entries.size >= this.limit) this.forgetOne()
    this.entries.set(key, { value, used: false })
  }

  private forgetOne(): void {
    // This ends: each round marks one more as unused.
    for (const [key, entry] of this.entries) {
      this.entries.delete(key)
      if (!entry.used) {
        this.forgotten(entry.value)
        return
      }
      entry.used = false
      this.entries.set(key, entry)
    }
  }
}
