/** Budgets by themselves: what they reserve, tell and settle, on a held clock and a store that others share. */
import { describe, expect, test } from 'vitest'
import type { Estimate } from '../../src/client/admission/budget-accounts.js'
import { Budgets } from '../../src/client/admission/budgets.js'
import { ConfigError } from '../../src/kernel/errors.js'
import type { AllowanceRequest } from '../../src/kernel/store.js'
import type { BudgetEvent } from '../../src/router/events.js'
import type { BudgetOptions } from '../../src/router/options.js'
import { MemoryStore } from '../../src/stores/memory.js'
import { holdTime } from '../support/held-time.js'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const time = holdTime()
const NOON = Date.parse('2026-11-25T12:00:00Z')
const clock = { now: () => performance.now(), date: () => NOON + performance.now() }

/** As other processes see it too. */
class SharedStore extends MemoryStore {
  override readonly shared = true
  readonly leaseMs = 1000
  readonly renewed: string[] = []
  readonly settled: AllowanceRequest[] = []
  flushed: number | undefined
  /** What settling waits for. */
  slow: Promise<unknown> = Promise.resolve()

  override renew(holder: string, keys: readonly string[], leaseMs: number): void {
    this.renewed.push(...keys)
    super.renew(holder, keys, leaseMs)
  }

  override settle(holder: string, uses: readonly AllowanceRequest[]): readonly number[] {
    this.settled.push(...uses)
    const left = super.settle(holder, uses)
    return this.slow.then(() => left) as unknown as readonly number[]
  }

  flush(ms: number): void {
    this.flushed = ms
  }
}

function budgetsOf(budgets: BudgetOptions[], store: MemoryStore = new SharedStore(clock)) {
  const told: BudgetEvent[] = []
  const all = new Budgets({ budgets, store, clock, tell: (event) => told.push(event()) })
  const estimateOf = (amount: number | undefined): Estimate => ({
    tokens: amount ?? 0,
    usd: amount,
    priced: true,
    input: 0,
    output: 0,
    assumed: false,
  })
  const reserve = (amount: number | undefined, user?: string) => all.reserve({ user, tags: [] }, estimateOf(amount))
  /** @param used - `undefined`: it is not known. */
  const use = async (reserved: number, used: number | undefined, user?: string): Promise<void> => {
    const held = await reserve(reserved, user)
    if (!held || 'refused' in held) throw new Error('refused')
    held.settle({ tokens: used, usd: used })
    await all.settled()
  }
  return { all, store: store as SharedStore, told, reserve, use }
}

