/** The cache of many processes: Redis or Valkey, or a cluster of either. */
import type { CacheEntry, CacheStore } from '../kernel/cache-store.js'
import type { RedisConnection } from './redis-connection.js'
import { evaluatorAt } from './redis-evaluator.js'
import { checkPrefix } from './redis-store.js'

/** Options of `redisCache()`. */
export interface RedisCacheOptions {
  /** Prefix of all keys. Clients with the same prefix share answers. Default `tracestitch`. */
  readonly prefix?: string | undefined
}

const GET = `return redis.call('GET', KEYS[1])`
const SET = `return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])`
const REMOVE = `return redis.call('DEL', KEYS[1])`

/**
 * A store for `createClient({ cache: { store } })`. Every answer is a key `{prefix}:cache:…` of its own, as JSON, and expires by
 * itself. What bounds it is the server's `maxmemory`, with a policy that evicts such as `allkeys-lru`: so not the server of
 * `redisStore()`, whose budgets must not be evicted. Answers are the words of models: whoever can read the server can read
 * them.
 *
 * @param connection - As for `redisStore()`: an address, a list of addresses, or a connection of ioredis that you close
 * yourself.
 * @throws ConfigError for wrong arguments; without ioredis every call is a miss, which is said once.
 */
export function redisCache(
  connection: string | readonly string[] | RedisConnection,
  options: RedisCacheOptions = {},
): CacheStore {
  const { prefix = 'tracestitch' } = options
  checkPrefix('redisCache', prefix)
  const redis = evaluatorAt('redisCache', connection)
  const run = (script: string, key: string, ...args: (string | number)[]): Promise<unknown> =>
    redis.run(script, [`${prefix}:cache:${key}`], ...args)
  return {
    name: 'redis',
    shared: true,
    get: (keys) =>
      Promise.all(
        keys.map(async (key) => {
          const value = await run(GET, key)
          return typeof value === 'string' ? value : undefined
        }),
      ),
    async set(entries: readonly CacheEntry[]) {
      await Promise.all(entries.map(({ key, value, ttlMs }) => run(SET, key, value, Math.max(1, Math.ceil(ttlMs)))))
    },
    async remove(keys) {
      await Promise.all(keys.map((key) => run(REMOVE, key)))
    },
    close: () => redis.close(),
  }
}
