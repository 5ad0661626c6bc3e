import type { Strategy } from '../strategy.js'
import { evenDraw, ranksOf, type Available } from './draw.js'
import { Load } from './load.js'

/** Groups up to this size are looked at whole; of larger ones as many are drawn. */
const LOOKED_AT = 32

/** The most headroom in its rate limits, requests and tokens a minute; among equals the least busy, by weight. */
export const usage: Strategy = {
  id: 'usage',
  create(group) {
    const { members, random } = group
    const ranks = ranksOf(members)
    const load = new Load(group)

    const pick = (indexes: readonly number[], available: Available): number => {
      let best = -1
      let most = -Infinity
      let least = Infinity
      let equals = 0
      const consider = (index: number): void => {
        if (!available(index)) return
        const headroom = members[index]?.health.headroom ?? 0
        const busy = load.of(index) / (members[index]?.weight || 1)
        if (headroom < most || (headroom === most && busy > least)) return
        equals = headroom === most && busy === least ? equals + 1 : 1
        if (equals > 1 && random() * equals >= 1) return
        best = index
        most = headroom
        least = busy
      }
      if (indexes.length <= LOOKED_AT) for (const index of indexes) consider(index)
      else for (let i = 0; i < LOOKED_AT; i += 1) consider(indexes[Math.floor(random() * indexes.length)] ?? 0)
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
