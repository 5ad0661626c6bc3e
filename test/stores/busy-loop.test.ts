/** A process whose event loop is busy: the store that answered meanwhile is not down. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { redisStore } from '../../src/redis.js'
import { LoopTime } from '../../src/stores/loop-time.js'
import { noRedis, RedisServer } from './redis-server.js'

/** Longer than a machine keeps a server from running that could. */
const TIMEOUT = 400
const one = [{ key: 'k', limit: 1_000, windowMs: 60_000, units: 1 }]

function block(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('time of the loop', () => {
  test('does not pass while the loop is busy', async () => {
    const time = new LoopTime(80)
    let over = false
    time.wait(80, () => (over = true))
    for (let i = 0; i < 5; i += 1) {
      block(100)
      await turn()
    }
    expect(time.now).toBeLessThanOrEqual(60)
    expect(over).toBe(false)
    await expect.poll(() => over).toBe(true)
  })

  test('stands still while nothing waits, and ends no wait that was taken back', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const time = new LoopTime(8)
      let ended = 0
      const end = (): void => void (ended += 1)
      for (let i = 0; i < 50; i += 1) time.wait(8, end)()
      await vi.advanceTimersByTimeAsync(40)
      const { now } = time
      await vi.advanceTimersByTimeAsync(40)
      expect(time.now).toBe(now)
      expect(ended).toBe(0)
      time.wait(8, end)
      await vi.advanceTimersByTimeAsync(10)
      await turn()
      expect(ended).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe.skipIf(noRedis !== '')(`a Redis that answers a busy process${noRedis}`, () => {
  let server: RedisServer
  beforeEach(async () => {
    server = await RedisServer.start()
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await server.stop()
  })

  test('is not down, whatever the loop is busy with, before it is connected and after', async () => {
    const store = redisStore(server.url, { timeout: TIMEOUT })
    try {
      for (let round = 0; round < 3; round += 1) {
        const asked = Array.from({ length: 30 }, async () => store.take(one))
        // The commands are written, or the connection is under way; what the server says lies in the socket.
        await turn()
        block(3 * TIMEOUT)
        for (const result of await Promise.all(asked)) expect(result).toMatchObject({ ok: true })
        expect(store.status?.()).toEqual({ up: true, localOperations: 0 })
      }
      expect(await store.take(one)).toMatchObject({ ok: true })
    } finally {
      await store.close()
    }
  })

  test('that stops for a moment is waited for: no client has a limit of its own meanwhile', async () => {
    const stores = Array.from({ length: 3 }, () => redisStore(server.url))
    try {
      for (const store of stores) await store.usage(['k'])
      server.freeze()
      const request = [{ key: 'k', limit: 10, windowMs: 60_000, slots: 1, amount: 1 }]
      const asked = stores.flatMap((store, s) =>
        Array.from({ length: 10 }, async (_, i) => store.reserve(`${s} ${i}`, request, 15_000)),
      )
      // Less than a client waits for an answer. Redis, which is stopped, cannot say when that is over.
      await sleep(1_500)
      server.thaw()
      const had = (await Promise.all(asked)).filter(({ ok }) => ok)
      expect(had).toHaveLength(10)
      for (const store of stores) expect(store.status?.()).toEqual({ up: true, localOperations: 0 })
    } finally {
      server.thaw()
      for (const store of stores) await store.close()
    }
  })

  test('is down when it is silent, though the loop is busy now and then', async () => {
    const warned = vi.spyOn(console, 'warn').mockReturnValue(undefined)
    const store = redisStore(server.url, { timeout: TIMEOUT })
    try {
      await store.take(one)
      server.freeze()
      const down = async (): Promise<boolean | undefined> => {
        block(TIMEOUT)
        await store.take(one)
        return store.status?.().up
      }
      await expect.poll(down).toBe(false)
      expect(store.status?.()).toMatchObject({ problem: { code: 'NO_ANSWER' } })
      expect(warned.mock.calls.join()).toMatch(/gave no answer within 400 ms.*keeps limits by itself/)
    } finally {
      server.thaw()
      await store.close()
    }
  })
})
