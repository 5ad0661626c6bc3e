import type { Group, Strategy } from '../strategy.js'
import { ranksOf, weightedDraw, type Draw } from './draw.js'

/** Members of one price. */
interface Tier {
  /** `Infinity` when it is not known. */
  readonly price: number
  readonly draw: Draw
}

/** The lowest price; those without a known one come last. By weight among equals. */
export const cost: Strategy = {
  id: 'cost',
  create(group) {
    // Prices load when they are first needed.
    let tiers: readonly Tier[] | undefined
    return {
      select(_call, available) {
        tiers ??= tiersOf(group)
        for (const { price, draw } of tiers) {
          const index = draw(group.random, available)
          if (index >= 0) return { index, reason: price === Infinity ? 'no price known' : 'lowest price' }
        }
        return undefined
      },
    }
  },
}

function tiersOf({ members }: Group): readonly Tier[] {
  const priceOf = (index: number): number => {
    const price = members[index]?.health.price
    return price === undefined || Number.isNaN(price) ? Infinity : price
  }
  const { first, last } = ranksOf(members)
  return [first, last].flatMap((rank) => {
    const byPrice = new Map<number, number[]>()
    for (const index of rank) {
      const price = priceOf(index)
      const equals = byPrice.get(price)
      if (equals) equals.push(index)
      else byPrice.set(price, [index])
    }
    const prices = [...byPrice.keys()].sort((a, b) => (a < b ? -1 : 1))
    return prices.map((price) => ({ price, draw: weightedDraw(members, byPrice.get(price)) }))
  })
}