describe('what is reserved', () => {
  test('in USD counts to the billionth, in tokens whole ones', async () => {
    const { reserve, use } = budgetsOf([{ usd: 0.3, per: 'day' }])
    await use(0.1, 0.1)
    await use(0.1, 0.1)
    await use(0.099_999_999, 0.099_999_999)
    expect(await reserve(0.000_000_001)).toHaveProperty('settle')
    expect(await reserve(0.000_000_001)).toMatchObject({ refused: { left: 0, unit: 'usd', limit: 0.3 } })
    const tokens = budgetsOf([{ tokens: 10, per: 'day' }])
    await tokens.use(8.2, 8.2)
    expect(await tokens.reserve(2)).toMatchObject({ refused: { left: 1, unit: 'tokens' } })
  })

  test('unknown usage of a call counts as estimated', async () => {
    for (const budget of [{ usd: 10 }, { tokens: 10 }]) {
      const { reserve, use } = budgetsOf([{ ...budget, per: 'day' }])
      await use(7, undefined)
      expect(await reserve(4)).toMatchObject({ refused: { left: 3 } })
      expect(await reserve(3)).toHaveProperty('settle')
    }
  })

  test('is in tokens for a budget in tokens, and in USD for one in USD', async () => {
    const { all, store } = budgetsOf([
      { usd: 10, per: 'day' },
      { tokens: 10, per: 'day' },
    ])
    const ask = (tokens: number, usd: number | undefined) =>
      all.reserve({ tags: [] }, { tokens, usd, priced: true, input: 0, output: 0, assumed: false })
    const held = await ask(5, 2)
    expect(await ask(6, 2)).toMatchObject({ refused: { unit: 'tokens', left: 5 } })
    expect(await ask(1, 9)).toMatchObject({ refused: { unit: 'usd', left: 8 } })
    if (held && 'settle' in held) held.settle({ tokens: 1, usd: 7 })
    await all.settled()
    expect(store.settled.map(({ amount }) => amount)).toEqual([7e9, 1])
    const tokens = budgetsOf([{ tokens: 10, per: 'day' }])
    expect(await tokens.reserve(undefined)).toHaveProperty('settle')
  })

  test('in a rolling window counts for as long as that, whatever the calendar says', async () => {
    const { reserve, use } = budgetsOf([{ tokens: 10, per: 'minute', window: 'rolling' }])
    await time.advance(50_000)
    await use(10, 10)
    await time.advance(30_000)
    expect(await reserve(1)).toMatchObject({ refused: { left: 0 } })
    await time.advance(35_000)
    expect(await reserve(10)).toHaveProperty('settle')
  })

  test('what is released is free, and what is settled was used', async () => {
    const { all, reserve, use } = budgetsOf([{ tokens: 10, per: 'day' }])
    const held = await reserve(10)
    if (!held || 'refused' in held) throw new Error('refused')
    expect(await reserve(1)).toMatchObject({ refused: { left: 0 } })
    held.release()
    await all.settled()
    await use(10, 4)
    expect(await reserve(7)).toMatchObject({ refused: { left: 6 } })
  })

  test('if more was used than the limit, nothing is left', async () => {
    const { reserve, use } = budgetsOf([{ tokens: 10, per: 'day' }])
    await use(5, 25)
    expect(await reserve(1)).toMatchObject({ refused: { left: 0 } })
  })

  test('a soft budget refuses nothing, and counts', async () => {
    const { reserve, use, told, store } = budgetsOf([{ usd: 10, per: 'day', hard: false }])
    await use(50, 9)
    const free = await reserve(undefined)
    if (!free || 'refused' in free) throw new Error('refused')
    free.release()
    expect(store.settled).toHaveLength(1)
    expect(told).toMatchObject([{ state: 'warning', left: 1 }])
    // Nothing is reserved that would have to be renewed.
    expect(time.timers()).toBe(0)
  })

  test('a budget in USD refuses a call without a price, and reports that all of it is left', async () => {
    const { all, reserve } = budgetsOf([{ usd: 10, per: 'day' }])
    expect(await reserve(undefined)).toMatchObject({ refused: { unpriced: true, left: 10, resetsInMs: undefined } })
    // What has no price because it has nothing to price is let in.
    const unpriced: Estimate = { tokens: 1, usd: undefined, priced: false, input: 1, output: 0, assumed: false }
    expect(await all.reserve({ tags: [] }, unpriced)).toHaveProperty('settle')
  })

  test('a call that no budget holds for reserves nothing', async () => {
    const { reserve } = budgetsOf([{ scope: { user: '*' }, tokens: 10, per: 'day' }])
    expect(await reserve(100)).toBeUndefined()
    expect(budgetsOf([]).all.any).toBe(false)
    expect(budgetsOf([{ tokens: 1, per: 'day' }]).all.any).toBe(true)
  })

  test('a refusal names the budget, and when it has room again', async () => {
    const { reserve, use } = budgetsOf([{ tokens: 10, per: 'day' }])
    const tomorrow = DAY - (clock.date() % DAY)
    await use(5, 5)
    await reserve(5)
    expect(await reserve(1)).toMatchObject({
      refused: { scope: 'all calls', resetsInMs: tomorrow, unpriced: false, left: 0 },
    })
    expect(await reserve(11)).toMatchObject({ refused: { resetsInMs: undefined } })
    const ofUsers = budgetsOf([{ scope: { user: '*' }, tokens: 10, per: 'day' }])
    expect(await ofUsers.reserve(11, 'ann')).toMatchObject({ refused: { scope: 'user=ann' } })
  })
})

describe('events', () => {
  test('a warning from its share on, once; then that it is used up; then that a call was refused', async () => {
    const { told, use, reserve } = budgetsOf([{ usd: 10, per: 'day', warnAt: 0.5 }])
    const now = clock.date()
    await use(1, 4.99)
    expect(told).toEqual([])
    await use(1, 0.01)
    await use(1, 0.01)
    const event = {
      budget: 'budgets[0]',
      scope: 'all calls',
      unit: 'usd',
      limit: 10,
      resetsAt: now - (now % DAY) + DAY,
    }
    expect(told.splice(0)).toEqual([{ ...event, state: 'warning', left: 5 }])
    await use(1, 4.99)
    await reserve(1)
    await reserve(1)
    expect(told.splice(0)).toEqual([
      { ...event, state: 'exceeded', left: 0 },
      { ...event, state: 'refused', left: 0 },
    ])
    // What is less than the last is no news on the same day.
    await use(0, 0)
    expect(told).toEqual([])
    // The next day has begun, though no day has passed.
    await time.advance(DAY - (now % DAY))
    await use(1, 5)
    expect(told).toMatchObject([{ state: 'warning', left: 5, resetsAt: event.resetsAt + DAY }])
  })

  test('eight tenths where no share is set', async () => {
    const { told, use } = budgetsOf([{ tokens: 10, per: 'day' }])
    await use(7, 7)
    expect(told).toEqual([])
    await use(1, 1)
    expect(told).toMatchObject([{ state: 'warning', left: 2, unit: 'tokens' }])
  })

  test('of a rolling budget anew a window later, without a time at which it ends', async () => {
    const { told, use } = budgetsOf([{ tokens: 10, per: 'minute', window: 'rolling' }])
    await use(9, 9)
    await use(0, 0)
    expect(told.splice(0)).toMatchObject([{ state: 'warning', resetsAt: undefined }])
    await time.advance(2 * MINUTE)
    await use(9, 9)
    expect(told).toMatchObject([{ state: 'warning' }])
  })

  test('of each user by itself, and of a thousand at most it is remembered', async () => {
    const { told, use } = budgetsOf([{ scope: { user: '*' }, tokens: 10, per: 'day' }], new MemoryStore(clock))
    for (let user = 0; user < 1000; user += 1) await use(9, 9, `${user}`)
    expect(told.splice(0)).toHaveLength(1000)
    await use(0, 0, '0')
    expect(told).toEqual([])
    await use(9, 9, 'one more')
    await use(0, 0, '1')
    expect(told.splice(0)).toHaveLength(1)
    // The oldest is forgotten.
    await use(0, 0, '0')
    expect(told).toHaveLength(1)
  })
})

