/** Stores of the cache: their contract, the bounds of the one in memory, and what a broken one does to calls. */
import { Redis } from 'ioredis'
import { describe, expect, test, vi } from 'vitest'
import type { CacheStore } from '../../src/index.js'
import { redisCache, redisStore } from '../../src/redis.js'
import { MemoryCache } from '../../src/stores/memory-cache.js'
import { MemoryVectors } from '../../src/stores/memory-vectors.js'
import { cacheClient, hitOf, messages } from '../client/cache-support.js'
import { cacheStoreContract } from '../contracts/cache-store.js'
import { turn } from '../support/eventually.js'
import { noRedis, RedisServer } from './redis-server.js'

/** The clock is that of the server. */
async function inRealTime(ms: number): Promise<void> {
  const until = performance.now() + ms
  while (performance.now() < until) await turn()
}

const BOUNDS = { max: 100, maxBytes: 10_000_000 }

cacheStoreContract('memory', async () => {
  let time = 1_000
  const clock = { now: () => time, date: () => time }
  return {
    store: new MemoryCache({ clock, ...BOUNDS }),
    pass: async (ms) => void (time += ms),
    stop: async () => undefined,
  }
})

cacheStoreContract(
  'redis, by address',
  async () => {
    const server = await RedisServer.start()
    const store = redisCache(server.url)
    return { store, pass: inRealTime, stop: async () => (await store.close(), server.stop()) }
  },
  noRedis,
)

describe('the cache in memory', () => {
  const clock = { now: () => 0, date: () => 0 }
  const entry = (key: string, value: string) => ({ key, value, ttlMs: 1 })

  test('drops what was not used for longest when there are too many bytes', () => {
    const store = new MemoryCache({ clock, max: 100, maxBytes: 1_000 })
    for (const key of ['a', 'b', 'c']) store.set([entry(key, 'x'.repeat(100))])
    store.get(['a'])
    // Two bytes for each character.
    store.set([entry('d', '\u4e00'.repeat(50))])
    expect(store.get(['a', 'b', 'c', 'd']).map(Boolean)).toEqual([true, false, true, true])
    store.set([entry('e', 'x'.repeat(1_000))])
    expect(store.get(['a', 'c', 'd', 'e']).map(Boolean)).toEqual([true, true, true, false])
  })

  test('its vectors are bounded, expire, and are compared within their space', () => {
    let time = 0
    const index = new MemoryVectors({ now: () => time, date: () => time }, 2)
    const add = (space: string, key: string, vector: number[]) => index.add({ space, key, vector, ttlMs: 10 })
    const find = (space: string, vector: number[]) => index.search({ space, vector, threshold: 0.5 })?.key
    add('s', 'x', [1, 0])
    add('s', 'y', [0, 1])
    expect([find('s', [1, 0]), find('s', [0.6, 0.8]), find('t', [1, 0]), find('s', [1])]).toEqual([
      'x',
      'y',
      undefined,
      undefined,
    ])
    add('s', 'z', [-1, 0])
    expect([find('s', [1, 0]), find('s', [0, 1])]).toEqual([undefined, 'y'])
    time = 10
    expect(find('s', [0, 1])).toBeUndefined()
  })
})

describe('a broken store', () => {
  const broken = (get: CacheStore['get']): CacheStore => ({
    name: 'mine',
    shared: false,
    get,
    set: () => Promise.reject(new Error('the secret answer')),
    remove: () => undefined,
    close: () => undefined,
  })
  test.each<readonly [string, CacheStore['get']]>([
    [
      'throws',
      () => {
        throw new Error('the secret answer')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the secret answer'))],
    ['never answers', () => new Promise(() => {})],
    ['has something else', (keys) => keys.map(() => '{"answer":3}')],
    ['has no JSON', (keys) => keys.map(() => '{')],
  ])('that %s is a miss', async (_name, get) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const { client, sent } = cacheClient({ cache: { store: broken(get), timeout: 20 } })
    for (const _ of [1, 2]) {
      expect(hitOf(await client.chat.completions.create({ model: 'a/m', messages }))).toBe('miss')
      // Until the answer is written, or is not, it is there for others.
      await new Promise(setImmediate)
    }
    expect(sent).toHaveLength(2)
    expect(warn.mock.calls.length).toBeLessThanOrEqual(2)
    expect(JSON.stringify(warn.mock.calls)).not.toContain('secret')
    warn.mockRestore()
    await client.close()
  })

  test('that works again is used again', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const memory = new MemoryCache({ clock: { now: () => 0, date: () => 0 }, ...BOUNDS })
    let isDown = true
    const asked: string[] = []
    const store: CacheStore = {
      name: 'mine',
      shared: false,
      get: (keys) => {
        asked.push(...keys)
        if (isDown) throw new Error('down')
        return memory.get(keys)
      },
      set: (entries) => {
        if (isDown) throw new Error('down')
        memory.set(entries)
      },
      remove: (keys) => memory.remove(keys),
      close: () => memory.close(),
    }
    const { client, pass } = cacheClient({ cache: { store } })
    const ask = async () => {
      const hit = hitOf(await client.chat.completions.create({ model: 'a/m', messages }))
      await new Promise(setImmediate)
      return hit
    }
    for (const _ of [1, 2, 3, 4, 5, 6]) await ask()
    const before = asked.length
    // It is left alone until it is time to ask it again.
    expect(before).toBeLessThan(6)
    isDown = false
    pass(10_000)
    for (const _ of [1, 2, 3]) await ask()
    expect(await ask()).toBe('exact')
    warn.mockRestore()
    await client.close()
  })
})

describe.skipIf(noRedis !== '')(`processes that share a cache${noRedis}`, () => {
  test('share answers, and one of them asks', async () => {
    const server = await RedisServer.start()
    const cache = { store: redisCache(server.url), singleFlight: 'shared', timeout: 5_000 } as const
    const [one, other] = [1, 2].map(() => cacheClient({ cache, store: redisStore(server.url) }))
    if (!one || !other) throw new Error('two clients')
    const base = { model: 'a/m', messages }
    const calls = [one, other, one, other].map(({ client }) => client.chat.completions.create(base))
    const hits = (await Promise.all(calls)).map(hitOf)
    expect(hits.filter((hit) => hit === 'miss')).toHaveLength(1)
    expect([...one.sent, ...other.sent]).toHaveLength(1)
    expect(hitOf(await other.client.chat.completions.create(base))).toBe('exact')
    const redis = new Redis(server.url)
    const [key = ''] = await redis.keys('tracestitch:cache:*')
    // Nothing of the request is in it, nor a header.
    expect(Object.keys(JSON.parse((await redis.get(key)) ?? '{}') as object).sort()).toEqual([
      'answer',
      'at',
      'model',
      'provider',
      'usd',
    ])
    expect(await redis.pttl(key)).toBeGreaterThan(0)
    redis.disconnect()
    await Promise.all([one.client.close(), other.client.close(), cache.store.close()])
    await server.stop()
  })
})
