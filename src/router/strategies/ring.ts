/** Consistent hashing: a member that comes or goes moves its own share only. */
export class Ring {
  /** Where on the circle each point is, ascending, 0 to 2^32. */
  private readonly points: Uint32Array
  private readonly owners: Int32Array
  private readonly size: number

  /** Names must differ; shares follow the weights, which are greater than 0. */
  constructor(members: readonly { readonly name: string; readonly weight: number }[]) {
    const count = pointsEach(members.length)
    const largest = members.reduce((most, { weight }) => Math.max(most, weight), 0)
    const mean = members.reduce((sum, { weight }) => sum + weight / largest, 0) / Math.max(1, members.length)
    // One number for place and owner sorts fast: 32 bits and 21 bits are what a double holds exactly.
    const placed: number[] = []
    for (const [owner, { name, weight }] of members.entries()) {
      const seed = hash(name)
      const own = Math.max(1, Math.round((count * weight) / largest / mean))
      for (let i = 0; i < own; i += 1) placed.push(mix(seed + Math.imul(i + 1, 0x9e3779b1)) * OWNERS + owner)
    }
    const sorted = Float64Array.from(placed).sort()
    this.points = Uint32Array.from(sorted, (value) => Math.floor(value / OWNERS))
    this.owners = Int32Array.from(sorted, (value) => value % OWNERS)
    this.size = members.length
  }

  /** Index of the first available member from the key's place on; -1 when there is none. */
  find(key: string, available: (index: number) => boolean): number {
    const start = this.after(hash(key))
    const refused = new Set<number>()
    for (let step = 0; step < this.owners.length && refused.size < this.size; step += 1) {
      const owner = this.owners[(start + step) % this.owners.length] ?? -1
      if (refused.has(owner)) continue
      if (available(owner)) return owner
      refused.add(owner)
    }
    return -1
  }

  private after(at: number): number {
    let low = 0
    let high = this.points.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.points[middle] ?? 0) < at) low = middle + 1
      else high = middle
    }
    return low
  }
}

const OWNERS = 2 ** 21

/** Points of a member of mean weight: many make even shares, and a large group has enough of them with fewer. */
function pointsEach(members: number): number {
  if (members <= 1024) return 128
  return members <= 8192 ? 32 : 16
}

/** FNV-1a, 32 bits, with a final mix: names that differ in their last character lie far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return mix(value)
}

/** The finaliser of MurmurHash3. */
function mix(seed: number): number {
  let value = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
