import type { Member, Strategy } from '../strategy.js'
import { evenDraw } from './draw.js'

/**
 * Of two members at random the better one, by peak latency, attempts under way and error rate (Mitzenmacher,
 * The power of two choices in randomized load balancing, 2001). No call looks at more than two.
 */
export const adaptive: Strategy = {
  id: 'adaptive',
  create({ members, random }) {
    return {
      select(_call, available) {
        const first = evenDraw(members.length, random, available)
        if (first < 0) return undefined
        const second = evenDraw(members.length, random, (index) => index !== first && available(index))
        const index = second >= 0 && load(members[second]) < load(members[first]) ? second : first
        return { index, reason: 'lower load of two' }
      },
    }
  },
}

/** A member that was not seen yet is as good as its attempts under way let it be: it is tried, but not by everybody. */
const UNSEEN_MS = 1

function load(member: Member | undefined): number {
  if (!member || member.weight <= 0) return Infinity
  const { latency = UNSEEN_MS, inFlight, errorRate } = member.health
  const answered = Math.max(0.02, 1 - errorRate)
  return (latency * (inFlight + 1)) / (answered * answered * member.weight)
}
