import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/kernel/errors.js'
import { ownStrategy } from '../../src/router/strategies/own.js'
import type { Strategy } from '../../src/router/strategy.js'
import { expectShares, plain, strategy, tally, World, type Sketch } from '../contracts/strategy-world.js'

/** The same in every run: shares are a matter of chance, and a rare draw is no fault. FAST_CHECK_SEED looks elsewhere. */
const RUNS = { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 60), seed: Number(process.env.FAST_CHECK_SEED ?? 1) }

describe('sticky', () => {
  const SESSIONS = Array.from({ length: 2_000 }, (_, i) => `session ${i}`)
  const place = (world: World, available?: (index: number) => boolean): number[] =>
    SESSIONS.map((session) => world.pick({ metadata: { session } }, available))
  const countOf = (places: readonly number[], index: number): number => places.filter((other) => other === index).length

  test('keeps a session at its member, whoever asks and whenever', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 50 }), fc.nat(), (session, count, seed) => {
        const world = new World(strategy('sticky'), plain(count), {}, seed)
        const first = world.pick({ metadata: { session } })
        world.serve(() => 10)
        expect(world.pick({ metadata: { session, user: 'another' }, promptPrefix: 'x' })).toBe(first)
        expect(new World(strategy('sticky'), plain(count), {}, seed + 1).pick({ metadata: { session } })).toBe(first)
      }),
      RUNS,
    )
  })

  test('moves only the calls of a member that goes, to all others, and back when it is back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.nat(11), (count, gone) => {
        const world = new World(strategy('sticky'), plain(count))
        const absent = gone % count
        const before = place(world)
        const without = place(world, (index) => index !== absent)
        for (const [i, index] of before.entries()) {
          if (index === absent) expect(without[i]).not.toBe(absent)
          else expect(without[i]).toBe(index)
        }
        const moved = before.flatMap((index, i) => (index === absent ? [without[i] ?? -1] : []))
        expect(new Set(moved).size).toBe(count - 1)
        expect(place(world)).toEqual(before)
      }),
      { ...RUNS, numRuns: 20 },
    )
  })

  test('gives fair shares, by weight, and moves a fair share when a member is added', () => {
    const even = place(new World(strategy('sticky'), plain(8)))
    for (const index of plain(8).keys()) expect(countOf(even, index) / (SESSIONS.length / 8)).toBeGreaterThan(0.6)
    const more = place(new World(strategy('sticky'), plain(9)))
    const moved = more.filter((index, i) => index !== even[i])
    expect(new Set(moved)).toEqual(new Set([8]))
    expect(moved.length).toBeLessThan((SESSIONS.length / 9) * 1.5)
    const heavy = place(new World(strategy('sticky'), [{ weight: 100 }, { weight: 300 }, { weight: 0 }]))
    expect(countOf(heavy, 1) / countOf(heavy, 0)).toBeGreaterThan(2)
    expect(countOf(heavy, 1) / countOf(heavy, 0)).toBeLessThan(4.5)
    expect(countOf(heavy, 2)).toBe(0)
  })

  test('goes by session, then user, then prompt, or by the one that is named', () => {
    const world = new World(strategy('sticky'), plain(20))
    const reasons = [{ metadata: { session: 's', user: 'u' } }, { metadata: { user: 'u' } }, { promptPrefix: 'p' }, {}]
    expect(reasons.map((call) => world.select(call)?.reason)).toEqual([
      'same session',
      'same user',
      'same prompt',
      'weighted draw',
    ])
    const byUser = new World(strategy('sticky'), plain(20), { by: 'user' })
    expect(byUser.select({ metadata: { session: 's' }, promptPrefix: 'p' })?.reason).toBe('weighted draw')
  })
})

