/** What every store keeps to about a whole admission: places, rates and reservations, all or none. */
import { describe, expect, test } from 'vitest'
import { MOST_KEYS, type AdmitRequest } from '../../src/kernel/store.js'
import type { StoreUnderTest } from './store.js'

const LONG = 600_000
const HOUR = 3_600_000

export function admitContract(opened: () => StoreUnderTest, key: () => string): void {
  describe('an admission', () => {
    const keys = () => ({ place: key(), rate: key(), other: key(), budget: key(), second: key() })
    type Keys = ReturnType<typeof keys>
    const ask = (of: Keys, holder: string, change: Partial<Record<keyof Keys, number>> = {}): AdmitRequest => ({
      holder,
      leaseMs: LONG,
      places: [{ key: of.place, limit: change.place ?? 10, holder: `${holder} place`, leaseMs: LONG }],
      rates: [
        { key: of.rate, limit: change.rate ?? 10, windowMs: HOUR, units: 1 },
        { key: of.other, limit: change.other ?? 100, windowMs: HOUR, units: 20 },
      ],
      allowances: [
        { key: of.budget, limit: change.budget ?? 100, windowMs: HOUR, slots: 1, amount: 30 },
        { key: of.second, limit: change.second ?? 100, windowMs: HOUR, slots: 60, amount: 40 },
      ],
    })
    /** What others could still have. */
    const left = async (of: Keys) => {
      const { store } = opened()
      const probe = await store.take([
        { key: of.rate, limit: 10, windowMs: HOUR, units: 0 },
        { key: of.other, limit: 100, windowMs: HOUR, units: 0 },
      ])
      const usage = await store.usage([of.budget, of.second])
      const reserved = usage.map((one) => one.reserved)
      return { places: await store.held(of.place), rates: probe.ok && probe.remaining, reserved }
    }

    test('takes and reserves all of it', async () => {
      const { store } = opened()
      const of = keys()
      expect(await store.admit(ask(of, 'a'))).toEqual({ ok: true, remaining: [9, 80], left: [70, 60] })
      expect(await left(of)).toEqual({ places: 1, rates: [9, 80], reserved: [30, 40] })
      await store.release(of.place, 'a place')
      await store.settle('a', ask(of, 'a').allowances)
      expect(await store.usage([of.budget, of.second])).toMatchObject([
        { used: 30, reserved: 0 },
        { used: 40, reserved: 0 },
      ])
    })

    test.each([
      ['place', { by: 'places', refused: 0 }],
      ['rate', { by: 'rates', refused: 0 }],
      ['other', { by: 'rates', refused: 1 }],
      ['budget', { by: 'allowances', refused: 0, left: 5 }],
      ['second', { by: 'allowances', refused: 1, left: 5 }],
    ] as const)('that its %s refuses leaves nothing taken of the others', async (refusing, refusal) => {
      const { store } = opened()
      const of = keys()
      await store.admit(ask(of, 'a'))
      const before = await left(of)
      const limit = { place: 1, rate: 1, other: 20, budget: 35, second: 45 }[refusing]
      const result = await store.admit(ask(of, 'b', { [refusing]: limit }))
      expect(result).toMatchObject({ ok: false, ...refusal })
      if (!result.ok && result.by === 'rates') expect(result.retryAfterMs).toBeGreaterThan(HOUR - 60_000)
      expect(await left(of)).toEqual(before)
    })

    test('accepts an empty request, and a request for one thing', async () => {
      const { store } = opened()
      const of = keys()
      const none = { holder: 'a', leaseMs: LONG, places: [], rates: [], allowances: [] }
      const { places, rates, allowances } = ask(of, 'a')
      expect(await store.admit(none)).toEqual({ ok: true, remaining: [], left: [] })
      expect(await store.admit({ ...none, places })).toEqual({ ok: true, remaining: [], left: [] })
      expect(await store.admit({ ...none, rates })).toEqual({ ok: true, remaining: [9, 80], left: [] })
      expect(await store.admit({ ...none, allowances })).toEqual({ ok: true, remaining: [], left: [70, 60] })
      expect(await left(of)).toEqual({ places: 1, rates: [9, 80], reserved: [30, 40] })
    })

    test('by 60 at once goes to as many as there is room for', async () => {
      const { store } = opened()
      const of = keys()
      const limits = { place: 100, rate: 100, other: 10_000, budget: 30 * 7 }
      const asked = Array.from({ length: 60 }, async (_, i) =>
        store.admit(ask(of, `h${i}`, { ...limits, second: 1e6 })),
      )
      const results = await Promise.all(asked)
      expect(results.filter(({ ok }) => ok)).toHaveLength(7)
      expect(await store.held(of.place)).toBe(7)
      expect(await store.usage([of.budget, of.second])).toMatchObject([{ reserved: 210 }, { reserved: 280 }])
    })

    test('of as many keys as may be is made whole, and of more not at all', async () => {
      const { store } = opened()
      const many = Array.from({ length: MOST_KEYS }, () => key())
      const allowances = many.map((name) => ({ key: name, limit: 10, windowMs: HOUR, slots: 1, amount: 7 }))
      const all = { holder: 'a', leaseMs: LONG, places: [], rates: [], allowances }
      expect(await store.admit(all)).toEqual({ ok: true, remaining: [], left: many.map(() => 3) })
      expect(await store.settle('a', allowances)).toEqual(many.map(() => 3))
      const more = [...allowances, { ...(allowances[0] as (typeof allowances)[0]), key: key() }]
      await expect(async () => store.admit({ ...all, allowances: more })).rejects.toThrow(RangeError)
      await expect(async () => store.reserve('b', more, LONG)).rejects.toThrow(/1000 keys, not 1001/)
      await expect(async () => store.settle('b', more)).rejects.toThrow(RangeError)
      expect(await store.usage(many)).toEqual(
        many.map(() => expect.objectContaining({ used: 7, reserved: 0 }) as unknown),
      )
    })
  })
}
