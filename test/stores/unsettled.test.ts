/** What budgets used while their store was down. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AllowanceRequest } from '../../src/kernel/store.js'
import { NoAnswer } from '../../src/stores/no-answer.js'
import { Unsettled } from '../../src/stores/unsettled.js'
import { redisStore } from '../../src/redis.js'
import { behindSwitch } from './behind-switch.js'
import { noRedis, RedisServer } from './redis-server.js'

const use = (amount: number, key = 'k'): AllowanceRequest[] => [
  { key, limit: 100, windowMs: 600_000, slots: 1, amount },
]
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

beforeEach(() => void vi.spyOn(console, 'warn').mockReturnValue(undefined))
afterEach(() => vi.restoreAllMocks())

describe('while the shared store is down', () => {
  test('a process goes on from what it used before, and its use reaches the store when that is back', async () => {
    const { guarded, memory, state, time } = behindSwitch('local')
    memory.settle('another process', use(20))
    expect(await guarded.reserve('a', use(30), 60_000)).toEqual({ ok: true, left: [50] })
    expect(await guarded.settle('a', use(30))).toEqual([50])
    state.fault = new Error('down')
    expect(await guarded.reserve('b', use(10), 60_000)).toEqual({ ok: true, left: [60] })
    expect(await guarded.settle('b', use(15))).toEqual([55])
    for (let i = 0; i < 5; i += 1) await guarded.settle(`c${i}`, use(1))
    expect(guarded.status().up).toBe(false)
    expect(await guarded.reserve('d', use(51), 60_000)).toMatchObject({ ok: false, left: 50 })
    expect(memory.usage(['k'])).toMatchObject([{ used: 50 }])
    state.fault = undefined
    time.now = 500
    await guarded.held('x')
    await turn()
    expect(memory.usage(['k'])).toMatchObject([{ used: 70, reserved: 0 }])
    await guarded.settle('e', use(1))
    await turn()
    expect(memory.usage(['k'])).toMatchObject([{ used: 71 }])
  })

  test('one failure among answers loses nothing either', async () => {
    const { guarded, memory, state } = behindSwitch('local')
    state.fault = new Error('once')
    await guarded.settle('a', use(7))
    state.fault = undefined
    await guarded.held('x')
    await turn()
    expect(memory.usage(['k'])).toMatchObject([{ used: 7 }])
  })

  test('calls that may not go without it are refused, and what was under way still reaches it', async () => {
    const { guarded, memory, state, time } = behindSwitch('reject')
    await guarded.reserve('a', use(30), 60_000)
    state.fault = new Error('down')
    for (let i = 0; i < 4; i += 1) await expect(guarded.reserve(`b${i}`, use(1), 60_000)).rejects.toThrow(/is down/)
    await expect(guarded.settle('a', use(33))).rejects.toThrow(/is down/)
    state.fault = undefined
    time.now = 500
    await guarded.held('x').catch(() => undefined)
    await turn()
    expect(memory.usage(['k'])).toMatchObject([{ used: 33, reserved: 0 }])
  })

  test('a call that runs on keeps what it has reserved: that is renewed before others ask', async () => {
    const { guarded, memory, state, time } = behindSwitch('reject')
    await guarded.reserve('ended', use(30), 60_000)
    await guarded.reserve('runs', use(40), 60_000)
    state.fault = new Error('down')
    for (let i = 0; i < 3; i += 1) await expect(guarded.held('x')).rejects.toThrow(/is down/)
    for (const holder of ['ended', 'runs']) {
      await expect(guarded.renew(holder, ['k'], 60_000)).rejects.toThrow(/is down/)
    }
    await expect(guarded.settle('ended', use(5))).rejects.toThrow(/is down/)
    state.fault = undefined
    time.now = 50_000
    await guarded.held('x').catch(() => undefined)
    await turn()
    time.now = 100_000
    expect(memory.usage(['k'])).toMatchObject([{ used: 5, reserved: 40 }])
  })

  test('closing hands it over', async () => {
    const { guarded, memory, state } = behindSwitch('local')
    const kept = vi.spyOn(memory, 'close').mockReturnValue(undefined)
    state.fault = new Error('down')
    for (let i = 0; i < 5; i += 1) await guarded.settle('a', use(10))
    state.fault = undefined
    await guarded.close()
    expect(memory.usage(['k'])).toMatchObject([{ used: 50 }])
    expect(kept).toHaveBeenCalledTimes(1)
  })

  test('what closing could not hand over is told', async () => {
    const { guarded, state } = behindSwitch('local')
    state.fault = new Error('down')
    for (let i = 0; i < 5; i += 1) await guarded.settle('a', use(10))
    await expect(guarded.close()).rejects.toThrow('down')
    expect(console.warn).toHaveBeenCalledWith(expect.stringMatching(/what 1 budget used meanwhile is not counted/))
  })

  test('it is handed over though no call is made any more', async () => {
    vi.useFakeTimers()
    try {
      const { guarded, memory, state, time } = behindSwitch('local')
      state.fault = new Error('down')
      for (let i = 0; i < 4; i += 1) await guarded.settle('a', use(10))
      state.fault = undefined
      time.now = 5_000
      await vi.advanceTimersByTimeAsync(2_100)
      expect(memory.usage(['k'])).toMatchObject([{ used: 40 }])
      await vi.advanceTimersByTimeAsync(2_100)
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test('a holder that is settled has no place left in this process either', async () => {
    const { guarded, state, time } = behindSwitch('local')
    state.fault = new Error('down')
    for (let i = 0; i < 3; i += 1) await guarded.held('x')
    expect(await guarded.reserve('a', use(90), 60_000)).toMatchObject({ ok: true })
    state.fault = undefined
    time.now = 500
    await guarded.held('x')
    await turn()
    await guarded.settle('a', use(5))
    state.fault = new Error('down again')
    expect(await guarded.reserve('b', use(95), 60_000)).toEqual({ ok: true, left: [0] })
  })
})

describe('a settlement without an answer', () => {
  const gone = (): { readonly unsettled: Unsettled; readonly settled: AllowanceRequest[] } => {
    const settled: AllowanceRequest[] = []
    const settle = (_: string, uses: readonly AllowanceRequest[]): readonly number[] => {
      settled.push(...uses.filter(({ amount }) => amount > 0))
      return []
    }
    return { settled, unsettled: new Unsettled({ settle, renew: () => undefined }) }
  }

  test('that was done is not done again', async () => {
    const { unsettled } = gone()
    let answer: (left: unknown) => void = () => undefined
    unsettled.failed('h', use(5), new NoAnswer('late', new Promise((resolve) => (answer = resolve))))
    expect(unsettled.done).toBe(false)
    expect(unsettled.any).toBe(false)
    answer([95])
    await turn()
    expect(unsettled.done).toBe(true)
  })

  test('whose connection broke is done again', async () => {
    const { unsettled, settled } = gone()
    unsettled.failed('h', use(5), new NoAnswer('late', Promise.reject(new Error('closed'))))
    await turn()
    unsettled.add('h', use(2))
    unsettled.add('h', use(0, 'nothing'))
    await unsettled.handOver()
    expect(settled).toMatchObject(use(7))
    expect(unsettled.done).toBe(true)
  })

  test('leaves one sum for each key, and so many keys at most', async () => {
    const { unsettled, settled } = gone()
    for (let i = 0; i < 20_200; i += 1) unsettled.add(`h${i}`, use(1, `k${i % 10_100}`))
    await unsettled.handOver()
    expect(settled).toHaveLength(10_000)
    expect(new Set(settled.map(({ amount }) => amount))).toEqual(new Set([2]))
    expect(console.warn).toHaveBeenCalledWith(expect.stringMatching(/more than 10000 keys/))
  })
})

describe.skipIf(noRedis !== '')(`a Redis that falls silent, and one that is gone${noRedis}`, () => {
  test('count every use once', async () => {
    const server = await RedisServer.start({ persistent: true })
    const store = redisStore(server.url, { timeout: 100 })
    const reader = redisStore(server.url, { timeout: 5_000, whenDown: 'reject' })
    try {
      let used = 0
      const some = async (from: string): Promise<void> => {
        for (let i = 0; i < 20; i += 1) await store.settle(`${from} ${i}`, use((used += 1) && 1))
      }
      await some('up')
      server.freeze()
      await some('silent')
      server.thaw()
      await expect.poll(() => reader.usage(['k'])).toMatchObject([{ used }])
      const up = async (): Promise<boolean | undefined> => {
        await store.held('x')
        return store.status?.().up
      }
      await expect.poll(up).toBe(true)
      await server.kill()
      await some('gone')
      await server.start()
      await expect.poll(() => Promise.resolve(reader.usage(['k'])).catch(() => [])).toMatchObject([{ used }])
    } finally {
      server.thaw()
      await store.close()
      await reader.close()
      await server.stop()
    }
  })
})
