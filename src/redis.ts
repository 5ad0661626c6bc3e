/**
 * `tracestitch/redis`: limits, budgets and cooldowns that processes share through Redis or Valkey. Loads ioredis, which has
 * to be installed.
 */
export { redisStore, type RedisOptions } from './stores/redis-store.js'
export type { RedisConnection } from './stores/redis-connection.js'
export type { WhenDown } from './stores/store-down.js'
export type { Store, StoreProblem, StoreStatus } from './kernel/store.js'
