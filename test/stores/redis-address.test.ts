/** Addresses of one server, of a cluster, and of sentinels. */
import { expect, test } from 'vitest'
import { ConfigError } from '../../src/kernel/errors.js'
import { redisStore } from '../../src/redis.js'
import { readAddress } from '../../src/stores/redis-address.js'
import { noRedis, RedisServer } from './redis-server.js'

const node = (host: string, port: number) => ({ host, port })

test.each<[string | readonly string[], object]>([
  ['redis://h:1/2', { kind: 'server', url: 'redis://h:1/2' }],
  ['redis+cluster://a:1,b', { kind: 'cluster', nodes: [node('a', 1), node('b', 6379)], tls: false }],
  [
    'rediss+cluster://u:p%40:x@[::1]:7',
    { kind: 'cluster', nodes: [node('::1', 7)], username: 'u', password: 'p@:x', tls: true },
  ],
  [['redis://:pw@a:1', 'redis://b:2'], { kind: 'cluster', nodes: [node('a', 1), node('b', 2)], password: 'pw' }],
  [
    'redis+sentinel://u:pw@a,b:3/main/4?sentinelPassword=s',
    {
      kind: 'sentinel',
      nodes: [node('a', 26379), node('b', 3)],
      name: 'main',
      db: 4,
      username: 'u',
      sentinelPassword: 's',
    },
  ],
  ['redis-sentinel://a/main', { kind: 'sentinel', name: 'main', db: 0 }],
])('%j', (given, address) => {
  expect(readAddress(given)).toMatchObject(address)
})

test.each<[string | readonly string[]]>([
  ['http://h'],
  ['redis+cluster://'],
  ['redis+cluster://hunter2@a:99999'],
  ['redis+cluster://a/3'],
  ['redis+sentinel://:hunter2@a:1'],
  ['redis+sentinel://a/main/x'],
  [[]],
  [['redis+sentinel://hunter2@a/main']],
])('%j is told without its password', (given) => {
  expect(() => redisStore(given)).toThrow(ConfigError)
  expect(() => redisStore(given)).toThrow(/^((?!hunter2).)*$/s)
})

test.skipIf(noRedis !== '')(`a cluster by the addresses of its nodes${noRedis}`, async () => {
  const server = await RedisServer.startCluster()
  try {
    for (const address of [server.url.replace('redis:', 'redis+cluster:'), [server.url]]) {
      const store = redisStore(address, { whenDown: 'reject', timeout: 5_000 })
      expect(await store.take([{ key: 'k', limit: 3, windowMs: 60_000, units: 1 }])).toMatchObject({ ok: true })
      expect(await store.admit({ holder: 'h', leaseMs: 1_000, places: [], rates: [], allowances: [] })).toMatchObject({
        ok: true,
      })
      await store.close()
    }
  } finally {
    await server.stop()
  }
})
