/** A connection to Redis that never queues: a command is sent at once, or fails at once. */
import type { LoopTime } from './loop-time.js'
import { redisFault, type RedisFault } from './redis-faults.js'

/** What a store needs of a connection. `Redis` and `Cluster` of ioredis have it. */
export interface RedisConnection {
  /** As ioredis says it: `ready`, `connecting`, `end` and so on. */
  readonly status: string
  /** Runs a script that the server knows, by its SHA-1. */
  evalsha(sha: string, numberOfKeys: number, ...args: (string | number)[]): Promise<unknown>
  /** Runs a script. */
  eval(lua: string, numberOfKeys: number, ...args: (string | number)[]): Promise<unknown>
  /** Connects, if it has not done so. */
  connect(): Promise<unknown>
  /** Closes the connection at once. */
  disconnect(reconnect?: boolean): void
  /** Listens to an event of the connection. */
  on(event: string, listener: (error: Error) => void): unknown
}

export interface Connections {
  /**
   * Connected. While it is being connected, that is waited for.
   *
   * @throws RedisFault when it is not connected, or not in time: nothing was sent then.
   */
  ready(): Promise<RedisConnection>
  /** This one leads to the wrong server, or to none: the next may lead to another. */
  renew(): void
  close(): void
}

/** Milliseconds until a lost connection is tried again: at once, then from here on doubling. */
const FIRST_WAIT = 50
/** Milliseconds in which a connection is given up for another once, not more often. */
const RENEWED_ONCE = 1_000

export interface Waits {
  readonly time: LoopTime
  /** Milliseconds for an answer. */
  readonly timeout: number
  /** Milliseconds for the first connection to be made. */
  readonly firstTimeout: number
  /** Milliseconds at most until a lost connection is tried again. */
  readonly again: number
}

/** Where an attempt to connect is, told by the events of a connection. */
class Attempts {
  private attempt: { readonly ended: Promise<void>; readonly end: () => void } | undefined
  private connected = false
  /** It is being given up, and another follows at once. */
  private renewing = false
  private lastError: RedisFault | undefined
  private renewedAt = -Infinity

  watch(connection: RedisConnection): void {
    connection.on('error', (error: Error) => {
      this.lastError = redisFault(error)
    })
    connection.on('ready', () => {
      this.connected = true
      this.renewing = false
      // The library goes on with another database, which would be another's.
      if (this.lastError?.code !== 'SELECT') this.lastError = undefined
      this.end()
    })
    // Each attempt ends with the one or the other.
    connection.on('close', () => {
      if (!this.renewing) this.end()
      this.renewing = false
    })
    connection.on('end', () => {
      if (!this.renewing) this.end()
    })
  }

  renew(connection: RedisConnection, again?: boolean): void {
    if (connection.status !== 'ready' || performance.now() - this.renewedAt < RENEWED_ONCE) return
    this.renewedAt = performance.now()
    this.renewing = true
    connection.disconnect(again)
  }

  failed(error: unknown): void {
    this.lastError ??= redisFault(error)
    this.end()
  }

  /** Waits for the attempt that is being made. */
  async ready(connection: RedisConnection, waits: Waits): Promise<RedisConnection> {
    if (!this.isReady(connection) && (this.renewing || !['end', 'close'].includes(connection.status))) {
      await this.ended(connection, waits)
    }
    if (this.isReady(connection)) return connection
    throw this.lastError ?? redisFault(new Error(`not connected (${connection.status})`))
  }

  private isReady({ status }: RedisConnection): boolean {
    return status === 'ready' && !this.renewing && this.lastError?.code !== 'SELECT'
  }

  private ended(connection: RedisConnection, { time, timeout, firstTimeout }: Waits): Promise<void> {
    const { ended } = (this.attempt ??= open())
    const ms = this.connected ? timeout : firstTimeout
    return new Promise((resolve, reject) => {
      const done = time.wait(ms, () => {
        reject(this.lastError ?? redisFault(new Error(`not connected after ${ms} ms (${connection.status})`)))
      })
      void ended.then(() => (done(), resolve()))
    })
  }

  private end(): void {
    this.attempt?.end()
    this.attempt = undefined
  }
}

function open(): { readonly ended: Promise<void>; readonly end: () => void } {
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return { ended, end }
}

/** Of those that callers made, which may serve many stores. */
const watched = new WeakMap<RedisConnection, Attempts>()

/** A connection that the caller made and will close. */
export function givenConnection(connection: RedisConnection, waits: Waits): Connections {
  const attempts = watched.get(connection) ?? new Attempts()
  if (!watched.has(connection)) attempts.watch(connection)
  watched.set(connection, attempts)
  return {
    ready() {
      // The events tell how it goes.
      if (connection.status === 'wait') connection.connect().catch(() => undefined)
      return attempts.ready(connection, waits)
    },
    // It connects again by its maker's settings.
    renew: () => attempts.renew(connection, true),
    close: () => undefined,
  }
}

/** A connection of our own, made when it is first asked for. It keeps no process alive. */
export class OwnConnection implements Connections {
  private readonly make: () => Promise<RedisConnection>
  private readonly waits: Waits
  private readonly attempts = new Attempts()
  private made: Promise<RedisConnection> | undefined
  private timer: NodeJS.Timeout | undefined
  private wait = 0
  private closed = false

  /** @param make - Makes one that is not connected yet, and does not connect again by itself. */
  constructor(make: () => Promise<RedisConnection>, waits: Waits) {
    this.make = make
    this.waits = waits
  }

  async ready(): Promise<RedisConnection> {
    if (this.closed) throw redisFault(new Error('the store was closed'))
    const connection = await (this.made ??= this.first())
    return this.attempts.ready(connection, this.waits)
  }

  renew(): void {
    // What could not be made needs no renewing, and whoever asked for it was told.
    this.made?.then((connection) => this.closed || this.attempts.renew(connection)).catch(() => undefined)
  }

  close(): void {
    this.closed = true
    clearTimeout(this.timer)
    // What could not be made needs no closing, and whoever asked for it was told.
    this.made?.then((connection) => connection.disconnect()).catch(() => undefined)
  }

  private async first(): Promise<RedisConnection> {
    const connection = await this.make()
    this.attempts.watch(connection)
    connection.on('ready', () => {
      this.wait = 0
    })
    connection.on('end', () => {
      if (this.closed) return
      const { wait } = this
      this.wait = Math.min(this.waits.again, Math.max(FIRST_WAIT, wait * 2))
      if (wait === 0) this.connect(connection)
      else this.timer = setTimeout(() => this.connect(connection), wait).unref()
    })
    this.connect(connection)
    return connection
  }

  private connect(connection: RedisConnection): void {
    if (this.closed) return
    connection.connect().catch((error: unknown) => this.attempts.failed(error))
  }
}
