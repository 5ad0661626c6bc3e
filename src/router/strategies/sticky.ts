import type { RoutedCall, Strategy } from '../strategy.js'
import { weightedDraw } from './draw.js'

/** Points of each member on the ring; more make the shares more even. */
const POINTS = 64
const POINTS_OF_MANY = 8
const MANY = 1000

const BY = ['session', 'user', 'prompt'] as const

/**
 * The same member for the same session, so that its caches are warm: by `metadata.session`, else
 * `metadata.user`, else the prompt's stable beginning. When that member is not available its neighbour on a
 * hash ring serves, and when it is back, its calls come back to it.
 */
export const sticky: Strategy = {
  id: 'sticky',
  /** `by`: `session`, `user` or `prompt` alone. */
  options: {
    by: (value) => ((BY as readonly unknown[]).includes(value) ? undefined : `one of ${BY.join(', ')}`),
  },
  create({ members, random, options }) {
    const by = options['by']
    const ring = new Ring(members.map(({ target, weight }) => ({ name: target.id, weight })))
    const draw = weightedDraw(members.map(({ weight }) => weight))
    return {
      select(call, available) {
        const key = keyOf(call, by)
        const index = key === '' ? draw(random, available) : ring.find(key, available)
        return index < 0 ? undefined : { index, reason: key === '' ? 'weighted draw' : 'same session' }
      },
    }
  },
}

function keyOf({ metadata, promptPrefix }: RoutedCall, by: unknown): string {
  for (const name of ['session', 'user']) {
    const value = metadata[name]
    if ((by === undefined || by === name) && typeof value === 'string' && value !== '') return value
  }
  return by === undefined || by === 'prompt' ? promptPrefix : ''
}

/** Consistent hashing: a member that comes or goes moves its own share only. */
class Ring {
  private readonly points: Uint32Array
  private readonly owners: Int32Array
  private readonly size: number

  constructor(members: readonly { readonly name: string; readonly weight: number }[]) {
    const points = members.length > MANY ? POINTS_OF_MANY : POINTS
    const placed = members.flatMap(({ name, weight }, owner) =>
      Array.from({ length: Math.ceil(points * Math.min(weight, 16)) }, (_, i) => ({ at: hash(`${name} ${i}`), owner })),
    )
    placed.sort((a, b) => a.at - b.at)
    this.points = Uint32Array.from(placed, ({ at }) => at)
    this.owners = Int32Array.from(placed, ({ owner }) => owner)
    this.size = members.length
  }

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

/** FNV-1a, 32 bits, with a final mix: names that differ in their last character lie far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
