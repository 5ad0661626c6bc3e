/** What a server refuses is named, with what mends it, and told apart from silence. */
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Store } from '../../src/kernel/store.js'
import { redisStore, type RedisOptions } from '../../src/redis.js'
import { redisFault } from '../../src/stores/redis-faults.js'
import { noRedis, RedisServer } from './redis-server.js'

const request = (amount = 1) => [{ key: 'k', limit: 100, windowMs: 60_000, slots: 1, amount }]

const withCode = (code: string, message = code): Error => Object.assign(new Error(message), { code })

test.each([
  ["READONLY You can't write against a read only replica.", 'READONLY'],
  ['ERR Error running script (call to f_1): @user_script:4: -OOM command not allowed when used memory', 'OOM'],
  ['ERR Error running script (call to f_1): @user_script:4: @user_script: 4: -READONLY You', 'READONLY'],
  ['MOVED 866 127.0.0.1:7001', 'MOVED'],
  ['ASK 866 127.0.0.1:7001', 'ASK'],
  ['CLUSTERDOWN Hash slot not served', 'CLUSTERDOWN'],
  ["CROSSSLOT Keys in request don't hash to the same slot", 'CROSSSLOT'],
  ['TRYAGAIN Multiple keys request during rehashing of slot', 'TRYAGAIN'],
  ['NOAUTH Authentication required.', 'NOAUTH'],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'WRONGPASS'],
  ['ERR invalid password', 'WRONGPASS'],
  ["NOPERM this user has no permissions to run the 'eval' command", 'NOPERM'],
  ['ERR ACL failure in script: User alice has no permissions', 'NOPERM'],
  ['LOADING Redis is loading the dataset in memory', 'LOADING'],
  ['BUSY Redis is busy running a script.', 'BUSY'],
  ['MISCONF Redis is configured to save RDB snapshots', 'MISCONF'],
  ['MASTERDOWN Link with MASTER is down', 'MASTERDOWN'],
  ['NOREPLICAS Not enough good replicas to write.', 'NOREPLICAS'],
  ['WRONGTYPE Operation against a key holding the wrong kind of value', 'WRONGTYPE'],
  ['DENIED Redis is running in protected mode', 'DENIED'],
  ['ERR max number of clients reached', 'MAXCLIENTS'],
  ['ERR DB index is out of range', 'SELECT'],
  ["ERR unknown command 'EVALSHA', with args beginning with: 'secret'", 'UNKNOWN'],
  ['Connection is closed.', 'NO_CONNECTION'],
  ['All sentinels are unreachable and retry is disabled.', 'SENTINEL'],
  ['ERR something new', 'ERR'],
  ['something else', 'ERROR'],
])('%s', (message, code) => {
  const fault = redisFault(new Error(message))
  expect(fault.code).toBe(code)
  expect(fault.message).toContain(`(${code})`)
  expect(inspect(fault)).not.toContain('secret')
})

test.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
  'the code %s',
  (code) => expect(redisFault(withCode(code)).code).toBe(code),
)

test('of a cluster whose nodes all failed the reason is that of a node', () => {
  const all = Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: new Error('NOAUTH x') })
  expect(redisFault(all).code).toBe('NOAUTH')
})

