import type { Strategy } from '../strategy.js'
import { Load } from './load.js'
import { Ranking } from './ranking.js'

/** Added to the load of a member with a weight of 0: more than any other has. */
const LAST = 1e12

/** The fewest attempts under way, in proportion to the weights; equals take turns, by weight too. */
export const leastBusy: Strategy = {
  id: 'least-busy',
  create(group) {
    const { members, random } = group
    const weight = (index: number): number => members[index]?.weight ?? 0
    const stride = (index: number): number => (weight(index) > 0 ? 1 / weight(index) : 1)
    const load = new Load(group, (index) => ranking.update(index, busy(index)))
    const busy = (index: number): number => (weight(index) > 0 ? load.of(index) / weight(index) : LAST + load.of(index))
    const ranking = new Ranking(group, busy, (index) => random() * stride(index))
    return {
      select(_call, available) {
        load.expire()
        const [index] = ranking.lowest(available)
        if (index === undefined) return undefined
        load.promise(index)
        ranking.update(index, busy(index))
        ranking.took(index, stride(index))
        return { index, reason: 'fewest in flight' }
      },
      changed(index) {
        load.changed(index)
        ranking.update(index, busy(index))
      },
    }
  },
}
