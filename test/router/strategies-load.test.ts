import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectShares, plain, strategy, tally, World, type Sketch } from '../contracts/strategy-world.js'

/** The same in every run: shares are a matter of chance, and a rare draw is no fault. FAST_CHECK_SEED looks elsewhere. */
const RUNS = { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 60), seed: Number(process.env.FAST_CHECK_SEED ?? 1) }
const masks = (count: number): fc.Arbitrary<boolean[]> => fc.array(fc.boolean(), { minLength: count, maxLength: count })

describe('weighted', () => {
  const weights = fc.array(fc.constantFrom(0, 0.5, 1, 2, 7, 50), { minLength: 1, maxLength: 12 })

  test('meets the weights', () => {
    fc.assert(
      fc.property(weights, fc.nat(), (list, seed) => {
        fc.pre(list.some((weight) => weight > 0))
        const world = new World(
          strategy('weighted'),
          list.map((weight) => ({ weight })),
          {},
          seed,
        )
        expectShares(
          tally(list.length, 4_000, () => world.pick()),
          list,
        )
      }),
      RUNS,
    )
  })

  test('meets the weights among those that are available, also when they are few', () => {
    fc.assert(
      fc.property(weights, masks(12), fc.nat(), (list, open, seed) => {
        const left = list.map((weight, index) => (open[index] ? weight : 0))
        fc.pre(left.some((weight) => weight > 0))
        const world = new World(
          strategy('weighted'),
          list.map((weight) => ({ weight })),
          {},
          seed,
        )
        expectShares(
          tally(list.length, 4_000, () => world.pick({}, (index) => open[index] === true)),
          left,
        )
      }),
      RUNS,
    )
  })

  test('takes weights of any size', () => {
    const world = new World(strategy('weighted'), [{ weight: 1e308 }, { weight: 1e308 }, { weight: 5e-324 }])
    expectShares(
      tally(3, 2_000, () => world.pick()),
      [1, 1, 0],
    )
    expect(world.pick({}, (index) => index === 2)).toBe(2)
  })
})

describe('round-robin', () => {
  test('gives each member its turn, exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 20 }), (count, laps) => {
        const world = new World(strategy('round-robin'), plain(count))
        const order = Array.from({ length: count * laps }, () => world.pick())
        expect(order).toEqual(order.map((_, i) => i % count))
      }),
      RUNS,
    )
  })

  test('gives those that are available equal shares, exactly', () => {
    fc.assert(
      fc.property(masks(9), (open) => {
        const able = open.flatMap((is, index) => (is ? [index] : []))
        fc.pre(able.length > 0)
        const world = new World(strategy('round-robin'), plain(open.length))
        const counts = tally(open.length, able.length * 5, () => world.pick({}, (index) => open[index] === true))
        expect(counts).toEqual(open.map((is) => (is ? 5 : 0)))
      }),
      RUNS,
    )
  })
})

describe('least-busy', () => {
  const events = fc.array(fc.tuple(fc.boolean(), fc.nat(7), masks(8)), { maxLength: 120 })

  test('never picks a busier one, by weight', () => {
    const weights = fc.array(fc.constantFrom(0, 1, 2, 10), { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(weights, events, (list, plan) => {
        const world = new World(
          strategy('least-busy'),
          list.map((weight) => ({ weight })),
        )
        const busy = (index: number): number => world.health(index).inFlight / (list[index] ?? 1)
        for (const [begins, member, open] of plan) {
          if (!begins) {
            world.end(member, 10)
            continue
          }
          const index = world.pick({}, (i) => open[i] === true)
          if (index < 0) continue
          const rivals = open.flatMap((is, i) => (is && (list[i] ?? 0) > 0 ? [i] : []))
          for (const rival of rivals) expect(busy(index)).toBeLessThanOrEqual(busy(rival))
          world.begin(index)
        }
      }),
      RUNS,
    )
  })

  test('spreads calls that are chosen in one go, before any of them has begun', () => {
    const world = new World(strategy('least-busy'), plain(5))
    world.begin(0)
    world.begin(0)
    expect(tally(5, 13, () => world.pick())).toEqual([1, 3, 3, 3, 3])
  })

  test('forgets picks whose attempt never began', () => {
    const world = new World(strategy('least-busy'), plain(2))
    expect(tally(2, 20, () => world.pick({}, (index) => index === 0))).toEqual([20, 0])
    world.now += 1_000
    const counts = tally(2, 20, () => world.serve(() => 10))
    expect(counts).toEqual([10, 10])
  })

  test('gives idle members their share, one call after the other', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(1, 2, 5), { minLength: 2, maxLength: 6 }), fc.nat(), (list, seed) => {
        const world = new World(
          strategy('least-busy'),
          list.map((weight) => ({ weight })),
          {},
          seed,
        )
        const total = list.reduce((sum, weight) => sum + weight, 0)
        const counts = tally(list.length, total * 20, () => world.serve(() => 10))
        for (const [index, weight] of list.entries()) {
          expect(Math.abs((counts[index] ?? 0) - weight * 20)).toBeLessThanOrEqual(weight + 1)
        }
      }),
      RUNS,
    )
  })
})

