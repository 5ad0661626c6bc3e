/** A Redis Cluster of three nodes: keys of one store lie on one of them, whichever that is. */
import { Cluster, Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Store } from '../../src/kernel/store.js'
import { redisStore, type RedisConnection } from '../../src/redis.js'
import { freePort, noRedis, RedisServer } from './redis-server.js'

const settings = { whenDown: 'reject', timeout: 5_000 } as const
const prefixes = Array.from({ length: 12 }, (_, i) => `application ${i}`)
const request = (amount: number) => ({ key: 'k', limit: 100, windowMs: 60_000, slots: 1, amount })

/** All that a call asks of a store. */
async function use(store: Store, holder: string): Promise<void> {
  const admitted = await store.admit({
    holder,
    leaseMs: 60_000,
    places: [{ key: 'p', limit: 100, holder, leaseMs: 60_000 }],
    rates: [{ key: 'r', limit: 100, windowMs: 60_000, units: 1 }],
    allowances: [request(10)],
  })
  expect(admitted).toMatchObject({ ok: true })
  await store.renew(holder, ['k'], 60_000)
  await store.settle(holder, [request(5)])
  await store.release('p', holder)
  await store.put('space', holder, 'value', 60_000)
}

describe.skipIf(noRedis !== '')(`a cluster of three${noRedis}`, () => {
  let nodes: readonly RedisServer[]
  let urls: readonly string[]

  beforeAll(async () => {
    nodes = await RedisServer.startNodes(3)
    urls = nodes.map(({ url }) => url)
  })
  afterAll(() => Promise.all(nodes.map((node) => node.stop())))

  const ways: readonly (readonly [
    string,
    () => Promise<readonly [string | readonly string[] | RedisConnection, () => void]>,
  ])[] = [
    [
      'an address',
      async () => [`redis+cluster://${urls.map((url) => url.replace('redis://', '')).join(',')}`, () => {}],
    ],
    ['a list of addresses', async () => [urls, () => {}]],
    ['a list whose first node is gone', async () => [[`redis://127.0.0.1:${await freePort()}`, ...urls], () => {}]],
    ['the address of any node', async () => [`redis+cluster://127.0.0.1:${nodes[1]?.port ?? 0}`, () => {}]],
    [
      'a Cluster of the caller',
      async () => {
        const cluster = new Cluster([...urls])
        return [cluster, () => cluster.disconnect()]
      },
    ],
  ]

  test.each(ways)(
    'by %s',
    async (way, open) => {
      const [connection, end] = await open()
      try {
        for (const prefix of prefixes) {
          const store = redisStore(connection, { ...settings, prefix: `${way} ${prefix}` })
          await use(store, 'a')
          await use(store, 'b')
          expect(await store.usage(['k'])).toMatchObject([{ used: 10, reserved: 0 }])
          expect(await store.facts('space')).toHaveLength(2)
          expect(store.status?.()).toEqual({ up: true, localOperations: 0 })
          await store.close()
        }
      } finally {
        end()
      }
      const found = await Promise.all(
        urls.map(async (url) => {
          const redis = new Redis(url)
          const keys = await redis.keys(`{${way} *`)
          redis.disconnect()
          return keys.length
        }),
      )
      // Used, rate, facts and the name of its data of each: on all nodes, but those of one store together.
      expect(found.reduce((sum, keys) => sum + keys, 0)).toBe(4 * prefixes.length)
      for (const keys of found) expect(keys).toBeGreaterThan(0)
    },
    30_000,
  )

  test('a connection is listened to once, however many stores are on it', () => {
    const redis = new Redis({ lazyConnect: true })
    const listeners = (): number =>
      ['error', 'ready', 'close', 'end'].reduce((sum, at) => sum + redis.listenerCount(at), 0)
    redisStore(redis, settings)
    const first = listeners()
    for (const prefix of prefixes) redisStore(redis, { ...settings, prefix })
    expect(listeners()).toBe(first)
  })

  test('one node alone, as if it were no cluster, is told by name', async () => {
    const warned = vi.spyOn(console, 'warn').mockReturnValue(undefined)
    const told: string[] = []
    for (const url of urls) {
      const store = redisStore(url, settings)
      try {
        await use(store, 'a')
        told.push('up')
      } catch (error) {
        expect((error as Error).message).toContain('redis+cluster://')
        told.push((error as { readonly code?: string }).code ?? '')
      }
      await store.close()
    }
    expect(told.toSorted()).toEqual(['MOVED', 'MOVED', 'up'])
    warned.mockRestore()
  })

  test('a slot that has moved to another node is found there', async () => {
    const prefix = 'moves'
    const store = redisStore(urls, { ...settings, prefix })
    const cluster = new Cluster([...urls])
    const clients = urls.map((url) => new Redis(url))
    try {
      await use(store, 'a')
      const slot = await clients[0]?.cluster('KEYSLOT', `{${prefix}}`)
      const ids = await Promise.all(clients.map((client) => client.cluster('MYID')))
      const at = Math.floor(((slot ?? 0) * 3) / 16_384)
      const [from, to] = [at, (at + 1) % 3]
      await clients[to]?.call('CLUSTER', 'SETSLOT', slot ?? 0, 'IMPORTING', ids[from] ?? '')
      await clients[from]?.call('CLUSTER', 'SETSLOT', slot ?? 0, 'MIGRATING', ids[to] ?? '')
      const keys = (await clients[from]?.cluster('GETKEYSINSLOT', slot ?? 0, 100)) ?? []
      expect(keys.length).toBeGreaterThan(0)
      await clients[from]?.call('MIGRATE', '127.0.0.1', nodes[to]?.port ?? 0, '', 0, 5_000, 'KEYS', ...keys)
      for (const client of [clients[to], clients[from]]) {
        await client?.call('CLUSTER', 'SETSLOT', slot ?? 0, 'NODE', ids[to] ?? '')
      }
      await use(store, 'b')
      expect(await store.usage(['k'])).toMatchObject([{ used: 10, reserved: 0 }])
      expect(store.status?.()).toEqual({ up: true, localOperations: 0 })
    } finally {
      for (const client of clients) client.disconnect()
      cluster.disconnect()
      await store.close()
    }
  })
})
