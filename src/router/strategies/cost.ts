import type { Strategy } from '../strategy.js'

/** The lowest price; those without a known one come last. At random among equals. */
export const cost: Strategy = {
  id: 'cost',
  create({ members, random }) {
    // Prices load when they are first needed.
    let order: readonly number[] | undefined
    const price = (index: number): number => members[index]?.health.price ?? Infinity
    return {
      select(_call, available) {
        order ??= [...members.keys()].sort((a, b) => (price(a) === price(b) ? 0 : price(a) - price(b)))
        const at = order.findIndex(available)
        const first = order[at]
        if (first === undefined) return undefined
        const equals = [first]
        for (let next = at + 1; next < order.length; next += 1) {
          const index = order[next] ?? 0
          if (price(index) !== price(first)) break
          if (equals.length < 8 && available(index)) equals.push(index)
        }
        const index = equals[Math.floor(random() * equals.length)] ?? first
        return { index, reason: price(index) === Infinity ? 'no price known' : 'lowest price' }
      },
    }
  },
}
