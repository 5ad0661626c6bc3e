import type { Strategy } from '../strategy.js'
import { ranksOf } from './draw.js'

/** As written: the first target serves, the others are behind it. */
export const ordered: Strategy = {
  id: 'ordered',
  create({ members }) {
    const { first, last } = ranksOf(members)
    const order = [...first, ...last]
    return {
      select(_call, available) {
        const index = order.find(available)
        return index === undefined ? undefined : { index, reason: 'first in order' }
      },
    }
  },
}
