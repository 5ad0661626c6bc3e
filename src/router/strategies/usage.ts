import type { Strategy } from '../strategy.js'
import { evenDraw } from './draw.js'

/** Groups up to this size are looked at whole; of larger ones as many are drawn. */
const LOOKED_AT = 32

/** The most headroom in its rate limits, requests and tokens a minute. */
export const usage: Strategy = {
  id: 'usage',
  create({ members, random }) {
    return {
      select(_call, available) {
        let best = -1
        const consider = (index: number): void => {
          if (index < 0) return
          const better = best < 0 || (members[index]?.health.headroom ?? 0) > (members[best]?.health.headroom ?? 0)
          if (better) best = index
        }
        // Where it begins differs, so that members without limits take turns.
        const start = Math.floor(random() * members.length)
        for (let i = 0; i < Math.min(members.length, LOOKED_AT); i += 1) {
          if (members.length > LOOKED_AT) consider(evenDraw(members.length, random, available))
          else if (available((start + i) % members.length)) consider((start + i) % members.length)
        }
        return best < 0 ? undefined : { index: best, reason: 'most headroom' }
      },
    }
  },
}
