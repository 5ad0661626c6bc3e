/** What a call and its attempt have to pass is asked of the store at once: all of it is had, or none. */
import { describe, expect, test } from 'vitest'
import type { BudgetRefusal } from '../../src/client/admission/budget-accounts.js'
import type { Reservation, ReservationDraft } from '../../src/client/admission/budgets.js'
import { enterAll, type EntryRequest } from '../../src/client/admission/enter-all.js'
import type { Gate } from '../../src/client/admission/gate.js'
import { ConfigError, ConnectionError } from '../../src/kernel/errors.js'
import type { AdmitRequest, AdmitResult, AllowanceRequest, Store } from '../../src/kernel/store.js'
import { holdTime } from '../support/held-time.js'
import { entryOf, gateOf } from './gate-support.js'

holdTime()

const RESERVED: Reservation = { settle: () => {}, release: () => {} }
const ALLOWANCE: AllowanceRequest = { key: 'budget', limit: 10, windowMs: 1000, slots: 1, amount: 1 }
const draftOf = (count = 1): ReservationDraft => ({
  holder: 'h',
  requests: Array.from({ length: count }, () => ALLOWANCE),
  leaseMs: 77,
  accept: () => RESERVED,
  refuse: ({ left }) => ({ path: 'budgets[0]', left }) as BudgetRefusal,
})

/** A call with a gate of each kind, and its attempt with two. */
function setUp(answer: unknown) {
  const gates = [gateOf({ concurrent: 1 }), gateOf({ rpm: 4, tpm: 100 }), gateOf({ concurrent: 1, rpm: 2 })]
  const [call, both, attempt] = gates.map(({ gate }) => gate) as [Gate, Gate, Gate]
  const requests: EntryRequest[] = [
    { gates: [call, both], entry: entryOf(10) },
    { gates: [attempt], entry: entryOf(20) },
  ]
  const asked: AdmitRequest[] = []
  const store = {
    name: 'the store',
    admit(request: AdmitRequest) {
      asked.push(request)
      if (answer instanceof Error) throw answer
      return answer as AdmitResult
    },
  } as unknown as Store
  const free = (): boolean => [call, both, attempt].every((gate) => gate.idle)
  return {
    call,
    both,
    attempt,
    requests,
    asked,
    free,
    enter: (draft?: ReservationDraft) => enterAll(store, requests, draft),
  }
}

describe('what the store grants', () => {
  test('is passed to each gate', async () => {
    const { call, both, attempt, asked, free, enter } = setUp({ ok: true, remaining: [3, 50, 1], left: [9] })
    expect(await enter(draftOf())).toEqual({ in: true, reservation: RESERVED })
    const [request] = asked
    expect(request).toMatchObject({ holder: 'h', leaseMs: 77, allowances: [ALLOWANCE] })
    expect(request?.places).toHaveLength(2)
    expect(request?.rates.map(({ units }) => units)).toEqual([1, 10, 1])
    expect([both.headroom, attempt.headroom]).toEqual([0.5, 0.5])
    expect(free()).toBe(false)
    for (const gate of [call, both, attempt]) gate.leave()
    expect(free()).toBe(true)
  })

  test('is not requested if the store counts nothing', async () => {
    const { gate } = gateOf({ concurrent: 1 }, { shared: false })
    const store = { name: 's' } as Store
    expect(await enterAll(store, [{ gates: [gate], entry: entryOf() }], undefined)).toEqual({
      in: true,
      reservation: undefined,
    })
    expect(gate.idle).toBe(false)
  })

  test('may lack the remaining units', async () => {
    const { both, free, enter } = setUp({ ok: true })
    expect(await enter()).toEqual({ in: true, reservation: undefined })
    expect([free(), both.headroom]).toEqual([false, 1])
  })
})

describe('what is refused', () => {
  test.each([
    ['the first place', { by: 'places', refused: 0 }, 0, 0, { limit: 'concurrent' }],
    ['the second', { by: 'places', refused: 1 }, 1, 2, { limit: 'concurrent' }],
    ['a rate', { by: 'rates', refused: 0, retryAfterMs: 5 }, 0, 1, { limit: 'requests', retryAfterMs: 5 }],
    [
      'another of the same gate',
      { by: 'rates', refused: 1, retryAfterMs: 5 },
      0,
      1,
      { limit: 'tokens', retryAfterMs: 5 },
    ],
    ['one of the attempt', { by: 'rates', refused: 2, retryAfterMs: 5 }, 1, 2, { limit: 'requests', retryAfterMs: 5 }],
  ])('by the store: %s', async (_what, answer, side, at, refusal) => {
    const { call, both, attempt, requests, free, enter } = setUp({ ok: false, ...answer })
    const result = await enter(draftOf())
    expect(result).toMatchObject({ in: false, refusal })
    expect(!result.in && result.request).toBe(requests[side])
    // That gate alone does not ask again at once.
    const again = [call, both, attempt].map((gate) => 'of' in gate.prepare(entryOf(20)))
    expect(again).toEqual([0, 1, 2].map((other) => other === at))
    for (const [other, gate] of [call, both, attempt].entries()) if (!again[other]) gate.cancel()
    expect(free()).toBe(true)
  })

  test('by a budget', async () => {
    const { free, enter } = setUp({ ok: false, by: 'allowances', refused: 0, left: 4, resetsInMs: 1 })
    expect(await enter(draftOf())).toEqual({ in: false, refusal: { path: 'budgets[0]', left: 4 }, side: undefined })
    expect(free()).toBe(true)
  })

  test('by a gate of this process: the store is not asked', async () => {
    const { attempt, requests, asked, enter, call, both } = setUp({ ok: true })
    attempt.prepare(entryOf())
    expect(await enter()).toMatchObject({ in: false, refusal: { limit: 'concurrent' }, request: requests[1] })
    expect(asked).toEqual([])
    expect([call.idle, both.idle, attempt.idle]).toEqual([true, true, false])
  })
})

describe('a store that cannot say gives no place', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'ok'],
    ['nothing of use', {}],
    ['another refusal', { ok: false, by: 'mood' }],
    ['a place that was not asked for', { ok: false, by: 'places', refused: 2 }],
    ['a rate that was not asked for', { ok: false, by: 'rates', refused: 3, retryAfterMs: 1 }],
  ])('%s', async (_what, answer) => {
    const { free, enter } = setUp(answer)
    await expect(enter(draftOf())).rejects.toThrow(ConnectionError)
    expect(free()).toBe(true)
  })

  test('what it throws', async () => {
    const { free, enter } = setUp(new Error('down'))
    await expect(enter()).rejects.toThrow('down')
    expect(free()).toBe(true)
  })

  test('more than one operation counts is not asked for', async () => {
    const { asked, free, enter } = setUp({ ok: true })
    await expect(enter(draftOf(996))).rejects.toThrow(ConfigError)
    expect([asked, free()]).toEqual([[], true])
    expect(await enter(draftOf(995))).toMatchObject({ in: true })
  })
})
