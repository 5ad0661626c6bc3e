/** `redisStore()`: checks its arguments and makes the store. */
import { systemClock } from '../kernel/clock.js'
import { ConfigError } from '../kernel/errors.js'
import { typeName } from '../kernel/json.js'
import type { Store } from '../kernel/store.js'
import { GuardedStore } from './guarded.js'
import type { WhenDown } from './store-down.js'
import { MemoryStore } from './memory.js'
import { LoopTime } from './loop-time.js'
import {
  givenConnection,
  OwnConnection,
  type Connections,
  type RedisConnection,
  type Waits,
} from './redis-connection.js'
import { readAddress, type RedisAddress } from './redis-address.js'
import { connectionTo } from './redis-library.js'
import { RedisStore } from './redis.js'

/** Options of `redisStore()`. */
export interface RedisOptions {
  /** Prefix of all keys. Clients with the same prefix share budgets, limits and cooldowns of equal names. Default `tracestitch`. */
  readonly prefix?: string | undefined
  /**
   * Milliseconds for an answer, after which the store counts as down for that operation. Time in which the event loop of
   * this process was blocked does not count. Default 3 000, so that a short pause of the server (a fork, a long script, a
   * busy machine) is no outage: without the server each process has limits of its own. Set less to go on sooner.
   */
  readonly timeout?: number | undefined
  /**
   * While the store is down: with `local` (the default) each process enforces limits by itself; with `reject` calls to
   * targets with limits or budgets fail with a ConnectionError. Either way no call waits longer than `timeout`, and after
   * three failures in a row, or three seconds of silence, none waits until the store has answered again; `health()` and a
   * warning say why it fails. With `local`, each process counts only its own use of budgets, and writes it to the store
   * when that is back. A budget that must hold through an outage needs `reject`.
   */
  readonly whenDown?: WhenDown | undefined
  /**
   * Milliseconds after which the places of `limits.concurrent` and the reservations of a killed process are free again.
   * Default 15 000.
   */
  readonly lease?: number | undefined
}

/** The least milliseconds that a call waits for the first connection, which takes longer than an answer. */
const LEAST_TO_CONNECT = 3_000
/** The most milliseconds until a lost connection is retried: reservations of this process must not expire before. */
const LEAST_AGAIN = 50
const MOST_AGAIN = 2_000
const SHARE_OF_LEASE = 1 / 10
/** Milliseconds of one attempt to connect, for which no call waits. */
const MOST_TO_CONNECT = 5_000

/**
 * A store for `createClient({ store })`. Keys begin with `{prefix}:` and expire by themselves, except `{prefix}:epoch`,
 * which identifies the server's data. The use of budgets survives a restart of a server with an append-only file, but not a
 * server that evicts keys when its memory is full. If the data are lost (a restart without a file, `FLUSHALL`), the next
 * operation of each process notices it, writes again what this process has used of budgets and rates, and goes on; a
 * warning and `health()` say so. What ended processes had used is lost.
 *
 * @param connection - `redis://[user:password@]host:port/db` (`rediss://` for TLS); of a Redis Cluster
 * `redis+cluster://host:port,host:port` or a list of addresses of its nodes; with Sentinel
 * `redis+sentinel://host:port,host:port/name/db`, where `name` is that of the primary; or a `Redis` or `Cluster` of
 * ioredis, with any options (`new Redis({ sentinels, name })`), which you close yourself.
 * @throws ConfigError for wrong arguments; a missing ioredis is reported by the first call.
 */
export function redisStore(
  connection: string | readonly string[] | RedisConnection,
  options: RedisOptions = {},
): Store {
  const { prefix = 'tracestitch', timeout = 3_000, whenDown = 'local', lease = 15_000 } = options
  checkPrefix('redisStore', prefix)
  for (const [name, value] of Object.entries({ timeout, lease })) {
    if (!(value > 0)) throw new ConfigError(`redisStore.${name}`, 'expected a number greater than 0')
  }
  if (!['local', 'reject'].includes(whenDown)) {
    throw new ConfigError('redisStore.whenDown', `expected 'local' or 'reject'`)
  }
  const time = new LoopTime(timeout)
  const waits = {
    time,
    timeout,
    firstTimeout: Math.max(timeout, LEAST_TO_CONNECT),
    again: Math.max(LEAST_AGAIN, Math.min(MOST_AGAIN, lease * SHARE_OF_LEASE)),
  }
  const connections = connectionsOf('redisStore', connection, waits)
  const store = new RedisStore({ connections, prefix, time, timeout, onEmptied: () => guarded.emptied() })
  const guarded = new GuardedStore({
    store,
    probe: () => store.probe(),
    local: new MemoryStore(systemClock),
    whenDown,
    leaseMs: lease,
    clock: systemClock,
  })
  return guarded
}

/** @param by - The function that was called, for messages. @throws ConfigError for a prefix that cannot be one. */
export function checkPrefix(by: string, prefix: unknown): asserts prefix is string {
  if (typeof prefix === 'string' && prefix !== '' && !/[{}]/.test(prefix)) return
  throw new ConfigError(`${by}.prefix`, 'expected a string that is not empty and holds no brace')
}

/** @param by - The function that was called, for messages. @throws ConfigError for what is neither address nor connection. */
export function connectionsOf(
  by: string,
  connection: string | readonly string[] | RedisConnection,
  waits: Waits,
): Connections {
  return typeof connection === 'string' || Array.isArray(connection)
    ? ownConnection(readAddress(connection as string | readonly string[]), waits)
    : givenConnection(checkedConnection(by, connection), waits)
}

function ownConnection(address: RedisAddress, waits: Waits): OwnConnection {
  return new OwnConnection(() => connectionTo(address, Math.max(waits.timeout, MOST_TO_CONNECT)), waits)
}

function checkedConnection(by: string, connection: unknown): RedisConnection {
  const { evalsha } = (connection ?? {}) as Partial<RedisConnection>
  if (typeof evalsha === 'function') return connection as RedisConnection
  throw new ConfigError(
    `${by}(connection)`,
    `expected an address or a connection of ioredis, got ${typeName(connection)}`,
  )
}