describe('a store that others share', () => {
  test('a reservation is renewed until it is settled, and no longer', async () => {
    const { store, reserve, all } = budgetsOf([{ tokens: 10, per: 'day' }])
    const held = await reserve(10)
    await time.advance(5000)
    expect(new Set(store.renewed).size).toBe(1)
    expect(store.renewed).toHaveLength(25)
    expect(await reserve(1)).toMatchObject({ refused: { left: 0 } })
    if (!held || 'refused' in held) throw new Error('refused')
    held.settle({ tokens: 1, usd: 1 })
    await all.settled()
    await time.advance(5000)
    expect(store.renewed).toHaveLength(25)
    expect(time.timers()).toBe(0)
  })

  test('expires with its process', async () => {
    const { store, reserve, all } = budgetsOf([{ tokens: 10, per: 'day' }])
    await reserve(10)
    await all.close()
    expect(store.flushed).toBe(5000)
    await time.advance(1001)
    expect(await reserve(10)).toHaveProperty('settle')
  })

  test('one that only this process has needs no renewal, and holds for as long as the call lasts', async () => {
    const { reserve, all } = budgetsOf([{ tokens: 10, per: 'month' }], new MemoryStore(clock))
    await reserve(10)
    expect(time.timers()).toBe(0)
    await time.advance(DAY / 2)
    expect(await reserve(1)).toMatchObject({ refused: { left: 0 } })
    await all.close()
  })

  test('what was used counts for the period in which the call began', async () => {
    const { store, reserve, all } = budgetsOf([{ tokens: 10, per: 'day' }])
    await time.advance(500)
    const held = await reserve(5)
    await time.advance(1234)
    if (!held || 'refused' in held) throw new Error('refused')
    held.settle({ tokens: 3, usd: 3 })
    await all.settled()
    expect(store.settled).toMatchObject([{ amount: 3, agoMs: 1234 }])
  })

  test('closing waits until what was used is in the store, for five seconds at most', async () => {
    const { store, use, all, reserve } = budgetsOf([{ tokens: 10, per: 'day' }])
    await time.advance(10_000)
    await use(1, 1)
    let open = (): void => {}
    store.slow = new Promise<void>((resolve) => (open = resolve))
    const held = await reserve(1)
    if (held && 'settle' in held) held.settle({ tokens: 1, usd: 1 })
    let closed = false
    const closing = all.close().then(() => (closed = true))
    await time.advance(4999)
    expect(closed).toBe(false)
    open()
    await closing
    expect(store.flushed).toBe(1)
    store.slow = new Promise(() => {})
    const stuck = await reserve(1)
    if (stuck && 'settle' in stuck) stuck.settle({ tokens: 1, usd: 1 })
    const again = all.close()
    await time.advance(5000)
    await again
    expect(store.flushed).toBe(0)
    expect(time.timers()).toBe(0)
  })

  test('a store that cannot settle fails no call', async () => {
    const { store, use } = budgetsOf([{ tokens: 10, per: 'day' }])
    store.slow = Promise.reject(new Error('down'))
    await use(1, 1)
  })
})

describe('invalid budgets', () => {
  test.each<[string, BudgetOptions[], RegExp]>([
    ['more USD than can be counted', [{ usd: 1e10, per: 'day' }], /budgets\[0\]\.usd.*at most 9007199/],
    ['more tokens', [{ tokens: 2 ** 53, per: 'day' }], /budgets\[0\]\.tokens.*at most 9007199254740991/],
    [
      'the same twice',
      [
        { usd: 1, per: 'day' },
        { usd: 2, per: 'day' },
      ],
      /budgets\[1\].*the same as budgets\[0\]/,
    ],
  ])('%s', (_what, budgets, message) => {
    expect(() => budgetsOf(budgets)).toThrow(ConfigError)
    expect(() => budgetsOf(budgets)).toThrow(message)
  })

  test('what differs in its unit, its period, its window or its scope is another', () => {
    const budgets: BudgetOptions[] = [
      { usd: 1, per: 'day' },
      { tokens: 1, per: 'day' },
      { usd: 1, per: 'week' },
      { usd: 1, per: 'day', window: 'rolling' },
      { usd: 1, per: 'day', scope: { user: '*' } },
    ]
    expect(budgetsOf(budgets).all.any).toBe(true)
  })
})
