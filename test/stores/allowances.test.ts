/** Allowances in memory, where time can be held. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Allowances } from '../../src/stores/memory-allowances.js'

const LIMIT = 20
const WINDOW = 100

function held() {
  const time = { now: 1_000 }
  const allowances = new Allowances({ now: () => time.now, date: () => time.now })
  const request = (amount: number, slots = 1, key = 'k') => ({ key, limit: LIMIT, windowMs: WINDOW, slots, amount })
  return { time, allowances, request }
}

/** Every use and every reservation is kept, and looked through each time. */
class Model {
  private readonly slots: number
  private readonly uses: { readonly at: number; readonly amount: number }[] = []
  private readonly reservations = new Map<string, { readonly amount: number; readonly until: number }>()

  constructor(slots: number) {
    this.slots = slots
  }

  used(now: number): number {
    const { slots, uses } = this
    if (slots > 1) {
      const width = WINDOW / slots
      // A slot counts while any of it lies within the window.
      return sum(uses.filter(({ at }) => (Math.floor(at / width) + 1) * width + WINDOW > now))
    }
    let from = -Infinity
    for (const { at } of uses) if (at >= from + WINDOW) from = at
    return now < from + WINDOW ? sum(uses.filter(({ at }) => at >= from)) : 0
  }

  reserved(now: number, except = ''): number {
    return sum(
      [...this.reservations].filter(([name, { until }]) => name !== except && until > now).map(([, one]) => one),
    )
  }

  reserve(now: number, holder: string, amount: number, leaseMs: number): boolean {
    if (this.used(now) + this.reserved(now, holder) + amount > LIMIT) return false
    this.reservations.set(holder, { amount, until: now + leaseMs })
    return true
  }

  renew(now: number, holder: string, leaseMs: number): void {
    const known = this.reservations.get(holder)
    if (!known || known.until <= now) return
    this.reservations.set(holder, { ...known, until: Math.max(known.until, now + leaseMs) })
  }

  settle(now: number, holder: string, amount: number): void {
    this.reservations.delete(holder)
    if (amount > 0) this.uses.push({ at: now, amount })
  }
}

function sum(amounts: readonly { readonly amount: number }[]): number {
  return amounts.reduce((total, { amount }) => total + amount, 0)
}

const step = fc.record({
  do: fc.constantFrom('reserve', 'settle', 'renew'),
  holder: fc.constantFrom('a', 'b', 'c'),
  amount: fc.integer({ min: 0, max: 12 }),
  leaseMs: fc.integer({ min: 1, max: 150 }),
  pause: fc.integer({ min: 0, max: 60 }),
})

describe('allowances in memory', () => {
  test('agree with a model at any time', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(1, 2, 7, 50), (steps, slots) => {
        const { time, allowances, request } = held()
        const model = new Model(slots)
        for (const { do: what, holder, amount, leaseMs, pause } of steps) {
          time.now += pause
          if (what === 'reserve') {
            const result = allowances.reserve(holder, [request(amount, slots)], leaseMs)
            expect(result.ok).toBe(model.reserve(time.now, holder, amount, leaseMs))
          } else if (what === 'settle') {
            allowances.settle(holder, [request(amount, slots)])
            model.settle(time.now, holder, amount)
          } else {
            allowances.renew(holder, ['k'], leaseMs)
            model.renew(time.now, holder, leaseMs)
          }
          const [usage] = allowances.usage(['k'])
          expect(usage).toMatchObject({ used: model.used(time.now), reserved: model.reserved(time.now) })
        }
      }),
      { numRuns: 500 },
    )
  })

  test('rolling, hold at most the limit in every window, to the millisecond', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), fc.integer({ min: 2, max: 40 }), (steps, slots) => {
        const { time, allowances, request } = held()
        const uses: { readonly at: number; readonly amount: number }[] = []
        for (const { holder, amount, pause } of steps) {
          if (allowances.reserve(holder, [request(amount, slots)], 10_000).ok) {
            time.now += pause
            allowances.settle(holder, [request(amount, slots)])
            uses.push({ at: time.now, amount })
          } else time.now += pause
        }
        for (const { at } of uses) {
          expect(sum(uses.filter((other) => other.at >= at && other.at < at + WINDOW))).toBeLessThanOrEqual(LIMIT)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('what is refused may go after the time it is told, and not before', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.integer({ min: 1, max: LIMIT }), (steps, wanted) => {
        const { time, allowances, request } = held()
        for (const { holder, amount, leaseMs, pause } of steps) {
          time.now += pause
          if (allowances.reserve(holder, [request(amount, 5)], leaseMs).ok && amount % 2 === 0)
            allowances.settle(holder, [request(amount, 5)])
        }
        const refused = allowances.reserve('new', [request(wanted, 5)], 1_000)
        if (refused.ok) return
        const { now } = time
        time.now = now + refused.resetsInMs - 1
        expect(allowances.reserve('new', [request(wanted, 5)], 1_000).ok).toBe(false)
        time.now = now + refused.resetsInMs
        expect(allowances.reserve('new', [request(wanted, 5)], 1_000).ok).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('that were made up once do not stay', () => {
    const { time, allowances, request } = held()
    for (let i = 0; i < 50_000; i += 1) {
      time.now += 1
      allowances.reserve('h', [request(1, 10, `user ${i}`)], 50)
      // Every second one is never settled.
      if (i % 2 === 0) allowances.settle('h', [request(1, 10, `user ${i}`)])
    }
    expect(allowances.size).toBeLessThan(2_500)
  })

  test('of one key stay small, however often they are used', () => {
    const { time, allowances, request } = held()
    for (let i = 0; i < 5_000; i += 1) {
      time.now += 7
      expect(allowances.reserve(`h${i}`, [request(1, 10)], 20)).toMatchObject({ ok: true })
      if (i % 3 > 0) allowances.settle(`h${i}`, [request(1, 10)])
    }
    time.now += 1_000
    expect(allowances.usage(['k'])).toEqual([{ used: 0, reserved: 0, resetsInMs: 0 }])
  })
})
