/** `redisStore()`: its arguments, checked, and the store that they make. */
import { systemClock } from '../kernel/clock.js'
import { ConfigError } from '../kernel/errors.js'
import { typeName } from '../kernel/json.js'
import type { Store } from '../kernel/store.js'
import { GuardedStore, type WhenDown } from './guarded.js'
import { MemoryStore } from './memory.js'
import { LoopTime } from './loop-time.js'
import { givenConnection, OwnConnection, type RedisConnection, type Waits } from './redis-connection.js'
import { readAddress, type RedisAddress } from './redis-address.js'
import { connectionTo } from './redis-library.js'
import { RedisStore } from './redis.js'

/** Options of `redisStore()`. */
export interface RedisOptions {
  /** Begins every key. Clients that share one share limits and cooldowns of targets of one name. Default `tracestitch`. */
  readonly prefix?: string | undefined
  /**
   * Milliseconds for an answer, after which the store counts as down for that operation. Time in which this process's event
   * loop was busy does not count: what the server says meanwhile lies in the socket. Default 3 000: a server that stops for a
   * moment (a fork, a long script, a busy machine) is waited for, since processes that go on without it each have a limit of
   * their own. Less for those that would rather go on at once.
   */
  readonly timeout?: number | undefined
  /**
   * While it is down: `local` (the default) has each process keep limits by itself, `reject` refuses calls to
   * targets with limits or budgets with a ConnectionError. Either way no call waits longer than `timeout`, and after three
   * failures in a row, or three seconds of silence, none waits until the store has answered again; `health()` and a warning
   * say why it fails. Of budgets, each process then counts what it has used itself, and the store is told when it is back:
   * one that must hold through an outage needs `reject`.
   */
  readonly whenDown?: WhenDown | undefined
  /**
   * Milliseconds after which a killed process's places of `limits.concurrent` and reservations of budgets come back.
   * Default 15 000.
   */
  readonly lease?: number | undefined
}

/** Milliseconds that a call waits for the first connection at least; an answer comes faster. */
const LEAST_TO_CONNECT = 3_000
/** Milliseconds at most until a lost connection is tried again: what this process has reserved must not run out before. */
const LEAST_AGAIN = 50
const MOST_AGAIN = 2_000
const SHARE_OF_LEASE = 1 / 10
/** Milliseconds of one attempt to connect, for which no call waits. */
const MOST_TO_CONNECT = 5_000

/**
 * A store for `createClient({ store })`. Keys begin with `{prefix}:` and run out by themselves, but for `{prefix}:epoch`,
 * which names the server's data. What budgets have used lives as long as these: it outlives a restart of a server with an
 * append-only file, and no server that throws keys out when its memory is full. Where the data are gone (a restart without
 * a file, `FLUSHALL`), the next operation of each process notices it, tells the server anew what this process has used of
 * budgets and rates, and goes on; a warning and `health()` say so. What ended processes used is lost then.
 *
 * @param connection - `redis://[user:password@]host:port/db` (`rediss://` for TLS); of a Redis Cluster
 * `redis+cluster://host:port,host:port` or a list of addresses of its nodes; with Sentinel
 * `redis+sentinel://host:port,host:port/name/db`, where `name` is that of the primary; or a `Redis` or `Cluster` of ioredis,
 * made with whatever options (`new Redis({ sentinels, name })`), which stays its maker's to close.
 * @throws ConfigError when something is wrong with the arguments; a missing ioredis is told by the first call.
 */
export function redisStore(
  connection: string | readonly string[] | RedisConnection,
  options: RedisOptions = {},
): Store {
  const { prefix = 'tracestitch', timeout = 3_000, whenDown = 'local', lease = 15_000 } = options
  if (typeof prefix !== 'string' || prefix === '' || /[{}]/.test(prefix)) {
    throw new ConfigError('redisStore.prefix', 'expected a string that is not empty and holds no brace')
  }
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
  const connections =
    typeof connection === 'string' || Array.isArray(connection)
      ? ownConnection(readAddress(connection as string | readonly string[]), waits)
      : givenConnection(checkedConnection(connection), waits)
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

function ownConnection(address: RedisAddress, waits: Waits): OwnConnection {
  return new OwnConnection(() => connectionTo(address, Math.max(waits.timeout, MOST_TO_CONNECT)), waits)
}

function checkedConnection(connection: unknown): RedisConnection {
  const { evalsha } = (connection ?? {}) as Partial<RedisConnection>
  if (typeof evalsha === 'function') return connection as RedisConnection
  throw new ConfigError(
    'redisStore(connection)',
    `expected an address or a connection of ioredis, got ${typeName(connection)}`,
  )
}
