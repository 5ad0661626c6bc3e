import type { RoutedCall, Strategy } from '../strategy.js'
import { ranksOf, weightedDraw } from './draw.js'
import { Ring } from './ring.js'

const BY = ['session', 'user', 'prompt'] as const
type By = (typeof BY)[number]

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
    const wanted = BY.filter((by) => options['by'] === undefined || options['by'] === by)
    const { first, last } = ranksOf(members)
    const ringOf = (indexes: readonly number[]): Ring =>
      new Ring(indexes.map((index) => ({ name: members[index]?.target.id ?? '', weight: members[index]?.weight || 1 })))
    const rings = [first, last]
      .filter(({ length }) => length > 0)
      .map((indexes) => ({ indexes, ring: ringOf(indexes) }))
    const draw = weightedDraw(members)
    return {
      select(call, available) {
        for (const by of wanted) {
          const key = keyOf(call, by)
          if (key === '') continue
          for (const { indexes, ring } of rings) {
            const place = ring.find(key, (i) => available(indexes[i] ?? -1))
            if (place >= 0) return { index: indexes[place] ?? -1, reason: `same ${by}` }
          }
          return undefined
        }
        const index = draw(random, available)
        return index < 0 ? undefined : { index, reason: 'weighted draw' }
      },
    }
  },
}

function keyOf(call: RoutedCall, by: By): string {
  // Worked out when it is read.
  if (by === 'prompt') return call.promptPrefix
  const value = call.metadata[by]
  return typeof value === 'string' ? value : ''
}
