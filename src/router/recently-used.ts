interface Entry<T> {
  readonly value: T
  /** Since the last search for one to forget. */
  used: boolean
}

/**
 * Remembers what was used of late. What goes is the oldest that was not used since it was last looked at ("second
 * chance", an approximation of the least recently used): a hit then moves nothing and allocates nothing.
 */
export class RecentlyUsed<T> {
  private readonly entries = new Map<string, Entry<T>>()
  private readonly limit: number
  private readonly forgotten: (value: T) => void

  /** @param forgotten - Told of each value that had to go. */
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

  /** For a key that is not there. */
  add(key: string, value: T): void {
    if (this.entries.size >= this.limit) this.forgetOne()
    this.entries.set(key, { value, used: false })
  }

  private forgetOne(): void {
    // Ends: each round leaves one more that is not used.
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
