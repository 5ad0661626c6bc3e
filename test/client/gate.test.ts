/** One gate by itself: what it holds, what it gives back, and how often it asks a store that others share. */
import { describe, expect, test } from 'vitest'
import type { Gate, GateNeeds } from '../../src/client/admission/gate.js'
import type { LeaseRequest } from '../../src/kernel/store.js'
import type { TargetLimits } from '../../src/router/options.js'
import { holdTime } from '../support/held-time.js'
import { entryOf, gateOf, MINUTE, never } from './gate-support.js'

const time = holdTime()

describe('rates', () => {
  test('what the store refused is not asked again before its time', async () => {
    const { store, gate } = gateOf({ rpm: 1 })
    expect(await gate.tryEnter(entryOf())).toBeUndefined()
    const refusal = await gate.tryEnter(entryOf())
    expect(refusal).toMatchObject({ limit: 'requests', of: 'the gate', mayWait: false })
    expect(store.asked).toEqual(['take', 'take'])
    const wait = refusal?.retryAfterMs ?? 0
    await time.advance(wait - 1)
    expect(await gate.tryEnter(entryOf())).toMatchObject({ limit: 'requests', retryAfterMs: 1 })
    expect(store.asked).toHaveLength(2)
    await time.advance(1)
    expect(await gate.tryEnter(entryOf())).toBeUndefined()
    expect(store.asked).toHaveLength(3)
  })

  test('of tokens, less than was refused is asked for', async () => {
    const { store, gate } = gateOf({ tpm: 100 })
    await gate.tryEnter(entryOf(60))
    expect(await gate.tryEnter(entryOf(50))).toMatchObject({ limit: 'tokens' })
    expect(await gate.tryEnter(entryOf(50))).toMatchObject({ limit: 'tokens' })
    expect(store.asked).toHaveLength(2)
    expect(await gate.tryEnter(entryOf(40))).toBeUndefined()
    expect(store.asked).toHaveLength(3)
  })

  test.each([Number.NaN, 0, 0.5, -3, Infinity])('a store that says %s ms is asked again in a second', async (ms) => {
    const { store, gate } = gateOf({ rpm: 1 })
    store.instead = () => ({ ok: false, refused: 0, retryAfterMs: ms })
    expect(await gate.tryEnter(entryOf())).toMatchObject({ retryAfterMs: 1000 })
  })

  test('so is one that names a rate that does not exist', async () => {
    const { store, gate } = gateOf({ tpm: 1 })
    store.instead = () => ({ ok: false, refused: 7, retryAfterMs: 5 })
    expect(await gate.tryEnter(entryOf())).toMatchObject({ limit: 'requests', retryAfterMs: 5 })
  })

  test('what was not sent, and tokens that were not used, are free again at once', async () => {
    const { gate } = gateOf({ rpm: 2, tpm: 100 })
    const [sent, unsent] = [entryOf(50), entryOf(50)]
    await gate.tryEnter(sent)
    await gate.tryEnter(unsent)
    expect(await gate.tryEnter(entryOf(50))).toMatchObject({ limit: 'requests' })
    gate.undo(unsent)
    await time.advance(0)
    const next = entryOf(50)
    expect(await gate.tryEnter(next)).toBeUndefined()
    gate.undo(next)
    gate.used(sent, 10)
    await time.advance(0)
    expect(await gate.tryEnter(entryOf(90))).toBeUndefined()
  })

  test('unknown usage stays as it was estimated', async () => {
    const { gate } = gateOf({ tpm: 100 })
    const entry = entryOf(60)
    await gate.tryEnter(entry)
    gate.used(entry, undefined)
    await time.advance(0)
    expect(await gate.tryEnter(entryOf(50))).toMatchObject({ limit: 'tokens' })
    expect(await gate.tryEnter(entryOf(40))).toBeUndefined()
  })

  test('the store gets what a call used with its age, and nothing if that is the estimate', async () => {
    const { store, gate } = gateOf({ rpm: 5, tpm: 100 })
    const [less, same, more] = [entryOf(30), entryOf(30), entryOf(30)]
    for (const entry of [less, same, more]) {
      await time.advance(100)
      await gate.tryEnter(entry)
    }
    await time.advance(1000)
    gate.used(same, 30)
    expect(store.corrections).toEqual([])
    gate.used(less, 10)
    gate.used(more, 45)
    gate.used(entryOf(30), 31)
    expect(store.corrections).toMatchObject([
      { key: 'tpm k', units: -20, agoMs: 1200 },
      { key: 'tpm k', units: 15, agoMs: 1000 },
      { key: 'tpm k', units: 1, agoMs: 0 },
    ])
  })

  test('a call that gives no tokens back is no reason to ask again, while another one may', async () => {
    const { store, gate } = gateOf({ tpm: 100 })
    const [first, second, third] = [entryOf(30), entryOf(30), entryOf(30)]
    for (const entry of [first, second, third]) await gate.tryEnter(entry)
    const refused = async (): Promise<void> => {
      await time.advance(0)
      expect(await gate.tryEnter(entryOf(50))).toMatchObject({ limit: 'tokens' })
    }
    await refused()
    gate.used(first, 30)
    await refused()
    gate.used(second, 35)
    await refused()
    expect(store.asked).toHaveLength(4)
    gate.used(third, 30)
    await refused()
    expect(store.asked).toHaveLength(5)
  })

  test('only what has a limit is counted', () => {
    const needsOf = (limits: TargetLimits) => {
      const needs = gateOf(limits).gate.prepare(entryOf(7))
      return 'of' in needs ? undefined : needs.rates.map(({ key, units }) => [key, units])
    }
    expect(needsOf({ rpm: 9 })).toEqual([['rpm k', 1]])
    expect(needsOf({ tpm: 9 })).toEqual([['tpm k', 7]])
    // Of more than there is in a minute no more can be given back.
    expect(needsOf({ tpm: 5 })).toEqual([['tpm k', 5]])
    expect(needsOf({ concurrent: 9 })).toEqual([])
  })

  test('the headroom is that of the tightest, and comes back with time', async () => {
    const { gate } = gateOf({ rpm: 4, tpm: 100 }, { shared: false })
    expect(gate.headroom).toBe(1)
    await time.advance(MINUTE)
    const entry = entryOf(50)
    await gate.tryEnter(entry)
    expect(gate.headroom).toBe(0.5)
    await time.advance(MINUTE / 4)
    expect(gate.headroom).toBe(0.75)
    gate.used(entry, 100)
    expect(gate.headroom).toBe(0.25)
  })
})

