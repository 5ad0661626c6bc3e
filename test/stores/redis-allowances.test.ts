/** Allowances in Redis: what stays, what goes, and what others may do to it. */
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AllowanceRequest, Store } from '../../src/kernel/store.js'
import { redisStore } from '../../src/redis.js'
import { noRedis, RedisServer } from './redis-server.js'

const request = (amount: number, changes: Partial<AllowanceRequest> = {}): AllowanceRequest => ({
  key: 'k',
  limit: 100,
  windowMs: 60_000,
  slots: 1,
  amount,
  ...changes,
})
const settings = { whenDown: 'reject', timeout: 5_000 } as const

describe.skipIf(noRedis !== '')(`allowances in Redis${noRedis}`, () => {
  let server: RedisServer
  let store: Store
  let redis: Redis

  const open = async (persistent = false): Promise<void> => {
    server = await RedisServer.start(persistent)
    store = redisStore(server.url, settings)
    redis = new Redis(server.url)
  }

  beforeEach(() => open())
  afterEach(async () => {
    await store.close()
    redis.disconnect()
    await server.stop()
  })

  const restart = async (): Promise<void> => {
    await store.close()
    redis.disconnect()
    await server.kill()
    await server.start()
    store = redisStore(server.url, settings)
  }

  const persistent = async (): Promise<void> => {
    await store.close()
    redis.disconnect()
    await server.stop()
    await open(true)
  }

  test('every key runs out by itself, whatever was done to it', async () => {
    const rolling = { key: 'rolling', slots: 6, windowMs: 30_000 }
    await store.reserve('a', [request(10), request(10, rolling)], 5_000)
    await store.reserve('b', [request(10), request(10, rolling)], 9_000)
    await store.renew('a', ['k', 'rolling'], 20_000)
    await store.settle('b', [request(5), request(5, rolling)])
    await store.reserve('a', [request(3)], 1_000)
    await store.settle('c', [request(1, { key: 'another', windowMs: 1_000 })])
    const keys = await redis.keys('*')
    expect(keys.toSorted()).toEqual(
      ['reserved:k', 'reserved:rolling', 'used:another', 'used:k', 'used:rolling'].map((key) => `{tracestitch}:${key}`),
    )
    for (const key of keys) {
      const left = await redis.pttl(key)
      expect(left).toBeGreaterThan(0)
      expect(left).toBeLessThanOrEqual(60_000)
    }
    await store.settle('a', [request(0), request(0, rolling)])
    expect((await redis.keys('*reserved*')).toSorted()).toEqual([])
  })

  test('what is used and reserved is kept through a restart of a Redis with an append-only file', async () => {
    await persistent()
    await store.settle('a', [request(30), request(40, { key: 'rolling', slots: 60 })])
    await store.reserve('b', [request(20)], 60_000)
    await restart()
    expect(await store.usage(['k', 'rolling'])).toMatchObject([
      { used: 30, reserved: 20 },
      { used: 40, reserved: 0 },
    ])
    expect(await store.reserve('c', [request(51)], 60_000)).toMatchObject({ ok: false, left: 50 })
    expect(await store.settle('b', [request(25)])).toEqual([45])
  })

  test('a Redis that keeps nothing begins anew', async () => {
    await store.settle('a', [request(30)])
    await restart()
    expect(await store.usage(['k'])).toEqual([{ used: 0, reserved: 0, resetsInMs: 0 }])
  })

  test('scripts that the server has forgotten are sent again', async () => {
    await store.settle('a', [request(30)])
    await redis.script('FLUSH')
    expect(await store.settle('a', [request(30)])).toEqual([40])
  })

  test('keys that the server has thrown out count as unused, and nothing stays reserved for ever', async () => {
    await store.reserve('a', [request(30)], 60_000)
    await store.settle('b', [request(30)])
    await redis.del('{tracestitch}:reserved:k')
    expect(await store.usage(['k'])).toMatchObject([{ used: 30, reserved: 0 }])
    await store.renew('a', ['k'], 60_000)
    expect(await store.settle('a', [request(10)])).toEqual([60])
    expect(await redis.keys('*reserved*')).toEqual([])
  })

  test('room that was reserved for whoever waits no longer is given back', async () => {
    const hasty = redisStore(server.url, { ...settings, timeout: 150 })
    try {
      await hasty.usage(['k'])
      server.freeze()
      await expect(hasty.reserve('late', [request(80)], 60_000)).rejects.toThrow(/is down/)
      server.thaw()
      // Only a script that reserves sets fields: it ran, and late.
      const ran = async (): Promise<boolean> => /cmdstat_hset:calls=/.test(await redis.info('commandstats'))
      await expect.poll(ran, { timeout: 5_000 }).toBe(true)
      await expect.poll(async () => (await store.usage(['k']))[0]?.reserved, { timeout: 5_000 }).toBe(0)
    } finally {
      server.thaw()
      await hasty.close()
    }
  })
})
