/** What every store keeps to about allowances, such as budgets. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AllowanceRequest, CalendarPeriod } from '../../src/kernel/store.js'
import { windowAt } from '../../src/policies/budget.js'
import { allowanceModel } from './store-allowances-model.js'
import { soon } from './soon.js'
import type { StoreUnderTest } from './store.js'

const LONG = 600_000
/** Milliseconds by which a timer may be early on another clock, and what rounding adds. */
const EARLY = 5

export function allowanceContract(opened: () => StoreUnderTest, key: () => string): void {
  allowanceModel(opened, key)

  const request = (name: string, limit: number, amount: number, windowMs = LONG, slots = 1): AllowanceRequest => ({
    key: name,
    limit,
    windowMs,
    slots,
    amount,
  })

  describe('allowances', () => {
    test('are reserved, settled with what was used, and released', async () => {
      const { store } = opened()
      const name = key()
      expect(await store.usage([name])).toEqual([{ used: 0, reserved: 0, resetsInMs: 0 }])
      expect(await store.reserve('a', [request(name, 100, 60)], LONG)).toEqual({ ok: true, left: [40] })
      expect(await store.reserve('b', [request(name, 100, 41)], LONG)).toMatchObject({
        ok: false,
        refused: 0,
        left: 40,
      })
      expect(await store.reserve('b', [request(name, 100, 40)], LONG)).toEqual({ ok: true, left: [0] })
      expect(await store.usage([name])).toEqual([{ used: 0, reserved: 100, resetsInMs: 0 }])
      expect(await store.settle('a', [request(name, 100, 75)])).toEqual([-15])
      expect(await store.reserve('c', [request(name, 100, 0)], LONG)).toMatchObject({ ok: false, left: -15 })
      expect(await store.settle('b', [request(name, 100, 0)])).toEqual([25])
      expect(await store.settle('b', [request(name, 100, 0)])).toEqual([25])
      expect(await store.usage([name])).toMatchObject([{ used: 75, reserved: 0 }])
    })

    test('are settled without a reservation too', async () => {
      const { store } = opened()
      const [name, none] = [key(), key()]
      expect(await store.settle('a', [request(name, 10, 7)])).toEqual([3])
      expect(await store.settle('a', [request(name, 10, 7)])).toEqual([-4])
      expect(await store.settle('a', [request(none, 10, 0)])).toEqual([10])
      expect(await store.settle('a', [])).toEqual([])
      expect(await store.reserve('a', [], LONG)).toEqual({ ok: true, left: [] })
      expect(await store.usage([])).toEqual([])
      await store.renew('a', [], LONG)
    })

    test('of several, all are reserved or none', async () => {
      const { store } = opened()
      const [wide, narrow] = [key(), key()]
      const both = [request(wide, 100, 30), request(narrow, 40, 30)]
      expect(await store.reserve('a', both, LONG)).toEqual({ ok: true, left: [70, 10] })
      expect(await store.reserve('b', both, LONG)).toMatchObject({ ok: false, refused: 1, left: 10 })
      expect(await store.usage([narrow, wide])).toMatchObject([{ reserved: 30 }, { reserved: 30 }])
    })

    test('reserved again by the same holder are replaced, and stay when that is refused', async () => {
      const { store } = opened()
      const name = key()
      await store.reserve('other', [request(name, 100, 50)], LONG)
      await store.reserve('a', [request(name, 100, 30)], LONG)
      expect(await store.reserve('a', [request(name, 100, 50)], LONG)).toEqual({ ok: true, left: [0] })
      expect(await store.reserve('a', [request(name, 100, 51)], LONG)).toMatchObject({ ok: false, left: 50 })
      expect(await store.usage([name])).toMatchObject([{ reserved: 100 }])
      expect(await store.reserve('a', [request(name, 100, 0)], LONG)).toEqual({ ok: true, left: [50] })
      expect(await store.usage([name])).toMatchObject([{ reserved: 50 }])
    })

    test('named twice are reserved and used twice', async () => {
      const { store } = opened()
      const name = key()
      const twice = [request(name, 10, 4), request(name, 10, 5)]
      expect(await store.reserve('a', twice, LONG)).toEqual({ ok: true, left: [6, 1] })
      expect(await store.reserve('a', [request(name, 10, 6), request(name, 10, 5)], LONG)).toMatchObject({
        ok: false,
        refused: 1,
        left: 4,
      })
      expect(await store.usage([name])).toMatchObject([{ reserved: 9 }])
      expect(await store.settle('a', twice)).toEqual([1, 1])
      expect(await store.usage([name])).toMatchObject([{ used: 9, reserved: 0 }])
    })

    test('never admit a request above the limit', async () => {
      const { store } = opened()
      const name = key()
      const refused = { ok: false, refused: 0, left: 10, resetsInMs: Infinity }
      expect(await store.reserve('a', [request(name, 10, 11)], LONG)).toEqual(refused)
      expect(await store.usage([name])).toEqual([{ used: 0, reserved: 0, resetsInMs: 0 }])
    })

    test('count exactly up to 2^53', async () => {
      const { store } = opened()
      const name = key()
      const most = Number.MAX_SAFE_INTEGER
      expect(await store.reserve('a', [request(name, most, most - 1)], LONG)).toEqual({ ok: true, left: [1] })
      expect(await store.reserve('b', [request(name, most, 2)], LONG)).toMatchObject({ ok: false, left: 1 })
      expect(await store.settle('a', [request(name, most, most - 3)])).toEqual([3])
      expect(await store.settle('b', [request(name, most, 2)])).toEqual([1])
      expect(await store.usage([name])).toMatchObject([{ used: most - 1, reserved: 0 }])
    })

    test.each([
      ['an amount less than 0', { amount: -1 }],
      ['half a unit', { amount: 0.5 }],
      ['an amount that is not a number', { amount: NaN }],
      ['too large an amount', { amount: 2 ** 53 }],
      ['a limit without end', { limit: Infinity }],
      ['no window', { windowMs: 0 }],
      ['no slot', { slots: 0 }],
    ])('of %s are a RangeError', async (_, change) => {
      const { store } = opened()
      const wrong = [{ ...request(key(), 10, 1), ...change }]
      await expect(async () => store.reserve('a', wrong, LONG)).rejects.toThrow(RangeError)
      await expect(async () => store.settle('a', wrong)).rejects.toThrow(RangeError)
    })

    test('come back when the lease of their holder runs out', async () => {
      await soon(opened(), 250, async (pass) => {
        const { store } = opened()
        const name = key()
        await store.reserve('stays', [request(name, 10, 4)], 700)
        await store.reserve('dies', [request(name, 10, 5)], 700)
        await pass(400)
        await store.renew('stays', [name, key()], 700)
        await store.renew('nobody', [name], 700)
        expect(await store.usage([name])).toMatchObject([{ reserved: 9 }])
        const refused = await store.reserve('new', [request(name, 10, 6)], 700)
        if (refused.ok) throw new Error('was let in')
        expect(refused.resetsInMs).toBeGreaterThan(0)
        expect(refused.resetsInMs).toBeLessThanOrEqual(300 + EARLY)
        await pass(refused.resetsInMs + 1)
        expect(await store.reserve('new', [request(name, 10, 6)], LONG)).toEqual({ ok: true, left: [0] })
        // Its room is another's now.
        await store.renew('dies', [name], LONG)
        expect(await store.usage([name])).toMatchObject([{ reserved: 10 }])
        // What it used counts all the same.
        expect(await store.settle('dies', [request(name, 10, 5)])).toEqual([-5])
      })
    })

    test('in one slot are forgotten all at once, a window after the first use', async () => {
      await soon(opened(), 400, async (pass) => {
        const { store } = opened()
        const name = key()
        await store.settle('a', [request(name, 10, 3, 1_000)])
        await pass(500)
        await store.settle('a', [request(name, 10, 6, 1_000)])
        const [usage] = await store.usage([name])
        expect(usage).toMatchObject({ used: 9 })
        expect(usage?.resetsInMs).toBeGreaterThan(0)
        expect(usage?.resetsInMs).toBeLessThanOrEqual(500 + EARLY)
        const refused = await store.reserve('b', [request(name, 10, 2, 1_000)], LONG)
        if (refused.ok) throw new Error('was let in')
        expect(refused.resetsInMs).toBeLessThanOrEqual(500 + EARLY)
        await pass(refused.resetsInMs + 2)
        expect(await store.usage([name])).toEqual([{ used: 0, reserved: 0, resetsInMs: 0 }])
      })
    })

    test('in many slots are forgotten part by part, each after the window', async () => {
      await soon(opened(), 300, async (pass) => {
        const { store } = opened()
        const name = key()
        const rolling = (amount: number) => request(name, 10, amount, 800, 8)
        await store.settle('a', [rolling(4)])
        await pass(400)
        await store.settle('a', [rolling(5)])
        const first = await store.reserve('b', [rolling(2)], LONG)
        if (first.ok) throw new Error('was let in')
        // The window, and the rest of a slot.
        expect(first.resetsInMs).toBeGreaterThan(0)
        expect(first.resetsInMs).toBeLessThanOrEqual(500 + EARLY)
        await pass(first.resetsInMs + 2)
        expect(await store.usage([name])).toMatchObject([{ used: 5 }])
        expect(await store.reserve('b', [rolling(5)], LONG)).toEqual({ ok: true, left: [0] })
        await pass(510)
        expect(await store.usage([name])).toMatchObject([{ used: 0, reserved: 5 }])
      })
    })

    test('rolling, never hold more than the limit in any window', async () => {
      const calls = fc.array(
        fc.record({
          amount: fc.integer({ min: 1, max: 6 }),
          share: fc.double({ min: 0, max: 1, noNaN: true }),
          pause: fc.integer({ min: 0, max: 30 }),
        }),
        { minLength: 10, maxLength: 30 },
      )
      await fc.assert(
        fc.asyncProperty(calls, fc.integer({ min: 2, max: 12 }), async (all, slots) => {
          const { store, pass, now } = opened()
          const name = key()
          const [limit, windowMs] = [10, 60]
          const used: { readonly before: number; readonly after: number; readonly amount: number }[] = []
          for (const { amount, share, pause } of all) {
            const wanted = request(name, limit, amount, windowMs, slots)
            if (!(await store.reserve('h', [wanted], LONG)).ok) {
              await pass(pause)
              continue
            }
            await pass(pause)
            const real = Math.round(amount * share)
            const before = now()
            await store.settle('h', [{ ...wanted, amount: real }])
            used.push({ before, after: now(), amount: real })
          }
          for (const [i, first] of used.entries()) {
            // Those that surely lie in one window with it.
            const within = used.slice(i).filter((last) => last.after - first.before < windowMs)
            expect(within.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(limit)
          }
        }),
        { numRuns: 8 },
      )
    })

    test.each<CalendarPeriod>(['minute', 'hour', 'day', 'week', 'month'])(
      'of a calendar %s are forgotten when that ends, by the clock of the store',
      async (calendar) => {
        const { store, date } = opened()
        const name = key()
        const wanted = (amount: number): AllowanceRequest => ({ ...request(name, 10, amount, LONG), calendar })
        const before = date()
        await store.settle('a', [wanted(4)])
        await store.settle('b', [wanted(3)])
        const [usage] = await store.usage([name])
        const refused = await store.reserve('c', [wanted(11)], LONG)
        const after = date()
        const ends = [before, after].map((at) => windowAt(calendar, 'calendar', at).endsAt ?? 0)
        for (const left of [usage?.resetsInMs ?? 0, refused.ok ? 0 : (refused.periodEndsInMs ?? 0)]) {
          expect(left).toBeGreaterThanOrEqual((ends[0] as number) - after - EARLY)
          expect(left).toBeLessThanOrEqual((ends[1] as number) - before + EARLY)
        }
        // Unless it has just ended.
        if (ends[0] === ends[1]) expect(usage?.used).toBe(7)
      },
    )

    test('of 200 who reserve at once go to as many as there is room for', async () => {
      const { store } = opened()
      const [name, other] = [key(), key()]
      const all = Array.from({ length: 200 }, (_, i) => i)
      const requests = [request(name, 50 * 7, 7), request(other, 1_000_000, 7)]
      const got = await Promise.all(all.map(async (i) => store.reserve(`h${i}`, requests, LONG)))
      expect(got.filter(({ ok }) => ok)).toHaveLength(50)
      expect(await store.usage([name, other])).toMatchObject([{ reserved: 350 }, { reserved: 350 }])
      const holders = all.filter((i) => got[i]?.ok)
      await Promise.all(holders.map(async (i) => store.settle(`h${i}`, requests)))
      expect(await store.usage([name, other])).toMatchObject([
        { used: 350, reserved: 0 },
        { used: 350, reserved: 0 },
      ])
    })
  })
}
