/** An index of vectors in this process: each search compares all vectors of a space. */
import type { VectorEntry, VectorIndex, VectorMatch } from '../kernel/cache-store.js'
import type { Clock } from '../kernel/clock.js'

interface Kept {
  readonly space: string
  readonly key: string
  readonly vector: Float32Array
  readonly until: number
}

export class MemoryVectors implements VectorIndex {
  readonly name = 'memory'
  private readonly clock: Clock
  private readonly max: number
  /** By space and key; the one that was not found for longest comes first. */
  private readonly all = new Map<string, Kept>()
  private readonly spaces = new Map<string, Set<Kept>>()

  /** @param max - The most vectors, in all spaces together. */
  constructor(clock: Clock, max: number) {
    this.clock = clock
    this.max = max
  }

  search({ space, vector, threshold }: VectorEntry & { readonly threshold: number }): VectorMatch | undefined {
    const now = this.clock.now()
    let best: Kept | undefined
    let similarity = threshold
    for (const kept of this.spaces.get(space) ?? []) {
      if (kept.until <= now) {
        this.drop(kept)
        continue
      }
      const near = dot(kept.vector, vector)
      if (near < similarity || (best && near === similarity)) continue
      best = kept
      similarity = near
    }
    if (!best) return undefined
    this.drop(best)
    this.put(best)
    // Rounding may lift it above 1.
    return { key: best.key, similarity: Math.min(1, similarity) }
  }

  add({ space, vector, key, ttlMs }: VectorEntry & { readonly key: string; readonly ttlMs: number }): void {
    const before = this.all.get(idOf({ space, key }))
    if (before) this.drop(before)
    this.put({ space, key, vector: Float32Array.from(vector), until: this.clock.now() + ttlMs })
    for (const [, oldest] of this.all) {
      if (this.all.size <= this.max) return
      this.drop(oldest)
    }
  }

  private put(kept: Kept): void {
    this.all.set(idOf(kept), kept)
    const space = this.spaces.get(kept.space)
    if (space) space.add(kept)
    else this.spaces.set(kept.space, new Set([kept]))
  }

  private drop(kept: Kept): void {
    this.all.delete(idOf(kept))
    const space = this.spaces.get(kept.space)
    space?.delete(kept)
    if (space?.size === 0) this.spaces.delete(kept.space)
  }
}

const idOf = ({ space, key }: Pick<Kept, 'space' | 'key'>): string => `${space} ${key}`

/** Of two vectors of length 1: the cosine of their angle. Vectors of different lengths have nothing in common. */
function dot(one: Float32Array, other: readonly number[]): number {
  if (one.length !== other.length) return -1
  let sum = 0
  for (let at = 0; at < one.length; at += 1) sum += (one[at] as number) * (other[at] as number)
  return sum
}
