/** A cache in this process, bounded by entries and bytes: what was not used for longest goes first. */
import type { CacheEntry, CacheStore } from '../kernel/cache-store.js'
import type { Clock } from '../kernel/clock.js'

export interface MemoryCacheOptions {
  readonly clock: Clock
  /** The most entries. */
  readonly max: number
  /** The most bytes. */
  readonly maxBytes: number
}

interface Kept {
  readonly value: string
  readonly until: number
  readonly bytes: number
}

/** Bytes of a key, its entry and its place in the map, beside the value. */
const OVERHEAD = 200

export class MemoryCache implements CacheStore {
  readonly name = 'memory'
  readonly shared = false
  private readonly options: MemoryCacheOptions
  /** The one that was not used for longest comes first. */
  private readonly entries = new Map<string, Kept>()
  private bytes = 0

  constructor(options: MemoryCacheOptions) {
    this.options = options
  }

  get(keys: readonly string[]): readonly (string | undefined)[] {
    const now = this.options.clock.now()
    return keys.map((key) => {
      const kept = this.entries.get(key)
      if (!kept) return undefined
      this.drop(key, kept)
      if (kept.until <= now) return undefined
      this.put(key, kept)
      return kept.value
    })
  }

  set(entries: readonly CacheEntry[]): void {
    const { clock, max, maxBytes } = this.options
    const now = clock.now()
    for (const { key, value, ttlMs } of entries) {
      this.forget(key)
      const bytes = bytesOf(value) + OVERHEAD
      // It would push out all others and then itself.
      if (bytes > maxBytes) continue
      this.put(key, { value, until: now + ttlMs, bytes })
      for (const [oldest] of this.entries) {
        if (this.entries.size <= max && this.bytes <= maxBytes) break
        this.forget(oldest)
      }
    }
  }

  remove(keys: readonly string[]): void {
    for (const key of keys) this.forget(key)
  }

  close(): void {
    this.entries.clear()
    this.bytes = 0
  }

  private put(key: string, kept: Kept): void {
    this.entries.set(key, kept)
    this.bytes += kept.bytes
  }

  private drop(key: string, { bytes }: Kept): void {
    this.entries.delete(key)
    this.bytes -= bytes
  }

  private forget(key: string): void {
    const kept = this.entries.get(key)
    if (kept) this.drop(key, kept)
  }
}

/** As V8 keeps it: a byte for each character of Latin-1, two in all other texts. */
function bytesOf(text: string): number {
  return /[\u0100-\uffff]/.test(text) ? text.length * 2 : text.length
}
