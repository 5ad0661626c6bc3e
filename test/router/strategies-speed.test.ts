import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plain, strategy, tally, World } from '../contracts/strategy-world.js'

/** The same in every run: shares are a matter of chance, and a rare draw is no fault. FAST_CHECK_SEED looks elsewhere. */
const RUNS = { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 60), seed: Number(process.env.FAST_CHECK_SEED ?? 1) }

describe.each([
  ['latency', false],
  ['latency', true],
  ['adaptive', false],
  ['adaptive', true],
] as const)('%s, streams: %s', (id, stream) => {
  const share = (world: World, ms: readonly number[], calls: number, tokens?: number): number[] =>
    tally(ms.length, calls, () => world.serve((index) => ms[index] ?? 0, { stream }, tokens))

  test('gives each unseen member one call, then prefers the faster', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), fc.nat(), (fast, seed) => {
        const world = new World(strategy(id), plain(4), {}, seed)
        const ms = [0, 1, 2, 3].map((index) => (index === fast ? 100 : 1_000))
        share(world, ms, 60)
        const counts = share(world, ms, 300)
        const others = counts.filter((_, index) => index !== fast)
        for (const count of others) expect(counts[fast]).toBeGreaterThan(count)
        // Of two at random the fast one is there in half of the draws, and wins them.
        // Half of 300 are 150, with a standard deviation of 9.
        expect(counts[fast]).toBeGreaterThan(id === 'latency' ? 240 : 96)
      }),
      RUNS,
    )
  })

  test('finds out when a member becomes slow, and when it is fast again', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const world = new World(strategy(id), plain(2), {}, seed)
        share(world, [100, 300], 100)
        expect(share(world, [100, 300], 200)[0]).toBeGreaterThan(170)
        share(world, [3_000, 300], 60)
        expect(share(world, [3_000, 300], 200)[0]).toBeLessThan(30)
        share(world, [100, 300], 3_000)
        expect(share(world, [100, 300], 200)[0]).toBeGreaterThan(170)
      }),
      RUNS,
    )
  })

  test('sends one call at a time to a member that was not seen yet', () => {
    const world = new World(strategy(id), plain(3), {}, 7)
    const known = (index: number): boolean => index < 2
    for (let i = 0; i < 60; i += 1) {
      const index = world.pick({ stream }, known)
      world.begin(index)
      world.now += 50
      world.end(index, 50, stream ? { firstChunkMs: 50 } : {})
    }
    const counts = [0, 0, 0]
    for (let i = 0; i < 200; i += 1) {
      const index = world.pick({ stream })
      if (index === 2) expect(world.health(2).inFlight).toBe(0)
      world.begin(index)
      counts[index] = (counts[index] ?? 0) + 1
      world.now += 1
      if (index < 2) world.end(index, 50, stream ? { firstChunkMs: 50 } : {})
    }
    expect(counts[2]).toBe(1)
  })

  test('does not send all calls that are chosen in one go to the one that was not seen yet', () => {
    const world = new World(strategy(id), plain(5))
    for (const count of tally(5, 50, () => world.pick({ stream }))) expect(count).toBeLessThan(30)
  })

  test('does not come back to an unseen member that fails at every turn', () => {
    const world = new World(strategy(id), plain(3), {}, 3)
    let failing = 0
    for (let i = 0; i < 400; i += 1) {
      const index = world.pick({ stream })
      world.begin(index)
      world.now += 100
      if (index === 0) failing += 1
      if (index === 0) world.end(index, 5, { errorClass: 'server' })
      else world.end(index, 100, stream ? { firstChunkMs: 100 } : {})
    }
    expect(failing).toBeGreaterThan(0)
    expect(failing).toBeLessThan(30)
  })

  test('leaves no member without calls when all are alike', () => {
    const world = new World(strategy(id), plain(40), {}, 5)
    for (const count of share(
      world,
      plain(40).map(() => 100),
      4_000,
    ))
      expect(count).toBeGreaterThan(20)
  })
})

describe('latency', () => {
  test('goes by time per token, not by how long an answer is', () => {
    const world = new World(strategy('latency'), plain(2))
    for (let i = 0; i < 400; i += 1) {
      const index = world.pick()
      world.begin(index)
      world.now += 100
      // The first says ten times as much in five times the time.
      world.end(index, index === 0 ? 500 : 100, { tokens: index === 0 ? 1_000 : 100 })
    }
    expect(world.health(0).requests).toBeGreaterThan(300)
  })

  test('goes by time to the answer where there are no output tokens', () => {
    const world = new World(strategy('latency'), plain(3))
    const counts = tally(3, 400, () => world.serve((index) => (index === 1 ? 20 : 200), {}, 0))
    expect(counts[1]).toBeGreaterThan(300)
  })
})

describe('adaptive', () => {
  test.each([0, 1])('prefers a slow one that answers to one that fails at once, after %d answers', (answers) => {
    const world = new World(strategy('adaptive'), plain(2))
    const counts = [0, 0]
    for (let i = 0; i < 300; i += 1) {
      const index = world.pick()
      counts[index] = (counts[index] ?? 0) + 1
      world.begin(index)
      world.now += 200
      if (index === 0 && (counts[0] ?? 0) > answers) world.end(index, 5, { errorClass: 'server' })
      else world.end(index, index === 0 ? 5 : 3_000)
    }
    expect(counts[1]).toBeGreaterThan(200)
  })

  test('prefers the idle one of equals', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 20 }), (seed, busy) => {
        const world = new World(strategy('adaptive'), plain(2), {}, seed)
        for (let i = 0; i < 10; i += 1) world.serve(() => 100)
        for (let i = 0; i < busy; i += 1) world.begin(0)
        world.now += 200
        expect(world.pick()).toBe(1)
      }),
      RUNS,
    )
  })
})
