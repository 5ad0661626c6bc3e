import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import type { Clock } from '../../src/kernel/clock.js'
import { redisStore } from '../../src/redis.js'
import { MemoryStore } from '../../src/stores/memory.js'
import { storeContract } from '../contracts/store.js'
import { noRedis, noValkey, RedisServer } from './redis-server.js'

storeContract('memory', async () => {
  let time = 1_000
  const clock: Clock = { now: () => time, date: () => time }
  return {
    store: new MemoryStore(clock),
    pass: async (ms) => {
      time += ms
    },
    now: () => time,
    date: () => time,
    stop: async () => undefined,
  }
})

const realTime = {
  pass: async (ms: number) => void (await sleep(ms)),
  now: () => performance.now(),
  date: () => Date.now(),
}

storeContract(
  'redis, by address',
  async () => {
    const server = await RedisServer.start()
    const store = redisStore(server.url, { whenDown: 'reject', timeout: 5_000 })
    return { store, ...realTime, stop: async () => (await store.close(), server.stop()) }
  },
  noRedis,
)

storeContract(
  'redis, on a connection that others use',
  async () => {
    const server = await RedisServer.start()
    const redis = new Redis(server.url, { keyPrefix: 'application:' })
    const store = redisStore(redis, { prefix: randomUUID(), whenDown: 'reject', timeout: 5_000 })
    return { store, ...realTime, stop: async () => (await store.close(), redis.disconnect(), server.stop()) }
  },
  noRedis,
)

storeContract(
  'redis, a cluster',
  async () => {
    const server = await RedisServer.startCluster()
    const cluster = new Cluster([server.url])
    const store = redisStore(cluster, { whenDown: 'reject', timeout: 5_000 })
    return { store, ...realTime, stop: async () => (await store.close(), cluster.disconnect(), server.stop()) }
  },
  noRedis,
)

storeContract(
  'valkey',
  async () => {
    const server = await RedisServer.start({ program: 'valkey-server' })
    const store = redisStore(server.url, { whenDown: 'reject', timeout: 5_000 })
    return { store, ...realTime, stop: async () => (await store.close(), server.stop()) }
  },
  noValkey,
)
