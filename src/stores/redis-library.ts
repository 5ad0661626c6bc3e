/** Connections of ioredis as a store wants them: they fail at once, never queue, and keep no process alive. */
import { ConfigError } from '../kernel/errors.js'
import type { RedisConnection } from './redis-connection.js'

interface WithStream {
  readonly stream?: { unref?(): void } | undefined
}

/** @param timeout - Milliseconds of an attempt to connect. */
export async function oneServer(url: string, timeout: number): Promise<RedisConnection> {
  const { Redis } = await loadLibrary()
  const redis = new Redis(url, {
    connectionName: 'tracestitch',
    connectTimeout: timeout,
    lazyConnect: true,
    // What it would ask, the first command is told too.
    enableReadyCheck: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // The store connects again by itself: the library's timer would keep the process alive.
    retryStrategy: () => null,
  })
  letGo(redis)
  return redis
}

/** Its sockets keep no process alive, from the first moment. */
function letGo(redis: RedisConnection & WithStream): void {
  const unref = (): void => redis.stream?.unref?.()
  redis.on('connecting', () => setImmediate(unref))
  redis.on('connect', unref)
}

async function loadLibrary(): Promise<Pick<typeof import('ioredis'), 'Redis' | 'Cluster'>> {
  try {
    return await import('ioredis')
  } catch (cause) {
    throw new ConfigError(
      'store',
      'a store in Redis needs the package ioredis, which is not installed: npm install ioredis',
      { cause },
    )
  }
}
