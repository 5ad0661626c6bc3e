/** The keys of many gateways: Redis or Valkey. */
import type { KeyStore, VirtualKey } from '../kernel/key-store.js'
import { isObject, parseJson } from '../kernel/json.js'
import type { RedisConnection } from './redis-connection.js'
import { evaluatorAt } from './redis-evaluator.js'
import { checkPrefix } from './redis-store.js'

/** Options of `redisKeys()`. */
export interface RedisKeysOptions {
  /** Prefix of all names in the server. Gateways with the same prefix share keys. Default `tracestitch`. */
  readonly prefix?: string | undefined
}

const FIND = `return redis.call('HGET', KEYS[1], ARGV[1])`
const LIST = `return redis.call('HVALS', KEYS[1])`
/** The record of an id, and the hash by which it is found: replaced together. */
const PUT = `
local old = redis.call('HGET', KEYS[2], ARGV[1])
if old then redis.call('HDEL', KEYS[1], old) end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return 1`
const REMOVE = `
local old = redis.call('HGET', KEYS[2], ARGV[1])
if not old then return 0 end
redis.call('HDEL', KEYS[1], old)
return redis.call('HDEL', KEYS[2], ARGV[1])`

/**
 * A store of keys for gateways on several machines. Every request asks it, so that a key that is revoked is refused at once.
 *
 * @param connection - As for `redisStore()`: an address, a list of addresses, or a connection of ioredis that you close yourself.
 * @throws ConfigError for wrong arguments.
 */
export function redisKeys(
  connection: string | readonly string[] | RedisConnection,
  options: RedisKeysOptions = {},
): KeyStore {
  const { prefix = 'tracestitch' } = options
  checkPrefix('redisKeys', prefix)
  const redis = evaluatorAt('redisKeys', connection)
  // The braces keep both on one node of a cluster.
  const names = [`{${prefix}:keys}:records`, `{${prefix}:keys}:ids`] as const
  const run = (script: string, ...args: string[]): Promise<unknown> => redis.run(script, names, ...args)
  return {
    find: async (hash) => keyOf(await run(FIND, hash)),
    async list() {
      const found = (await run(LIST)) as unknown[]
      const keys = found.flatMap((value) => keyOf(value) ?? [])
      return keys.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt))
    },
    async put(key) {
      await run(PUT, key.id, key.hash, JSON.stringify(key))
    },
    remove: async (id) => (await run(REMOVE, id)) === 1,
    async close() {
      redis.close()
    },
  }
}

function keyOf(value: unknown): VirtualKey | undefined {
  const key = typeof value === 'string' ? parseJson(value) : undefined
  return isObject(key) ? (key as unknown as VirtualKey) : undefined
}
