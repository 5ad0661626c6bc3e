/** Budgets at the edges of time, what they tell, and hooks that misbehave. */
import { expect, test } from 'vitest'
import { Budgets } from '../../src/client/admission/budgets.js'
import type { BudgetEvent } from '../../src/index.js'
import type { BudgetOptions } from '../../src/router/options.js'
import { MemoryStore } from '../../src/stores/memory.js'
import { windowAt } from '../../src/policies/budget.js'
import { eventually, turn } from '../support/eventually.js'
import { clientOf, messages, OpenStore, outcome, using } from './abuse-support.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

class TestClock {
  ms = 0
  offset = Date.parse('2026-02-28T23:59:00Z')
  now = (): number => this.ms
  date = (): number => this.offset + this.ms
}

function setUp(budgets: BudgetOptions[]) {
  const clock = new TestClock()
  const told: BudgetEvent[] = []
  const store = new MemoryStore(clock)
  const all = new Budgets({ budgets, store, clock, tell: (event) => told.push(event()) })
  const reserve = async (tokens: number) => {
    const result = await all.reserve(
      { tags: [] },
      {
        tokens,
        usd: tokens,
        priced: true,
        input: 0,
        output: tokens,
        assumed: false,
      },
    )
    if (!result) throw new Error('no budget holds')
    return result
  }
  const use = async (tokens: number, reserved = tokens): Promise<boolean> => {
    const result = await reserve(reserved)
    if ('refused' in result) return false
    result.settle({ tokens, usd: tokens })
    await all.settled()
    return true
  }
  return { clock, told, store, all, reserve, use }
}

test('a call that begins before midnight counts for the day on which it began', async () => {
  const { clock, reserve, use } = setUp([{ tokens: 100, per: 'day' }])
  const held = await reserve(80)
  if ('refused' in held) throw new Error('refused')
  clock.ms += 2 * MINUTE
  held.settle({ tokens: 90, usd: 90 })
  expect(await use(100)).toBe(true)
  expect(await use(1)).toBe(false)
})

test('a clock that is set back neither frees a used-up budget nor uses up the next', async () => {
  const { clock, use } = setUp([{ tokens: 100, per: 'hour' }])
  expect(await use(100)).toBe(true)
  clock.ms += 2 * MINUTE
  expect(await use(100)).toBe(true)
  clock.offset -= 10 * MINUTE
  expect(await use(1)).toBe(false)
  clock.offset += 10 * MINUTE
  expect(await use(1)).toBe(false)
})

test('a rolling budget reports again when it is used up again', async () => {
  const { clock, told, use } = setUp([{ tokens: 100, per: 'hour', window: 'rolling' }])
  const states = () => told.splice(0).map(({ state }) => state)
  await use(100)
  expect(await use(1)).toBe(false)
  expect(await use(1)).toBe(false)
  expect(states()).toEqual(['exceeded', 'refused'])
  clock.ms += 3 * HOUR
  expect(await use(85)).toBe(true)
  expect(await use(15)).toBe(true)
  expect(await use(1)).toBe(false)
  expect(states()).toEqual(['warning', 'exceeded', 'refused'])
})

test('a call that is more than the whole budget gets no time at which it would fit', async () => {
  const { reserve } = setUp([{ tokens: 100, per: 'day' }])
  expect(await reserve(101)).toMatchObject({ refused: { left: 100, resetsInMs: undefined } })
  await reserve(60)
  expect(await reserve(60)).toMatchObject({ refused: { left: 40, resetsInMs: MINUTE } })
})

test('a refused call keeps nothing of the budgets that would have had room', async () => {
  const { reserve, store, use } = setUp([
    { tokens: 1000, per: 'day' },
    { tokens: 50, per: 'hour' },
  ])
  expect(await reserve(60)).toMatchObject({ refused: { path: 'budgets[1]' } })
  expect(await use(50)).toBe(true)
  expect(await use(1)).toBe(false)
  expect(store).toBeDefined()
})