describe('all at once', () => {
  const given = (needs: GateNeeds | ReturnType<Gate['noPlace']>): GateNeeds => {
    if ('of' in needs) throw new Error(`refused: ${needs.limit}`)
    return needs
  }

  test('prepare holds a place of this process until it is granted or cancelled', () => {
    const { gate } = gateOf({ concurrent: 1, rpm: 5 })
    const needs = given(gate.prepare(entryOf()))
    expect(needs.rates).toMatchObject([{ key: 'rpm k', units: 1, limit: 5, windowMs: MINUTE }])
    expect(needs.place).toMatchObject({ key: 'concurrent k', limit: 1, leaseMs: 900 })
    expect(gate.prepare(entryOf())).toMatchObject({ limit: 'concurrent' })
    gate.cancel()
    given(gate.prepare(entryOf()))
  })

  test('a gate without places has none to give back', () => {
    const { gate } = gateOf({ rpm: 1 })
    expect(given(gate.prepare(entryOf())).place).toBeUndefined()
    gate.cancel()
    gate.leave()
    expect(gate.idle).toBe(true)
  })

  test('what the store has refused is not prepared again before its time', async () => {
    const { gate } = gateOf({ concurrent: 3, rpm: 5, tpm: 100 })
    const entry = entryOf(50)
    const needs = given(gate.prepare(entry))
    expect(gate.noUnits(entry, needs, 1, 200)).toMatchObject({ limit: 'tokens', retryAfterMs: 200 })
    gate.cancel()
    expect(gate.prepare(entry)).toMatchObject({ limit: 'tokens', retryAfterMs: 200 })
    given(gate.prepare(entryOf(49)))
    gate.cancel()
    await time.advance(200)
    given(gate.prepare(entry))
    expect(gate.noPlace()).toMatchObject({ limit: 'concurrent' })
    gate.cancel()
    expect(gate.prepare(entry)).toMatchObject({ limit: 'concurrent' })
    await time.advance(40)
    given(gate.prepare(entry))
  })

  test('what was granted counts as taken', async () => {
    const { store, gate } = gateOf({ concurrent: 1, rpm: 4 })
    const entry = entryOf()
    const needs = given(gate.prepare(entry))
    const result = store.admit({
      holder: '',
      leaseMs: 1,
      places: [needs.place as LeaseRequest],
      rates: needs.rates,
      allowances: [],
    })
    gate.granted(entry, needs, result.ok ? result.remaining : [])
    expect(gate.headroom).toBe(0.75)
    expect(gate.idle).toBe(false)
    gate.leave()
    expect(store.held('concurrent k')).toBe(0)
    expect(gate.idle).toBe(true)
  })

  test('no call overtakes those that wait for a rate, not even one that needs less', async () => {
    const { store, gate } = gateOf({ tpm: 100 }, { waits: true })
    const first = entryOf(80)
    expect(await gate.enter(first, never())).toBeUndefined()
    expect(await gate.tryEnter(entryOf(50))).toMatchObject({ limit: 'tokens' })
    const waiting = gate.enter(entryOf(50, 2 * MINUTE), never())
    await time.advance(10)
    expect(store.asked).toHaveLength(2)
    expect(gate.idle).toBe(false)
    expect(gate.prepare(entryOf(10))).toMatchObject({ limit: 'tokens', mayWait: true })
    // Nothing comes back any more, so that the one that waits asks again; until it has, it is still first.
    gate.used(first, 80)
    expect(gate.prepare(entryOf(10))).toMatchObject({ limit: 'requests', mayWait: true })
    await time.advance(2 * MINUTE)
    expect(await waiting).toBeUndefined()
    expect(gate.idle).toBe(true)
  })

  test('a gate that a call is on its way to is not idle', () => {
    const { gate } = gateOf({ rpm: 1 })
    gate.expect()
    expect(gate.idle).toBe(false)
    gate.expectNoMore()
    expect(gate.idle).toBe(true)
  })
})