describe('tags', () => {
  const sketches: Sketch[] = [
    { tags: ['eu', 'fast'] },
    { tags: ['eu'] },
    { tags: ['us', 'fast'] },
    { tags: ['default', 'us'] },
    {},
  ]
  const reached = (wanted: unknown, match?: string, available?: (index: number) => boolean): number[] => {
    const world = new World(strategy('tags'), sketches, match === undefined ? {} : { match })
    const picks = Array.from({ length: 200 }, () => world.pick({ metadata: { tags: wanted } }, available))
    return [...new Set(picks)].sort()
  }

  test.each([
    ['any', ['eu'], [0, 1]],
    ['any', ['eu', 'fast'], [0, 1, 2]],
    ['all', ['eu', 'fast'], [0]],
    ['all', ['us'], [2, 3]],
    ['all', ['eu', 'us'], [3, 4]],
    ['any', ['nobody has it'], [3, 4]],
    ['any', ['["eu","fast"]'], [3, 4]],
    ['any', ['nobody has it', 'fast'], [0, 2]],
    ['any', [], [3, 4]],
    ['any', undefined, [3, 4]],
    ['any', 'eu', [3, 4]],
    ['any', [7, null], [3, 4]],
  ])('%s of %j', (match, wanted, members) => {
    expect(reached(wanted, match)).toEqual(members)
  })

  test('does not leave the tag when its members are away', () => {
    expect(reached(['eu'], 'any', (index) => index > 1)).toEqual([-1])
  })

  test('remembers no end of made-up tags, and still knows its own', () => {
    const world = new World(strategy('tags'), sketches)
    for (let i = 0; i < 2_000; i += 1) expect(world.pick({ metadata: { tags: [`made up ${i}`] } })).toBeGreaterThan(2)
    expect(world.pick({ metadata: { tags: ['eu'] } })).toBeLessThan(2)
  })

  test('weighs', () => {
    const world = new World(strategy('tags'), [{ tags: ['a'], weight: 3 }, { tags: ['a'] }, { weight: 9 }])
    expectShares(
      tally(3, 4_000, () => world.pick({ metadata: { tags: ['a'] } })),
      [3, 1, 0],
    )
  })
})

describe('conditional', () => {
  const tier =
    (wanted: string) =>
    (metadata: Readonly<Record<string, unknown>>): boolean =>
      metadata['tier'] === wanted
  const sketches = [{}, { when: tier('gold') }, { when: tier('gold') }, { when: tier('tin') }, {}]

  test.each([
    ['gold', 1],
    ['tin', 3],
    ['lead', 0],
  ])('%s goes to the first whose condition holds, or the first without one', (name, index) => {
    expect(new World(strategy('conditional'), sketches).pick({ metadata: { tier: name } })).toBe(index)
  })

  test('passes by those that are not available', () => {
    const world = new World(strategy('conditional'), sketches)
    const without = (...gone: number[]) => world.pick({ metadata: { tier: 'gold' } }, (index) => !gone.includes(index))
    expect([without(1), without(1, 2), without(0, 1, 2), without(0, 1, 2, 4)]).toEqual([2, 0, 4, -1])
  })
})

describe('a function of the caller', () => {
  test('gets the targets that are available, live, and its choice is taken', () => {
    const world = new World(
      ownStrategy((targets) => targets.reduce((best, target) => (target.inFlight < best.inFlight ? target : best))),
      plain(4),
    )
    world.begin(1)
    expect(world.pick({}, (index) => index === 1 || index === 2)).toBe(2)
    world.begin(2)
    world.begin(2)
    expect(world.pick({}, (index) => index === 1 || index === 2)).toBe(1)
  })

  test('is not asked when nothing is available, and may decline', () => {
    const declines: Strategy = ownStrategy(() => undefined)
    expect(new World(declines, plain(2)).select()).toBeUndefined()
    const fails = ownStrategy(() => {
      throw new Error('asked')
    })
    expect(new World(fails, plain(2)).select({}, () => false)).toBeUndefined()
    expect(() => new World(fails, plain(2)).select()).toThrow('asked')
  })

  test.each([
    ['a target of its own making', { id: 'p/model-0' }],
    ['a name', 'p/model-0'],
    ['a number', 0],
    ['a promise', Promise.resolve()],
  ])('is told when it gives %s', (_, given) => {
    const world = new World(
      ownStrategy(() => given as never),
      plain(2),
    )
    expect(() => world.select()).toThrow(ConfigError)
    expect(() => world.select()).toThrow('models.group.strategy')
  })

  test('is told when it gives a target that was not among those it got', () => {
    let first: unknown
    const world = new World(
      ownStrategy(([target]) => (first ??= target) as never),
      plain(2),
    )
    expect(world.pick()).toBe(0)
    expect(() => world.select({}, (index) => index === 1)).toThrow(ConfigError)
  })
})
