/** The contract of a routing strategy, run for every one of the registry. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Choice, Strategy } from '../../src/router/strategy.js'
import { World, type Sketch } from './strategy-world.js'

export interface StrategyCase {
  readonly strategy: Strategy
  readonly options?: Readonly<Record<string, unknown>>
}

/** The same in every run: shares are a matter of chance, and a rare draw is no fault. FAST_CHECK_SEED looks elsewhere. */
const RUNS = { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 100), seed: Number(process.env.FAST_CHECK_SEED ?? 1) }
const SIZES = [1, 2, 1000]
/** Members that a pick may ask about when all are available, however many there are. */
const MOST_ASKED = 64

/** They ask of one after the other, because the order is what they are for. */
const IN_ORDER: ReadonlySet<string> = new Set(['ordered', 'conditional'])

type Step =
  | {
      readonly do: 'select'
      readonly mask: number
      readonly session: string
      readonly stream: boolean
      readonly begin: boolean
    }
  | {
      readonly do: 'end'
      readonly member: number
      readonly ms: number
      readonly fails: boolean
      readonly tokens: number
    }
  | { readonly do: 'wait'; readonly ms: number }

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('select' as const),
      mask: fc.oneof(fc.constant(-1), fc.integer()),
      session: fc.constantFrom('', 'a', 'b', 'c'),
      stream: fc.boolean(),
      begin: fc.boolean(),
    }),
    fc.record({
      do: fc.constant('end' as const),
      member: fc.nat(11),
      ms: fc.integer({ min: 0, max: 10_000 }),
      fails: fc.boolean(),
      tokens: fc.constantFrom(0, 1, 500),
    }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 20_000 }) }),
  ),
  { maxLength: 60 },
)

const sketches: fc.Arbitrary<readonly Sketch[]> = fc.array(
  fc.record(
    {
      weight: fc.constantFrom(0, 0.1, 1, 3, 1000),
      price: fc.constantFrom(0, 1, 1.5, 20),
      headroom: fc.double({ min: 0, max: 1, noNaN: true }),
    },
    { requiredKeys: [] },
  ),
  { minLength: 1, maxLength: 12 },
)

/** Runs the steps and checks every choice. @returns the choices, in order. */
function run(world: World, plan: readonly Step[]): (Choice | undefined)[] {
  const choices: (Choice | undefined)[] = []
  const { members } = world
  for (const step of plan) {
    if (step.do === 'wait') world.now += step.ms
    else if (step.do === 'end') {
      const { member, ms, fails, tokens } = step
      world.end(member, ms, fails ? { errorClass: 'server' } : { tokens })
    } else {
      const available = (index: number): boolean => {
        expect(members[index], `asked of member ${index}, which there is not`).toBeDefined()
        return (step.mask & (1 << index)) !== 0
      }
      const metadata = step.session === '' ? {} : { session: step.session }
      const choice = world.select({ metadata, stream: step.stream }, available)
      choices.push(choice)
      const open = [...members.keys()].filter(available)
      expect(choice !== undefined, 'something is chosen when something is available').toBe(open.length > 0)
      if (!choice) continue
      expect(open).toContain(choice.index)
      expect(choice.reason).not.toBe('')
      const weighs = open.some((index) => (members[index]?.weight ?? 0) > 0)
      if (weighs) expect(members[choice.index]?.weight, 'a weight of 0 serves last').toBeGreaterThan(0)
      if (step.begin) world.begin(choice.index)
    }
  }
  return choices
}

export function testStrategy({ strategy, options = {} }: StrategyCase): void {
  const title = Object.keys(options).length > 0 ? `${strategy.id} ${JSON.stringify(options)}` : strategy.id

  describe(`strategy ${title}`, () => {
    test('chooses an available member whenever there is one, a weight of 0 last, whatever happens to their health', () => {
      fc.assert(
        fc.property(sketches, steps, fc.nat(), (group, plan, seed) => {
          run(new World(strategy, group, options, seed), plan)
        }),
        RUNS,
      )
    })

    test('chooses alike under the same random and the same clock', () => {
      fc.assert(
        fc.property(sketches, steps, fc.nat(), (group, plan, seed) => {
          const choices = run(new World(strategy, group, options, seed), plan)
          expect(run(new World(strategy, group, options, seed), plan)).toEqual(choices)
        }),
        RUNS,
      )
    })

    for (const size of SIZES) {
      test(`reaches every one of ${size} members`, () => {
        const world = new World(
          strategy,
          Array.from({ length: size }, () => ({})),
          options,
        )
        for (let wanted = 0; wanted < size; wanted += Math.ceil(size / 100)) {
          expect(world.pick({}, (index) => index === wanted)).toBe(wanted)
        }
        expect(world.pick({}, (index) => index === size - 1)).toBe(size - 1)
        expect(world.select({}, () => false)).toBeUndefined()
      })
    }

    test('takes members with a weight of 0 alone, and all of them', () => {
      const world = new World(strategy, [{ weight: 0 }, { weight: 0 }, { weight: 0 }], options)
      expect(world.pick()).toBeGreaterThanOrEqual(0)
      for (const wanted of [2, 0, 1]) expect(world.pick({}, (index) => index === wanted)).toBe(wanted)
    })

    test('has nothing to choose in an empty group', () => {
      expect(new World(strategy, [], options).select()).toBeUndefined()
    })

    test('looks at no more members among 10 000 than among 100', () => {
      for (const size of [100, 10_000]) {
        const world = new World(
          strategy,
          Array.from({ length: size }, () => ({})),
          options,
        )
        for (let i = 0; i < 300; i += 1) {
          let asked = 0
          const index = world.pick({ metadata: { session: `s${i}` }, stream: i % 2 === 0 }, () => {
            asked += 1
            return true
          })
          expect(asked, `of ${size}`).toBeLessThanOrEqual(MOST_ASKED)
          world.begin(index)
          world.now += 10
          world.end(index, 100 + (i % 7), i % 5 === 0 ? { errorClass: 'server' } : {})
        }
      }
    })

    test('looks at few members when half of 10 000 cool down', () => {
      const world = new World(
        strategy,
        Array.from({ length: 10_000 }, () => ({})),
        options,
        1,
        true,
      )
      for (let index = 0; index < 10_000; index += 1) {
        // Those that cool down were the fastest, and are idle.
        world.begin(index)
        world.end(index, index % 2 === 1 ? 1 : 100 + (index % 50))
        world.begin(index)
        if (index % 2 === 1) world.end(index, 1, { errorClass: 'rate-limit', retryAfterMs: 3_600_000 })
      }
      let asked = 0
      const pick = (session: string): number =>
        world.pick({ metadata: { session } }, (index) => {
          asked += 1
          return world.health(index).allows
        })
      pick('first')
      asked = 0
      for (let i = 0; i < 200; i += 1) expect(world.health(pick(`s${i}`)).allows).toBe(true)
      const most = IN_ORDER.has(strategy.id) ? 10_000 : MOST_ASKED
      expect(asked / 200).toBeLessThanOrEqual(most)
    })
  })
}
