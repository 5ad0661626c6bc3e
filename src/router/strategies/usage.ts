import type { Strategy } from '../strategy.js'
import { evenDraw, ranksOf, type Available } from './draw.js'
import { Load } from './load.js'

/** Groups up to this size are looked at whole; of larger ones as many are drawn. */
const LOOKED_AT = 32

/**
 * Members whose headroom differs by less have about as much: how busy they are says more. Limits count the last minute, so a
 * target that has served little because it is slow has the most left, and must not draw every call for that.
 */
const TOLERANCE = 0.25

/** The most headroom in its rate limits, requests and tokens a minute; of those with about as much the least busy, by weight. */
export const usage: Strategy = {
  id: 'usage',
  create(group) {
    const { members, random } = group
    const ranks = ranksOf(members)
    const load = new Load(group)

    const headroomOf = (index: number): number => members[index]?.health.headroom ?? 0

    const pick = (indexes: readonly number[], available: Available): number => {
      const open = lookedAt(indexes, random).filter(available)
      const most = open.reduce((highest, index) => Math.max(highest, headroomOf(index)), 0)
      let best = -1
      let least = Infinity
      let equals = 0
      for (const index of open) {
        if (headroomOf(index) < most - TOLERANCE) continue
        const busy = load.of(index) / (members[index]?.weight || 1)
        if (busy > least) continue
        equals = busy === least ? equals + 1 : 1
        if (equals > 1 && random() * equals >= 1) continue
        best = index
        least = busy
      }
      return best < 0 && indexes.length > LOOKED_AT ? evenDraw(indexes, random, available) : best
    }

    return {
      select(_call, available) {
        load.expire()
        const first = pick(ranks.first, available)
        const index = first < 0 ? pick(ranks.last, available) : first
        if (index < 0) return undefined
        load.promise(index)
        return { index, reason: 'most headroom' }
      },
      changed: (index) => load.changed(index),
    }
  },
}

function lookedAt(indexes: readonly number[], random: () => number): readonly number[] {
  if (indexes.length <= LOOKED_AT) return indexes
  return Array.from({ length: LOOKED_AT }, () => indexes[Math.floor(random() * indexes.length)] ?? 0)
}
