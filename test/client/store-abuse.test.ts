/** Stores that answer late, never, nonsense, or throw: calls go on or fail as they should, and nothing is left. */
import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AdmitResult, Store, TakeResult } from '../../src/kernel/store.js'
import { ConnectionError } from '../../src/kernel/errors.js'
import { seeded } from '../simulation/chance.js'
import { eventually, turn } from '../support/eventually.js'
import { holdTime } from '../support/held-time.js'
import { clientOf, hanging, messages, OpenStore, outcome, SharedStore, using } from './abuse-support.js'

const OPERATIONS = ['take', 'correct', 'acquire', 'release', 'reserve', 'settle', 'renew']
const time = holdTime()
const unhandled: unknown[] = []
const onUnhandled = (reason: unknown): void => void unhandled.push(reason)
beforeEach(() => {
  process.on('unhandledRejection', onUnhandled)
  process.on('uncaughtExceptionMonitor', onUnhandled)
})
afterEach(async () => {
  await turn()
  process.off('unhandledRejection', onUnhandled)
  process.off('uncaughtExceptionMonitor', onUnhandled)
  expect(unhandled.splice(0)).toEqual([])
})
const limited = {
  limits: [
    { scope: { user: '*' }, concurrent: 3, rpm: 1e6, tpm: 1e9 },
    { scope: { provider: '*' }, concurrent: 3 },
  ],
  budgets: [{ usd: 1e6, per: 'day' as const }],
}
const options = { metadata: { user: 'ann' } }

test.each(OPERATIONS)(
  'a store whose `%s` throws at once: calls are answered, or fail with what it threw',
  async (broken) => {
    for (const store of [new OpenStore(), new SharedStore()]) {
      const down = new ConnectionError('down')
      store.before = (operation) => {
        if (operation === broken) throw down
      }
      const ai = clientOf(() => using(3), { store, ...limited })
      const asks = ['take', 'reserve'].includes(broken) || (broken === 'acquire' && (store.shared as boolean))
      // A place that is not given back runs out: there are three.
      for (let i = 0; i < (broken === 'release' ? 3 : 5); i += 1) {
        const result = await outcome(ai.chat.completions.create({ model: 'a/m', messages, max_tokens: 10 }, options))
        if (asks) expect(result).toBe(down)
        else expect(result).toEqual({ name: 'answered' })
      }
      expect(ai.health().targets.every(({ inFlight }) => inFlight === 0)).toBe(true)
      // What it held is free: all three at once.
      store.before = () => {}
      if (broken !== 'release') {
        const ask = () => outcome(ai.chat.completions.create({ model: 'a/m', messages, timeout: 500 }, options))
        expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill({ name: 'answered' }))
        expect(store.placesHeld).toBe(0)
      }
      await ai.close()
      if (broken !== 'settle') expect(store.reserved).toBe(0)
    }
  },
)

test.each(['take', 'acquire', 'reserve'])(
  'a store whose `%s` never answers: the call ends in its time, or as it is aborted',
  async (silent) => {
    const store = new SharedStore()
    let answer: () => void = () => {}
    const late = new Promise<void>((resolve) => {
      answer = resolve
    })
    store.before = (operation) => (operation === silent ? late : undefined)
    const ai = clientOf(() => using(3), { store, ...limited, models: { m: ['a/m', 'b/m'] } })
    const before = time.timers()
    const reason = new Error('no more')
    const leaver = new AbortController()
    const begun = performance.now()
    setTimeout(() => leaver.abort(reason), 20)
    const calls = Promise.all([
      outcome(ai.chat.completions.create({ model: 'm', messages }, { ...options, signal: leaver.signal })),
      outcome(ai.chat.completions.create({ model: 'm', messages }, { ...options, timeout: 60 })),
    ])
    const [left, timed] = await time.passing(calls)
    expect(left).toBe(reason)
    expect(timed).toMatchObject({ name: 'TimeoutError', limit: 'total' })
    expect(performance.now() - begun).toBeLessThan(1000)
    // What it grants too late goes back.
    answer()
    await time.until(() => store.placesHeld === 0 && store.reserved === 0, 'nothing is held')
    expect(time.timers()).toBeLessThanOrEqual(before + 1)
    expect(getEventListeners(leaver.signal, 'abort')).toHaveLength(0)
    store.before = () => {}
    const ask = () => outcome(ai.chat.completions.create({ model: 'm', messages, timeout: 500 }, options))
    expect(await time.passing(Promise.all([ask(), ask(), ask()]))).toEqual(Array(3).fill({ name: 'answered' }))
    await time.passing(ai.close())
  },
)