describe('cost', () => {
  test('picks the cheapest that is available, and those without a price last', () => {
    const prices = fc.array(fc.constantFrom(undefined, 0, 0.5, 3, 15, NaN), { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(prices, masks(8), fc.nat(), (list, open, seed) => {
        const world = new World(
          strategy('cost'),
          list.map((price) => (price === undefined ? {} : { price })),
          {},
          seed,
        )
        const priceOf = (index: number): number => {
          const price = list[index]
          return price === undefined || Number.isNaN(price) ? Infinity : price
        }
        const able = open.flatMap((is, index) => (is ? [priceOf(index)] : []))
        const index = world.pick({}, (i) => open[i] === true)
        if (able.length === 0) expect(index).toBe(-1)
        else expect(priceOf(index)).toBe(Math.min(...able))
      }),
      RUNS,
    )
  })

  test('gives members of one price shares by weight, all of them', () => {
    const weights = Array.from({ length: 30 }, (_, index) => (index % 3) + 1)
    const world = new World(
      strategy('cost'),
      weights.map((weight) => ({ weight, price: 2 })),
    )
    expectShares(
      tally(30, 20_000, () => world.pick()),
      weights,
    )
  })
})

describe('usage', () => {
  test('picks the most headroom of those that are available, or nearly so much', () => {
    const rooms = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(rooms, masks(8), (list, open) => {
        fc.pre(open.includes(true))
        const world = new World(
          strategy('usage'),
          list.map((headroom) => ({ headroom })),
        )
        const index = world.pick({}, (i) => open[i] === true)
        expect(list[index]).toBeGreaterThanOrEqual(Math.max(...list.filter((_, i) => open[i])) - 0.25)
      }),
      RUNS,
    )
  })

  test('of those with about as much headroom takes the least busy, so that it does not run after a single call', () => {
    const world = new World(strategy('usage'), [{ headroom: 0.95 }, { headroom: 0.9 }, { headroom: 0.5 }])
    for (let i = 0; i < 3; i += 1) world.begin(0)
    expect([world.pick(), world.pick(), world.pick()]).toEqual([1, 1, 1])
    for (let i = 0; i < 9; i += 1) world.begin(1)
    expect(world.pick()).toBe(0)
  })

  test("follows its own limits as they are counted, and the provider's word, whichever is tighter", () => {
    const world = new World(strategy('usage'), plain(2))
    const told = (index: number, remaining: number): void =>
      world.health(index).limitsTold(
        new Map([
          ['x-ratelimit-limit-requests', '100'],
          ['x-ratelimit-remaining-requests', String(remaining)],
          ['x-ratelimit-reset-requests', '20s'],
        ]),
        world.now,
      )
    told(0, 30)
    expect(world.pick()).toBe(1)
    world.health(1).headroomFrom = () => 0.1
    expect(world.pick()).toBe(0)
    world.health(0).headroomFrom = () => 0.9
    expect(world.pick()).toBe(0)
    told(0, 0)
    expect(world.pick()).toBe(1)
    world.now += 20_000
    expect(world.pick()).toBe(0)
  })

  test('follows the headroom as it changes', () => {
    const sketches: Sketch[] = [{ headroom: 0.9 }, { headroom: 0.5 }]
    const world = new World(strategy('usage'), sketches)
    expect(world.pick()).toBe(0)
    for (const sketch of sketches.slice(0, 1)) sketch.headroom = 0.1
    expect(world.pick()).toBe(1)
  })

  test('lets members without limits take turns', () => {
    const world = new World(strategy('usage'), plain(4))
    for (const count of tally(4, 400, () => world.pick())) expect(count).toBe(100)
  })

  test('of a large group takes one of those with much headroom', () => {
    const world = new World(
      strategy('usage'),
      Array.from({ length: 1_000 }, (_, index) => ({ headroom: index / 1_000 })),
    )
    const picks = Array.from({ length: 200 }, () => world.pick())
    expect(picks.reduce((sum, index) => sum + index, 0) / 200).toBeGreaterThan(800)
  })
})
