import type { Strategy } from '../strategy.js'
import { ranksOf } from './draw.js'

/** Picks the first whose condition on the call's metadata holds, then those without a condition, in their written order. */
export const conditional: Strategy = {
  id: 'conditional',
  keepsOrder: true,
  create({ members }) {
    const { first, last } = ranksOf(members)
    const hasNone = (index: number): number => Number(members[index]?.when === undefined)
    const order = [first, last].flatMap((rank) => [...rank].sort((a, b) => hasNone(a) - hasNone(b)))
    return {
      select(call, available) {
        // Availability may hold the condition too; here it is what the choice is made by.
        const index = order.find((i) => members[i]?.when?.(call.metadata) !== false && available(i))
        if (index === undefined) return undefined
        return { index, reason: members[index]?.when === undefined ? 'default' : 'condition holds' }
      },
    }
  },
}