test.each([
  ['2024-02-29T12:00:00Z', 'month', '2024-02-01T00:00', '2024-03-01T00:00:00Z'],
  ['2026-02-28T23:59:59.999Z', 'month', '2026-02-01T00:00', '2026-03-01T00:00:00Z'],
  ['2026-12-31T23:59:59.999Z', 'month', '2026-12-01T00:00', '2027-01-01T00:00:00Z'],
  ['2027-01-01T00:00:00Z', 'month', '2027-01-01T00:00', '2027-02-01T00:00:00Z'],
  ['2026-11-22T23:59:59.999Z', 'week', '2026-11-16T00:00', '2026-11-23T00:00:00Z'],
  ['2026-11-23T00:00:00Z', 'week', '2026-11-23T00:00', '2026-11-30T00:00:00Z'],
  ['1969-12-31T00:00:00Z', 'week', '1969-12-29T00:00', '1970-01-05T00:00:00Z'],
  ['2026-03-29T01:30:00Z', 'day', '2026-03-29T00:00', '2026-03-30T00:00:00Z'],
] as const)('at %s the %s is that from %s to %s', (date, per, id, end) => {
  expect(windowAt(per, 'calendar', Date.parse(date))).toMatchObject({ id, endsAt: Date.parse(end), slots: 1 })
  expect(DAY).toBe(86_400_000)
})

test('hooks that throw, call the client again or close it: calls are answered, and all is settled', async () => {
  const store = new OpenStore()
  let deeper = 3
  const errors: unknown[] = []
  const ai = clientOf(() => using(10), {
    store,
    models: { m: [{ model: 'a/m', limits: { concurrent: 2 } }] },
    limits: [{ concurrent: 5 }],
    budgets: [{ tokens: 25, per: 'day', hard: false, warnAt: 0.1 }],
    hooks: {
      onAttempt: () => {
        if (deeper-- > 0) void ai.chat.completions.create({ model: 'm', messages }).catch((error) => errors.push(error))
        throw new Error('hook')
      },
      onBudget: async () => {
        await ai.close()
        throw new Error('hook')
      },
    },
  })
  expect(await outcome(ai.chat.completions.create({ model: 'm', messages }))).toEqual({ name: 'answered' })
  await eventually(() => ai.spend().total.calls === 4, 'all four are answered')
  await turn()
  expect(errors).toEqual([])
  expect(store.used).toBe(40)
})

test('changing options and metadata later does not change an existing client', async () => {
  const limits = [{ scope: { user: 'ann' } as { user: string }, rpm: 1, onLimit: 'reject' as const }]
  const budgets = [{ scope: { user: 'ann' } as { user: string }, tokens: 5000, per: 'day' as const }]
  const models = { m: [{ model: 'a/m', limits: { concurrent: 1, rpm: 3 } }] }
  const ai = clientOf(() => using(1), { limits, budgets, models })
  Object.assign(limits[0] ?? {}, { rpm: 1e6, scope: {} })
  Object.assign(budgets[0] ?? {}, { tokens: 1 })
  Object.assign(models.m[0]?.limits ?? {}, { rpm: 1e6 })
  const ask = (user?: string, metadata: { user?: string | undefined; tags?: string[] } = { user }) =>
    outcome(ai.chat.completions.create({ model: 'm', messages, timeout: 200 }, { metadata }))
  expect((await ask('ann')).name).toBe('answered')
  expect((await ask('ann')).name).toBe('LimitError')
  expect((await ask()).name).toBe('answered')
  const changing: { user: string; tags: unknown } = { user: 'eve', tags: ['x'] }
  const call = ask(undefined, changing as never)
  changing.tags = 7
  expect((await call).name).toBe('answered')
  expect((await ask()).name).toBe('LimitError')
  expect(ai.spend({ by: 'user' }).total.calls).toBe(3)
})
