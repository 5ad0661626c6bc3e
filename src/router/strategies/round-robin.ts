import type { Strategy } from '../strategy.js'
import { ranksOf, type Available } from './draw.js'

/** One after the other, without weights. */
export const roundRobin: Strategy = {
  id: 'round-robin',
  create({ members }) {
    const ranks = ranksOf(members)
    const first = new Turns(ranks.first)
    const last = new Turns(ranks.last)
    return {
      select(_call, available) {
        const index = first.next(available) ?? last.next(available)
        return index === undefined ? undefined : { index, reason: 'next in turn' }
      },
    }
  },
}

class Turns {
  private readonly indexes: readonly number[]
  private turn = 0

  constructor(indexes: readonly number[]) {
    this.indexes = indexes
  }

  next(available: Available): number | undefined {
    const { length } = this.indexes
    for (let step = 0; step < length; step += 1) {
      const at = (this.turn + step) % length
      const index = this.indexes[at] ?? 0
      if (!available(index)) continue
      this.turn = at + 1
      return index
    }
    return undefined
  }
}
