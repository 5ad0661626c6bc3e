import type { Strategy } from '../strategy.js'

/** The first whose condition on the call's metadata holds, then those without one, each as written. */
export const conditional: Strategy = {
  id: 'conditional',
  create({ members }) {
    const order = [...members.keys()].sort(
      (a, b) => Number(members[a]?.when === undefined) - Number(members[b]?.when === undefined),
    )
    return {
      // Whether a condition holds is part of being available, for every strategy.
      select(_call, available) {
        const index = order.find(available)
        if (index === undefined) return undefined
        return { index, reason: members[index]?.when === undefined ? 'default' : 'condition holds' }
      },
    }
  },
}
