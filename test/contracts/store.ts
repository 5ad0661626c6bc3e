/** What every store keeps to. Run for each implementation, on its own time. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RateTake, Store } from '../../src/kernel/store.js'
import { soon } from './soon.js'
import { admitContract } from './store-admit.js'
import { allowanceContract } from './store-allowances.js'

export interface StoreUnderTest {
  readonly store: Store
  /** Lets this many milliseconds pass on the store's own clock. */
  pass(ms: number): Promise<void>
  /** Milliseconds on the clock of the store, or of this machine. */
  now(): number
  /** Unix milliseconds by the store's own clock. */
  date(): number
  stop(): Promise<void>
}

export function storeContract(name: string, open: () => Promise<StoreUnderTest>, skipped = ''): void {
  describe.skipIf(skipped !== '')(`the store ${name}${skipped}`, () => {
    let under: StoreUnderTest
    let store: Store
    let keys = 0
    const key = (): string => `key ${(keys += 1)}`
    const rate = (name: string, limit: number, units = 1, windowMs = 60_000): RateTake => ({
      key: name,
      limit,
      units,
      windowMs,
    })

    beforeAll(async () => {
      under = await open()
      ;({ store } = under)
    })
    afterAll(() => under.stop())

    describe('rates', () => {
      test('a burst of the limit is let in, and not one more', async () => {
        await soon(under, 90, async () => {
          const one = rate(key(), 3)
          for (const left of [2, 1, 0]) expect(await store.take([one])).toEqual({ ok: true, remaining: [left] })
          const refused = await store.take([one])
          expect(refused).toMatchObject({ ok: false, refused: 0 })
          // All of the burst is forgotten when it is older than the window, and nothing of it before.
          expect(!refused.ok && refused.retryAfterMs).toBeGreaterThan(59_900)
          expect(!refused.ok && refused.retryAfterMs).toBeLessThanOrEqual(61_000)
        })
      })

      test('what is refused is admitted after the wait that was given', async () => {
        await soon(under, 350, async (pass) => {
          const one = rate(key(), 2, 1, 400)
          await store.take([one])
          await store.take([one])
          const refused = await store.take([one])
          if (refused.ok) throw new Error('was let in')
          expect(refused.retryAfterMs).toBeLessThanOrEqual(407)
          await pass(refused.retryAfterMs + 1)
          expect(await store.take([one])).toMatchObject({ ok: true })
        })
      })

      test('of several rates all are taken, or none', async () => {
        const [wide, narrow] = [key(), key()]
        expect(await store.take([rate(wide, 10, 4), rate(narrow, 1)])).toEqual({ ok: true, remaining: [6, 0] })
        expect(await store.take([rate(wide, 10, 4), rate(narrow, 1)])).toMatchObject({ ok: false, refused: 1 })
        expect(await store.take([rate(wide, 10, 6)])).toEqual({ ok: true, remaining: [0] })
      })

      test('a key that is given twice is charged twice', async () => {
        const twice = key()
        expect(await store.take([rate(twice, 10, 4), rate(twice, 10, 4)])).toEqual({ ok: true, remaining: [6, 2] })
        expect(await store.take([rate(twice, 10, 2), rate(twice, 10, 1)])).toMatchObject({ ok: false, refused: 1 })
        expect(await store.take([rate(twice, 10, 2)])).toMatchObject({ ok: true })
      })

      test('more than the limit is taken as the limit', async () => {
        const big = key()
        expect(await store.take([rate(big, 5, 50)])).toEqual({ ok: true, remaining: [0] })
        expect(await store.take([rate(big, 5)])).toMatchObject({ ok: false })
      })

      test('what a call really used is taken or given back, and never refused', async () => {
        await soon(under, 900, async () => {
          const tokens = key()
          // So long that all of it lies in one part of the window.
          const day = 86_400_000
          await store.take([rate(tokens, 100, 80, day)])
          await store.correct([rate(tokens, 100, -50, day)])
          expect(await store.take([rate(tokens, 100, 70, day)])).toMatchObject({ ok: true })
          await store.correct([rate(tokens, 100, 100, day)])
          const refused = await store.take([rate(tokens, 100, 1, day)])
          expect(!refused.ok && refused.retryAfterMs).toBeGreaterThan(day - 1_000)
          await store.correct([rate(tokens, 100, -10_000, day)])
          expect(await store.take([rate(tokens, 100, 1, day)])).toEqual({ ok: true, remaining: [99] })
        })
      })

      test('what is given back was taken when it was taken: what came later counts as long as it would have', async () => {
        await soon(under, 250, async (pass) => {
          const tokens = key()
          const windowMs = 600
          const at = under.now()
          await store.take([rate(tokens, 100, 60, windowMs)])
          await pass(300)
          await store.take([rate(tokens, 100, 40, windowMs)])
          await store.correct([{ ...rate(tokens, 100, -60, windowMs), agoMs: under.now() - at }])
          expect(await store.take([rate(tokens, 100, 61, windowMs)])).toMatchObject({ ok: false })
          // The first is forgotten, and nothing of the second with it.
          await pass(320)
          expect(await store.take([rate(tokens, 100, 61, windowMs)])).toMatchObject({ ok: false })
          expect(await store.take([rate(tokens, 100, 60, windowMs)])).toMatchObject({ ok: true })
        })
      })

      test('what has left the window is not given back', async () => {
        await soon(under, 150, async (pass) => {
          const tokens = key()
          await store.take([rate(tokens, 100, 100, 200)])
          await pass(210)
          await store.take([rate(tokens, 100, 100, 200)])
          await store.correct([{ ...rate(tokens, 100, -100, 200), agoMs: 210 }])
          expect(await store.take([rate(tokens, 100, 1, 200)])).toMatchObject({ ok: false })
        })
      })

      test('given back by many at once, none is lost', async () => {
        const tokens = key()
        await store.take([rate(tokens, 1_000, 1_000, 3_600_000)])
        await Promise.all(Array.from({ length: 100 }, async () => store.correct([rate(tokens, 1_000, -5, 3_600_000)])))
        await Promise.all(Array.from({ length: 50 }, async () => store.correct([rate(tokens, 1_000, 2, 3_600_000)])))
        expect(await store.take([rate(tokens, 1_000, 401, 3_600_000)])).toMatchObject({ ok: false })
        expect(await store.take([rate(tokens, 1_000, 400, 3_600_000)])).toMatchObject({ ok: true })
      })

      test('in no span as long as the window is more let in than the limit, wherever it begins', async () => {
        const steps = fc.array(
          fc.record({ units: fc.integer({ min: 1, max: 4 }), pause: fc.integer({ min: 0, max: 30 }) }),
          {
            minLength: 10,
            maxLength: 40,
          },
        )
        await fc.assert(
          fc.asyncProperty(steps, fc.integer({ min: 2, max: 20 }), async (calls, limit) => {
            const name = key()
            const windowMs = 100
            const admitted: { readonly before: number; readonly after: number; readonly units: number }[] = []
            for (const { units, pause } of calls) {
              const before = under.now()
              const result = await store.take([rate(name, limit, units, windowMs)])
              if (result.ok) admitted.push({ before, after: under.now(), units: Math.min(units, limit) })
              if (pause > 0) await under.pass(pause)
            }
            for (const [i, first] of admitted.entries()) {
              let sum = 0
              for (const last of admitted.slice(i)) {
                sum += last.units
                // The widest that the span may have been: both were answered between `before` and `after`.
                if (last.after - first.before < windowMs) expect(sum).toBeLessThanOrEqual(limit)
              }
            }
          }),
          { numRuns: 15 },
        )
      })
    })

    describe('places', () => {
      const lease = (name: string, holder: string, leaseMs = 60_000, limit = 2) => ({
        key: name,
        limit,
        holder,
        leaseMs,
      })

      test('go to as many holders as the limit', async () => {
        const name = key()
        expect(await store.acquire(lease(name, 'a'))).toBe(true)
        expect(await store.acquire(lease(name, 'b'))).toBe(true)
        expect(await store.acquire(lease(name, 'c'))).toBe(false)
        expect(await store.held(name)).toBe(2)
        await store.release(name, 'a')
        await store.release(name, 'nobody')
        expect(await store.held(name)).toBe(1)
        expect(await store.acquire(lease(name, 'c'))).toBe(true)
      })

      test('run out unless their holder asks again', async () => {
        await soon(under, 400, async (pass) => {
          const name = key()
          await store.acquire(lease(name, 'stays', 1_500))
          await store.acquire(lease(name, 'dies', 1_500))
          await pass(1_000)
          expect(await store.acquire(lease(name, 'stays', 1_500))).toBe(true)
          expect(await store.acquire(lease(name, 'new', 1_500))).toBe(false)
          await pass(800)
          expect(await store.held(name)).toBe(1)
          expect(await store.acquire(lease(name, 'new', 1_500))).toBe(true)
        })
      })

      test('of many who ask at once go to as many as the limit', async () => {
        const name = key()
        const got = await Promise.all(
          Array.from({ length: 40 }, async (_, i) => store.acquire(lease(name, `h${i}`, 60_000, 7))),
        )
        expect(got.filter(Boolean)).toHaveLength(7)
        expect(await store.held(name)).toBe(7)
      })
    })

    allowanceContract(() => under, key)
    admitContract(() => under, key)

    describe('facts', () => {
      test('hold for their time', async () => {
        await soon(under, 50, async (pass) => {
          const space = key()
          await store.put(space, 'short', 'a value\nwith lines', 60)
          await store.put(space, 'long', '', 60_000)
          const both = await store.facts(space)
          expect(both.map(({ name, value }) => [name, value]).sort()).toEqual([
            ['long', ''],
            ['short', 'a value\nwith lines'],
          ])
          for (const { expiresInMs } of both) expect(expiresInMs).toBeGreaterThan(0)
          await pass(80)
          expect((await store.facts(space)).map(({ name }) => name)).toEqual(['long'])
          expect(await store.facts(key())).toEqual([])
        })
      })

      test('are replaced only by one that lasts longer', async () => {
        const space = key()
        await store.put(space, 'x', 'first', 10_000)
        await store.put(space, 'x', 'shorter', 5_000)
        expect(await store.facts(space)).toMatchObject([{ value: 'first' }])
        await store.put(space, 'x', 'longer', 20_000)
        const [fact] = await store.facts(space)
        expect(fact?.value).toBe('longer')
        expect(fact?.expiresInMs).toBeGreaterThan(15_000)
        await store.remove(space, 'x')
        expect(await store.facts(space)).toEqual([])
      })
    })
  })
}