test('a hedge that waits for a silent store ends with its call', async () => {
  const store = new SharedStore()
  let asked = 0
  store.before = (operation) => {
    if (operation !== 'reserve') return undefined
    asked += 1
    return asked === 1 ? undefined : new Promise<void>(() => {})
  }
  const ai = clientOf(hanging, {
    store,
    models: { m: { targets: ['a/m', 'b/m'], hedge: { after: 5 } } },
    budgets: [{ usd: 1e6, per: 'day' }],
  })
  const call = ai.chat.completions.create({ model: 'm', messages }, { timeout: 60 })
  expect(await time.passing(outcome(call))).toMatchObject({ name: 'TimeoutError' })
  expect(asked).toBe(2)
  expect(store.reserved).toBe(0)
})

test('a store with nonsense answers neither hangs calls nor causes a busy loop', async () => {
  const takes: unknown[] = [
    undefined,
    null,
    {},
    { ok: false },
    { ok: false, by: 'rates' },
    { ok: false, by: 'places', refused: 3 },
    { ok: false, by: 'allowances', refused: 0 },
    { ok: false, by: 'rates', refused: 9, retryAfterMs: Number.NaN },
    { ok: false, by: 'rates', refused: 0, retryAfterMs: -5 },
    { ok: false, by: 'rates', refused: 0, retryAfterMs: Infinity },
    { ok: true },
    { ok: true, remaining: ['x', Number.NaN] },
  ]
  for (const nonsense of takes) {
    const store = new OpenStore()
    let asked = 0
    store.admit = () => {
      asked += 1
      return nonsense as AdmitResult
    }
    store.take = () => {
      asked += 1
      return nonsense as TakeResult
    }
    const ai = clientOf(() => using(3), { store, models: { m: [{ model: 'a/m', limits: { rpm: 5, concurrent: 1 } }] } })
    await time.passing(outcome(ai.chat.completions.create({ model: 'm', messages }, { timeout: 100 })))
    expect(asked).toBeLessThan(10)
    store.take = OpenStore.prototype.take
    store.admit = OpenStore.prototype.admit
    const again = ai.chat.completions.create({ model: 'm', messages }, { timeout: 3000 })
    expect(await time.passing(outcome(again))).toEqual({ name: 'answered' })
    expect(ai.health().targets[0]?.headroom).toBeGreaterThanOrEqual(0)
  }
  const reserves: unknown[] = [
    undefined,
    {},
    { ok: false },
    { ok: false, by: 'allowances', refused: 7, left: Number.NaN, resetsInMs: 'x' },
  ]
  for (const nonsense of reserves) {
    const store = new OpenStore()
    store.admit = () => nonsense as AdmitResult
    const ai = clientOf(() => using(3), {
      store,
      models: { m: [{ model: 'a/m', limits: { concurrent: 1 } }] },
      budgets: [{ usd: 1e6, per: 'day' }],
    })
    const ask = () => time.passing(outcome(ai.chat.completions.create({ model: 'm', messages }, { timeout: 200 })))
    expect((await ask()).name).not.toBe('answered')
    store.admit = OpenStore.prototype.admit
    expect(await ask()).toEqual({ name: 'answered' })
  }
  for (const nonsense of [undefined, null, [], ['x'], [Number.NaN, Infinity]]) {
    const store = new OpenStore()
    store.settle = () => nonsense as unknown as readonly number[]
    const ai = clientOf(() => using(3), { store, budgets: [{ usd: 1e6, per: 'day' }] })
    expect(await outcome(ai.chat.completions.create({ model: 'a/m', messages }))).toEqual({ name: 'answered' })
    await ai.close()
  }
})

test('a store that throws while it renews does not end the process', async () => {
  const store = new SharedStore()
  Object.assign(store, { leaseMs: 15 })
  let renewed = 0
  const acquire = store.acquire.bind(store)
  const seen = new Set<string>()
  store.acquire = (lease) => {
    if (!seen.has(lease.holder)) {
      seen.add(lease.holder)
      return acquire(lease)
    }
    renewed += 1
    throw new Error('no')
  }
  store.renew = () => {
    renewed += 1
    throw new Error('no')
  }
  const ai = clientOf(hanging, { store, ...limited })
  const call = outcome(ai.chat.completions.create({ model: 'a/m', messages, timeout: 60 }, options))
  expect(await time.passing(call)).toMatchObject({ name: 'TimeoutError' })
  expect(renewed).toBeGreaterThan(2)
})

