import type { Strategy } from '../strategy.js'
import { Ranking } from './ranking.js'

/** The fewest attempts under way, in proportion to the weights; at random among equals. */
export const leastBusy: Strategy = {
  id: 'least-busy',
  create({ members, random }) {
    const busy = (index: number): number => {
      const member = members[index]
      // Less than one attempt, so that it only decides among equals.
      const tie = 0.5 * random()
      if (!member || member.weight <= 0) return Number.MAX_SAFE_INTEGER
      return (member.health.inFlight + tie) / member.weight
    }
    const ranking = new Ranking(members.map((_, index) => busy(index)))
    return {
      select(_call, available) {
        const found = ranking.lowest(available).next()
        return found.done ? undefined : { index: found.value, reason: 'fewest in flight' }
      },
      changed: (index) => ranking.update(index, busy(index)),
    }
  },
}
