/** Redis behind a sentinel: when the primary dies, the store goes on with the replica that takes its place. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { redisStore } from '../../src/redis.js'
import { freePort, noRedis, RedisServer } from './redis-server.js'

const NAME = 'main'
const settings = { whenDown: 'reject', timeout: 2_000 } as const
const use = (amount: number) => [{ key: 'k', limit: 100, windowMs: 600_000, slots: 1, amount }]
const patient = { timeout: 40_000, interval: 100 }

describe.skipIf(noRedis !== '')(`behind a sentinel${noRedis}`, () => {
  let primary: RedisServer
  let replica: RedisServer
  let sentinel: ChildProcess
  let directory: string
  let port: number
  let asks: Redis

  beforeEach(async () => {
    vi.spyOn(console, 'warn').mockReturnValue(undefined)
    primary = await RedisServer.start({ settings: ['--repl-diskless-sync-delay', '0'] })
    replica = await RedisServer.start({ settings: ['--replicaof', '127.0.0.1', String(primary.port)] })
    port = await freePort()
    directory = await mkdtemp(join(tmpdir(), 'sentinel-'))
    const file = join(directory, 'sentinel.conf')
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${directory}`,
      `sentinel monitor ${NAME} 127.0.0.1 ${primary.port} 1`,
      // A primary that a busy machine stops for a moment is not gone.
      `sentinel down-after-milliseconds ${NAME} 3000`,
      `sentinel failover-timeout ${NAME} 6000`,
    ]
    await writeFile(file, lines.join('\n'))
    sentinel = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' })
    asks = new Redis(port, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: null })
    // Refused until it listens.
    asks.on('error', () => undefined)
    // On a busy machine it would take its own slowness for a clock that jumps, and do nothing for half a minute.
    await asks.call('SENTINEL', 'DEBUG', 'tilt-trigger', 60_000, 'info-period', 200)
    const replicas = async (): Promise<string> => JSON.stringify(await asks.call('SENTINEL', 'REPLICAS', NAME))
    await expect.poll(replicas, patient).toMatch(/"master-link-status","ok"/)
  })

  afterEach(async () => {
    vi.restoreAllMocks()
    asks.disconnect()
    const exited = once(sentinel, 'exit')
    sentinel.kill('SIGKILL')
    await exited
    await rm(directory, { recursive: true, force: true })
    await primary.stop()
    await replica.stop()
  })

  test('a store by address and one on a client of the caller come back on the promoted one, with what was used', async () => {
    const client = new Redis({ sentinels: [{ host: '127.0.0.1', port }], name: NAME })
    client.on('error', () => undefined)
    const stores = [redisStore(`redis+sentinel://127.0.0.1:${port}/${NAME}`, settings), redisStore(client, settings)]
    const direct = new Redis(primary.url, { retryStrategy: () => null })
    try {
      for (const [i, store] of stores.entries()) await store.settle(`before ${i}`, use(10))
      await stores[0]?.reserve('runs', use(20), 60_000)
      // A replica that has not all of it yet would lose what Redis says is kept no better. WAIT waits for the writes of its
      // own connection, and so for all before them.
      await direct.set('all of it', '1')
      await direct.wait(1, 5_000)
      await primary.kill()
      const leader = async (): Promise<unknown> => asks.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)
      await expect.poll(leader, patient).toEqual(['127.0.0.1', String(replica.port)])
      for (const [i, store] of stores.entries()) {
        const settled = async (): Promise<boolean> => {
          await store.settle(`after ${i}`, use(0))
          return true
        }
        await expect.poll(() => settled().catch(() => false), patient).toBe(true)
        await store.settle(`after ${i}`, use(5))
        expect(store.status?.()).toMatchObject({ up: true, localOperations: 0 })
      }
      expect(await stores[1]?.usage(['k'])).toMatchObject([{ used: 30, reserved: 20 }])
    } finally {
      direct.disconnect()
      for (const store of stores) await store.close()
      client.disconnect()
    }
  })

  test('a name that the sentinel does not know, and sentinels that are gone, are told by name', async () => {
    for (const address of [`127.0.0.1:${port}/other`, `127.0.0.1:${await freePort()}/${NAME}`]) {
      const store = redisStore(`redis+sentinel://${address}`, settings)
      await expect(Promise.resolve(store.settle('a', use(1)))).rejects.toThrow(/\(SENTINEL\)|\(ECONNREFUSED\)/)
      await store.close()
    }
  })
})
