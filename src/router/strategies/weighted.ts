import type { Strategy } from '../strategy.js'
import { weightedDraw } from './draw.js'

/** At random, in proportion to the weights. */
export const weighted: Strategy = {
  id: 'weighted',
  create({ members, random }) {
    const draw = weightedDraw(members)
    return {
      select(_call, available) {
        const index = draw(random, available)
        return index < 0 ? undefined : { index, reason: 'weighted draw' }
      },
    }
  },
}