describe('waiting for a rate', () => {
  test('a call whose time ends before there is room is refused at once', async () => {
    const { gate } = gateOf({ rpm: 1 }, { waits: true })
    await gate.enter(entryOf(), never())
    const refusal = await gate.enter(entryOf(1, 5_000), never())
    expect(refusal).toMatchObject({ limit: 'requests', mayWait: true })
    expect(refusal?.retryAfterMs).toBeGreaterThan(50_000)
  })

  test('so is one that would wait behind another', async () => {
    const { gate } = gateOf({ rpm: 1, queue: 1 }, { waits: true })
    await gate.enter(entryOf(), never())
    const [first, second] = [1, 2].map(() => gate.enter(entryOf(1, 3 * MINUTE), never()))
    await time.advance(0)
    expect(await gate.enter(entryOf(1, 5_000), never())).toMatchObject({ limit: 'requests' })
    // No more wait than the queue has room for.
    expect(await gate.enter(entryOf(1, 3 * MINUTE), never())).toMatchObject({ limit: 'queue' })
    await time.advance(3 * MINUTE)
    expect([await first, await second]).toEqual([undefined, undefined])
  })

  test('tokens that a call gives back let the next one in, whose time would have ended before', async () => {
    const { gate } = gateOf({ tpm: 100 }, { waits: true })
    const first = entryOf(80)
    await gate.enter(first, never())
    const waiting = gate.enter(entryOf(50, 5_000), never())
    await time.advance(100)
    gate.used(first, 10)
    expect(await waiting).toBeUndefined()
  })

  test('a call that gives none back makes it ask again', async () => {
    const { gate } = gateOf({ tpm: 100 }, { waits: true })
    const first = entryOf(80)
    await gate.enter(first, never())
    const waiting = gate.enter(entryOf(50, 5_000), never())
    await time.advance(100)
    gate.used(first, 80)
    expect(await waiting).toMatchObject({ limit: 'tokens' })
  })

  test('an abort ends it, and the next one may ask', async () => {
    const { gate } = gateOf({ rpm: 1 }, { waits: true })
    await gate.enter(entryOf(), never())
    const abort = new AbortController()
    const waiting = gate.enter(entryOf(1, 2 * MINUTE), abort.signal)
    const next = gate.enter(entryOf(1, 2 * MINUTE), never())
    await time.advance(10)
    abort.abort(new Error('left'))
    await expect(waiting).rejects.toThrow('left')
    await time.advance(2 * MINUTE)
    expect(await next).toBeUndefined()
  })
})
