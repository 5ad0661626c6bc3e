/** A connection to Redis that never queues: a command goes out at once, or fails at once. */
import { ConfigError } from '../kernel/errors.js'

/** What a store needs of a connection. `Redis` and `Cluster` of ioredis have it. */
export interface RedisConnection {
  readonly status: string
  defineCommand(name: string, definition: { lua: string; numberOfKeys?: number }): void
  connect(): Promise<unknown>
  once(event: 'ready' | 'close', listener: () => void): unknown
}

export interface Connections {
  /** Connected, or as soon as the first attempt to connect has ended. @throws Error when it is not connected. */
  ready(): Promise<RedisConnection>
  close(): void
}

/** Milliseconds until a lost connection is tried again: doubling, from the first to the last. */
const FIRST_WAIT = 50
const LAST_WAIT = 2_000

/** Waits for the first attempt to connect only: whoever comes later is told at once that there is no connection. */
class Opening {
  private first: Promise<void> | undefined

  async ready(connection: RedisConnection): Promise<RedisConnection> {
    if (connection.status === 'ready') return connection
    this.first ??= new Promise((resolve) => {
      connection.once('ready', resolve)
      connection.once('close', resolve)
      // The events tell how it went, too.
      if (connection.status === 'wait') connection.connect().catch(() => resolve())
    })
    await this.first
    // It has changed while this waited.
    if ((connection.status as string) !== 'ready') throw new Error(`not connected (${connection.status})`)
    return connection
  }
}

/** A connection that the caller made and will close. */
export function givenConnection(connection: RedisConnection): Connections {
  const opening = new Opening()
  return { ready: () => opening.ready(connection), close: () => undefined }
}

/** A connection of our own, made when it is first asked for. It keeps no process alive. */
export class OwnConnection implements Connections {
  private readonly url: string
  private readonly timeout: number
  private readonly opening = new Opening()
  private made: Promise<InstanceType<typeof import('ioredis').Redis>> | undefined
  private timer: NodeJS.Timeout | undefined
  private wait = FIRST_WAIT
  private closed = false
  private lastError: Error | undefined

  /** @param timeout - Milliseconds of an attempt to connect. */
  constructor(url: string, timeout: number) {
    this.url = url
    this.timeout = timeout
  }

  async ready(): Promise<RedisConnection> {
    if (this.closed) throw new Error('the store was closed')
    const redis = await (this.made ??= this.make())
    try {
      return await this.opening.ready(redis)
    } catch (error) {
      throw this.lastError ?? error
    }
  }

  close(): void {
    this.closed = true
    clearTimeout(this.timer)
    // What could not be made needs no closing, and whoever asked for it was told.
    this.made?.then((redis) => redis.disconnect()).catch(() => undefined)
  }

  private async make() {
    const { Redis } = await loadLibrary()
    const redis = new Redis(this.url, {
      connectionName: 'tracestitch',
      connectTimeout: this.timeout,
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      // Reconnecting is done here: the library's timer would keep the process alive.
      retryStrategy: () => null,
      // A server that has gone silent is connected to anew.
      socketTimeout: this.timeout * 5,
    })
    redis.on('error', (error: Error) => {
      this.lastError = error
    })
    redis.on('connect', () => redis.stream.unref())
    redis.on('ready', () => {
      this.wait = FIRST_WAIT
      this.lastError = undefined
    })
    redis.on('end', () => {
      if (this.closed) return
      this.timer = setTimeout(() => {
        // The events tell how it went.
        redis.connect().catch(() => undefined)
      }, this.wait).unref()
      this.wait = Math.min(LAST_WAIT, this.wait * 2)
    })
    return redis
  }
}

async function loadLibrary(): Promise<Pick<typeof import('ioredis'), 'Redis'>> {
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
