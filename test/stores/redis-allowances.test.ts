/** Allowances in Redis: what stays, what goes, and what others may do to it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AllowanceRequest, Store } from '../../src/kernel/store.js'
import { windowAt } from '../../src/policies/budget.js'
import { redisStore } from '../../src/redis.js'
import { PERIODS } from '../../src/stores/redis-allowance-scripts.js'
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
    server = await RedisServer.start({ persistent })
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
    await store.settle('c', [request(1, { key: 'another', windowMs: 20_000 })])
    // The name of the data lasts as long as they do.
    const keys = (await redis.keys('*')).filter((key) => key !== '{tracestitch}:epoch')
    expect(keys.toSorted()).toEqual(
      ['reserved:k', 'reserved:rolling', 'used:another', 'used:k', 'used:rolling'].map((key) => `{tracestitch}:${key}`),
    )
    for (const key of keys) {
      const left = await redis.pttl(key)
      expect(left).toBeGreaterThan(0)
      // What is reserved is kept for the length of an outage.
      expect(left).toBeLessThanOrEqual(/reserved/.test(key) ? 3_660_000 : 60_000)
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
    const hasty = redisStore(server.url, { ...settings, timeout: 600 })
    try {
      await hasty.usage(['k'])
      server.freeze()
      await expect(hasty.reserve('late', [request(80)], 60_000)).rejects.toThrow(/is down/)
      server.thaw()
      // Only a script that reserves sets fields: it ran, and late.
      const ran = async (): Promise<boolean> => /cmdstat_hset:calls=/.test(await redis.info('commandstats'))
      await expect.poll(ran).toBe(true)
      await expect.poll(async () => (await store.usage(['k']))[0]?.reserved).toBe(0)
    } finally {
      server.thaw()
      await hasty.close()
    }
  })

  test('calendar periods end on the server when they do everywhere', async () => {
    const periods = ['minute', 'hour', 'day', 'week', 'month'] as const
    const dates = Array.from({ length: 1_500 }, (_, i) => i * 86_400_000 * 13 + ((i * 7_919) % 86_400) * 1_000)
    const edges = ['2024-02-28T23:59:59Z', '2024-02-29T00:00:00Z', '2023-12-31T23:59:59Z', '2100-02-28T12:00:00Z']
    const all = [...dates, ...edges.flatMap((edge) => [Date.parse(edge), Date.parse(edge) + 999])]
    const lua = `${PERIODS}
      local ends = {}
      for i, at in ipairs(ARGV) do if i > 1 then ends[i - 1] = period_end(ARGV[1], tonumber(at)) end end
      return ends`
    for (const period of periods) {
      const ends = await redis.eval(lua, 0, period, ...all)
      expect(ends).toEqual(all.map((at) => windowAt(period, 'calendar', at).endsAt))
    }
  })

  test('a Redis that was away for longer than a lease: who holds a reservation has a whole lease to renew it', async () => {
    await persistent()
    const lease = 2_500
    await store.reserve('lives', [request(60)], lease)
    await store.reserve('dies', [request(30)], lease)
    await server.kill()
    await sleep(lease + 500)
    await server.start()
    const ask = async (amount: number) => Promise.resolve(store.reserve('new', [request(amount)], lease))
    await expect.poll(() => ask(11).catch(() => undefined)).toMatchObject({ ok: false, left: 10 })
    const until = performance.now() + lease + 700
    while (performance.now() < until) {
      await store.renew('lives', ['k'], lease)
      await sleep(lease / 5)
    }
    expect(await ask(41)).toMatchObject({ ok: false, left: 40 })
    expect(await ask(40)).toMatchObject({ ok: true })
  })

  test('what a dead process has reserved is free in the end, however rarely anybody asks', async () => {
    const lease = 200
    await store.reserve('dies', [request(30)], lease)
    // To the server, the first of these may as well come after an outage.
    const seen: number[] = []
    for (let time = 0; time < 2; time += 1) {
      await sleep(lease * 1.5)
      seen.push((await store.usage(['k']))[0]?.reserved ?? -1)
    }
    expect(seen).toEqual([30, 0])
  })

  test('after each outage its holder has a lease, when it was there between them', async () => {
    const lease = 1_200
    await store.reserve('lives', [request(30)], lease)
    for (let outage = 0; outage < 3; outage += 1) {
      await sleep(lease * 1.5)
      expect(await store.usage(['k'])).toMatchObject([{ reserved: 30 }])
      await store.renew('lives', ['k'], lease)
    }
  })

  test('a way to Redis that was cut for longer than a lease loses no reservation, and no use', async () => {
    const way = await server.proxy()
    const lease = 2_000
    const open = (): Store => redisStore(way.url, { ...settings, lease })
    const [first, second] = [open(), open()]
    try {
      await first.reserve('runs', [request(60)], lease)
      await first.reserve('ended', [request(30)], lease)
      await second.usage(['k'])
      way.cut()
      const until = performance.now() + 2 * lease
      while (performance.now() < until) {
        for (const holder of ['runs', 'ended']) await Promise.resolve(first.renew(holder, ['k'], lease)).catch(() => 0)
        await sleep(lease / 5)
      }
      await expect(first.settle('ended', [request(25)])).rejects.toThrow(/is down/)
      way.mend()
      // Who comes first when it is back finds nothing free.
      let refused = 0
      const ask = async (): Promise<number> => {
        const result = await Promise.resolve(second.reserve('new', [request(16)], lease)).catch(() => undefined)
        expect(result?.ok).not.toBe(true)
        if (result) refused += 1
        await Promise.resolve(first.renew('runs', ['k'], lease)).catch(() => 0)
        return refused
      }
      await expect.poll(ask, { interval: 20 }).toBeGreaterThan(40)
      expect(await second.usage(['k'])).toMatchObject([{ used: 25, reserved: 60 }])
    } finally {
      await first.close()
      await second.close()
      way.stop()
    }
  })
})
