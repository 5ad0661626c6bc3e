import type { Strategy } from '../strategy.js'

/** One after the other, weights aside. */
export const roundRobin: Strategy = {
  id: 'round-robin',
  create({ members }) {
    let turn = 0
    return {
      select(_call, available) {
        for (let step = 0; step < members.length; step += 1) {
          const index = (turn + step) % members.length
          if (!available(index)) continue
          turn = index + 1
          return { index, reason: 'next in turn' }
        }
        return undefined
      },
    }
  },
}