describe.skipIf(noRedis !== '')(`a Redis that refuses${noRedis}`, () => {
  let server: RedisServer
  let redis: Redis
  let warned: { readonly mock: { readonly calls: readonly unknown[][] } }
  const stores: Store[] = []
  const open = (url = server.url, options: RedisOptions = {}): Store => {
    const store = redisStore(url, { timeout: 3_000, ...options })
    stores.push(store)
    return store
  }
  const failing = async (store: Store): Promise<void> => {
    for (let i = 0; i < 4; i += 1)
      await Promise.resolve(store.reserve(`h${i}`, request(), 1_000)).catch(() => undefined)
  }

  beforeEach(async () => {
    warned = vi.spyOn(console, 'warn').mockReturnValue(undefined)
    server = await RedisServer.start()
    redis = new Redis(server.url)
  })
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close()
    redis.disconnect()
    await server.stop()
    vi.restoreAllMocks()
  })

  test.each<[string, RegExp, (redis: Redis) => Promise<string>]>([
    [
      'READONLY',
      /replica.*primary/,
      async () => {
        await redis.replicaof('127.0.0.1', 1)
        return server.url
      },
    ],
    [
      'NOAUTH',
      /password/,
      async () => {
        await redis.config('SET', 'requirepass', 'hunter2')
        return server.url
      },
    ],
    [
      'WRONGPASS',
      /does not take this user and password/,
      async () => {
        await redis.config('SET', 'requirepass', 'hunter2')
        return server.url.replace('://', '://default:hunter3@')
      },
    ],
    [
      'NOPERM',
      /allow it scripts/,
      async () => {
        await redis.acl('SETUSER', 'alice', 'on', '>hunter2', '~*', '+@all', '-hgetall')
        return server.url.replace('://', '://alice:hunter2@')
      },
    ],
    [
      'OOM',
      /maxmemory/,
      async () => {
        await redis.config('SET', 'maxmemory', '1')
        return server.url
      },
    ],
    [
      'WRONGTYPE',
      /another prefix/,
      async () => {
        await redis.set('{tracestitch}:used:k', 'a string of somebody')
        return server.url
      },
    ],
    ['SELECT', /number/, async () => `${server.url}/99`],
  ])('with %s is told so', async (code, fix, prepare) => {
    const store = open(await prepare(redis), { whenDown: 'reject' })
    await failing(store)
    const status = store.status?.()
    expect(status?.problem).toMatchObject({ code, message: expect.stringMatching(fix) as unknown })
    expect(status?.up).toBe(false)
    const error: unknown = await Promise.resolve(store.held('x')).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'ConnectionError', code })
    expect(warned.mock.calls.filter(([line]) => String(line).includes(`(${code})`))).toHaveLength(1)
    expect(inspect([status, error, warned.mock.calls], { depth: 10 })).not.toMatch(/hunter/)
  })

  test('stays down until it can do all that the store needs', async () => {
    const store = open(undefined, { whenDown: 'reject' })
    await store.reserve('a', request(), 1_000)
    await redis.config('SET', 'maxmemory', '1')
    await failing(store)
    const ups = new Set<boolean | undefined>()
    for (let i = 0; i < 40; i += 1) {
      await Promise.resolve(store.held('x')).catch(() => undefined)
      ups.add(store.status?.().up)
      // It asks again after a while, by itself.
      await sleep(30)
    }
    expect([...ups]).toEqual([false])
    await redis.config('SET', 'maxmemory', '0')
    const again = async (): Promise<boolean> => (await store.reserve('b', request(), 1_000)).ok
    await expect.poll(() => again().catch(() => false)).toBe(true)
    expect(store.status?.()).toMatchObject({ up: true })
  })

  test('SCRIPT FLUSH while calls run fails none of them', async () => {
    const store = open(undefined, { whenDown: 'reject' })
    let stop = false
    let done = 0
    const busy = Array.from({ length: 20 }, async (_, i) => {
      while (!stop) {
        await store.settle(`h${i}`, request(0))
        done += 1
      }
    })
    for (let i = 0; i < 20; i += 1) {
      await redis.script('FLUSH')
      const before = done
      await expect.poll(() => done - before, { interval: 1 }).toBeGreaterThan(10)
    }
    stop = true
    await Promise.all(busy)
    expect(store.status?.()).toEqual({ up: true, localOperations: 0 })
  })

  test('that was demoted is left: the next connection leads to the primary behind the address', async () => {
    const other = await RedisServer.start()
    const through = await server.proxy()
    try {
      const store = open(through.url)
      await store.reserve('a', request(), 60_000)
      await redis.replicaof('127.0.0.1', other.port)
      through.leadTo(other.port)
      await expect.poll(async () => (await store.reserve('b', request(), 60_000), store.status?.().up)).toBe(true)
      const reader = open(other.url)
      await expect
        .poll(async () => (await store.settle('c', request(3)), await reader.usage(['k']))[0]?.used, {
          timeout: 10_000,
        })
        .toBeGreaterThan(2)
      expect(store.status?.()).not.toHaveProperty('problem')
    } finally {
      through.stop()
      await other.kill()
    }
  })
})
