/**
 * `tracestitch/redis`: limits, budgets, cooldowns and a cache that processes share through Redis or Valkey. Loads ioredis, which has
 * to be installed.
 */
export { redisStore, type RedisOptions } from './stores/redis-store.js'
export { redisCache, type RedisCacheOptions } from './stores/redis-cache.js'
export { redisKeys, type RedisKeysOptions } from './stores/redis-keys.js'
export type { KeyStore, VirtualKey } from './kernel/key-store.js'
export type { CacheEntry, CacheStore } from './kernel/cache-store.js'
export type { RedisConnection } from './stores/redis-connection.js'
export type { WhenDown } from './stores/store-down.js'
export type { Store, StoreProblem, StoreStatus } from './kernel/store.js'