test.each(['hangs', 'refuses'])(
  '1 000 calls that are aborted anywhere on their way leave nothing (provider %s)',
  async (kind) => {
    const store = new SharedStore()
    const random = seeded(1)
    store.before = () => (random() < 0.7 ? time.after(random() * 4) : undefined)
    const ai = clientOf(
      (body, signal) => (kind === 'hangs' ? hanging(body, signal) : new Response('{}', { status: 500 })),
      {
        store,
        models: {
          m: {
            targets: [
              { model: 'a/m', limits: { concurrent: 5, rpm: 1e5, queue: 1000 } },
              { model: 'b/m', limits: { concurrent: 5, tpm: 1e7, queue: 1000 } },
            ],
            hedge: { after: 5 },
          },
        },
        limits: [
          { scope: { user: '*' }, concurrent: 8, rpm: 1e5, queue: 1000 },
          { scope: { provider: '*' }, concurrent: 6, queue: 1000 },
          { scope: { tag: '*' }, concurrent: 6, queue: 1000 },
        ],
        budgets: [
          { usd: 1e6, per: 'day' },
          { scope: { provider: '*' }, tokens: 1e8, per: 'day', window: 'rolling' },
        ],
        cooldown: false,
      },
    )
    const before = time.timers()
    const shared = new AbortController()
    const calls = Promise.all(
      Array.from({ length: 1000 }, async (_, at) => {
        const leaver = new AbortController()
        const reason = new Error(`left ${at}`)
        const timer = setTimeout(() => leaver.abort(reason), random() * 300)
        const result = await outcome(
          ai.chat.completions.create(
            { model: at % 3 === 0 ? 'a/m' : 'm', messages },
            {
              signal: at % 5 === 0 ? shared.signal : leaver.signal,
              timeout: at % 5 === 0 ? random() * 300 + 1 : 5000,
              priority: at % 3,
              metadata: { user: `u${at % 2}`, tags: ['x', 'y', 'z'].slice(at % 3) },
            },
          ),
        )
        clearTimeout(timer)
        return { result, reason, at }
      }),
    )
    const results = await time.passing(calls)
    for (const { result, reason, at } of results) {
      if (result.name === 'Error') expect(result).toBe(reason)
      else if (at % 5 === 0) expect(result.name).toMatch(/^(TimeoutError|LimitError|ProviderError)$/)
      else expect(result.name).toMatch(/^(LimitError|ProviderError)$/)
    }
    await time.until(() => store.placesHeld === 0 && store.reserved === 0, 'nothing is held')
    expect(ai.health().targets.every(({ inFlight }) => inFlight === 0)).toBe(true)
    expect(getEventListeners(shared.signal, 'abort')).toHaveLength(0)
    store.before = () => {}
    await time.advance(150)
    expect(time.timers()).toBeLessThanOrEqual(before + 1)
    await ai.close()
  },
)

test('a call in twenty queues at once, and no warning of listeners', async () => {
  const warnings: string[] = []
  const onWarning = (warning: Error): void => void warnings.push(warning.name)
  process.on('warning', onWarning)
  const over = new AbortController()
  const ai = clientOf(hanging, {
    models: {
      m: Array.from({ length: 20 }, (_, at) => ({ model: `a/m${at}`, limits: { concurrent: 1 } })),
    },
  })
  const ask = () => outcome(ai.chat.completions.create({ model: 'm', messages }, { signal: over.signal }))
  const calls = Array.from({ length: 30 }, ask)
  await turn()
  over.abort()
  await Promise.all(calls)
  await turn()
  process.off('warning', onWarning)
  expect(warnings).toEqual([])
})

test('close() while calls run, and calls after it', async () => {
  const store = new SharedStore()
  let answer: () => void = () => {}
  const ai = clientOf(() => new Promise((resolve) => (answer = () => resolve(using(3)))), { store, ...limited })
  const running = ai.chat.completions.create({ model: 'a/m', messages }, options)
  await turn()
  await ai.close()
  answer()
  expect(await outcome(running)).toEqual({ name: 'answered' })
  await eventually(() => store.placesHeld === 0 && store.reserved === 0, 'nothing is held')
  const after = ai.chat.completions.create({ model: 'a/m', messages }, options)
  await turn()
  answer()
  expect(await outcome(after)).toEqual({ name: 'answered' })
  await ai.close()
  expect(store.reserved).toBe(0)
})

test('close() does not wait for ever for a store that never settles', async () => {
  const store: Store = new OpenStore()
  store.settle = () => new Promise(() => {})
  const ai = clientOf(() => using(3), { store, ...limited })
  await ai.chat.completions.create({ model: 'a/m', messages }, options)
  await time.passing(ai.close())
})

test('a cooldown without an end in the store starts none', async () => {
  for (const expiresInMs of [Number.NaN, Infinity, '5', undefined]) {
    const store = new SharedStore()
    store.facts = () => [{ name: 'a/m', value: 'other 1 server-error', expiresInMs: expiresInMs as number }]
    const ai = clientOf(() => using(3), { store, models: { m: ['a/m'] }, cooldown: { whenAllInCooldown: 'reject' } })
    const ask = () => outcome(ai.chat.completions.create({ model: 'm', messages }))
    await ask()
    await turn()
    expect(await ask()).toEqual({ name: 'answered' })
    await ai.close()
  }
})
