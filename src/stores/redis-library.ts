/** Connections of ioredis for a store: they fail at once, never queue, and keep no process alive. */
import { ConfigError } from '../kernel/errors.js'
import type { RedisAddress } from './redis-address.js'
import type { RedisConnection } from './redis-connection.js'

interface WithStream {
  readonly stream?: { unref?(): void } | undefined
}

/** @param timeout - Milliseconds of an attempt to connect. */
export async function connectionTo(address: RedisAddress, timeout: number): Promise<RedisConnection> {
  const { Redis, Cluster } = await loadLibrary()
  const every = {
    connectionName: 'tracestitch',
    connectTimeout: timeout,
    // The first command gets the same information.
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  }
  // The store connects again by itself: the library's timers would keep the process alive.
  const alone = { ...every, lazyConnect: true, enableOfflineQueue: false, retryStrategy: () => null }
  if (address.kind === 'server') return letGo(new Redis(address.url, alone))
  const { username, password, tls } = address
  const login = { ...(username !== undefined && { username }), ...(password !== undefined && { password }) }
  const secure = tls ? { tls: {} } : {}
  if (address.kind === 'sentinel') {
    const { nodes, name, db, sentinelUsername, sentinelPassword } = address
    const sentinels = {
      sentinels: nodes.map((node) => ({ ...node })),
      sentinelRetryStrategy: () => null,
      ...(sentinelUsername !== undefined && { sentinelUsername }),
      ...(sentinelPassword !== undefined && { sentinelPassword }),
      ...(tls && { sentinelTLS: {}, enableTLSForSentinelMode: true }),
    }
    return letGo(new Redis({ ...alone, ...login, ...secure, ...sentinels, name, db }))
  }
  const cluster = new Cluster(
    address.nodes.map((node) => ({ ...node })),
    {
      lazyConnect: true,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      clusterRetryStrategy: () => null,
      slotsRefreshTimeout: timeout,
      redisOptions: { ...every, ...login, ...secure },
    },
  )
  cluster.on('+node', letGo)
  return cluster
}

/** Its sockets keep no process alive, from the first moment. */
function letGo<T extends RedisConnection & WithStream>(redis: T): T {
  const unref = (): void => redis.stream?.unref?.()
  redis.on('connecting', () => setImmediate(unref))
  redis.on('connect', unref)
  return redis
}

type Library = Pick<typeof import('ioredis'), 'Redis' | 'Cluster'>

async function loadLibrary(): Promise<Library> {
  let library: Partial<Library>
  try {
    library = await import('ioredis')
  } catch (cause) {
    throw new ConfigError(
      'store',
      'a store in Redis needs the package ioredis, which is not installed: npm install ioredis',
      { cause },
    )
  }
  const { Redis, Cluster } = library
  if (Redis && Cluster) return { Redis, Cluster }
  throw new ConfigError('store', 'a store in Redis needs ioredis 5 or later, and an older one is installed')
}
