/** A Redis of the test's own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'

/** Why there can be none, for the name of what is skipped; empty when there can. */
export const noRedis =
  spawnSync('redis-server', ['--version']).status === 0 ? '' : ' (skipped: no redis-server on the PATH)'

export class RedisServer {
  readonly port: number
  private process: ChildProcess | undefined

  /** Where it keeps an append-only file; without one, what it knew is gone with its process. */
  private readonly directory: string | undefined

  private readonly settings: readonly string[]

  private constructor(port: number, directory: string | undefined, settings: readonly string[] = []) {
    this.port = port
    this.directory = directory
    this.settings = settings
  }

  /** A cluster of one, which has all slots. Its scripts may touch keys of one slot only. */
  static async startCluster(): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'redis-')), [
      '--cluster-enabled',
      'yes',
      '--cluster-announce-ip',
      '127.0.0.1',
    ])
    await server.start()
    const redis = new Redis(server.url)
    await redis.cluster('ADDSLOTSRANGE', 0, 16_383)
    while (!/cluster_state:ok/.test(String(await redis.cluster('INFO')))) await sleep(20)
    redis.disconnect()
    return server
  }

  static async start(persistent = false): Promise<RedisServer> {
    const directory = persistent ? await mkdtemp(join(tmpdir(), 'redis-')) : undefined
    const server = new RedisServer(await freePort(), directory)
    await server.start()
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** An address of its own that leads to this server, or elsewhere. */
  async proxy(): Promise<Proxy> {
    const proxy = new Proxy(this.port)
    await proxy.start()
    return proxy
  }

  async start(): Promise<void> {
    const { port, directory } = this
    const files =
      directory === undefined
        ? ['--appendonly', 'no']
        : ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', directory]
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', ...files, ...this.settings]
    this.process = spawn('redis-server', args, { stdio: 'ignore' })
    const redis = new Redis(this.url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
    // Refused until it listens.
    redis.on('error', () => undefined)
    await redis.ping()
    redis.disconnect()
  }

  /** Stops answering, with every connection open, until it is told to go on. */
  freeze(): void {
    this.process?.kill('SIGSTOP')
  }

  thaw(): void {
    this.process?.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    const { process } = this
    this.process = undefined
    if (!process) return
    const exited = once(process, 'exit')
    process.kill('SIGKILL')
    await exited
  }

  /** For good. */
  async stop(): Promise<void> {
    await this.kill()
    if (this.directory !== undefined) await rm(this.directory, { recursive: true })
  }
}

export class Proxy {
  private target: number
  private readonly sockets = new Set<Socket>()
  private open = true
  private readonly server = createServer((near) => {
    if (!this.open) return void near.destroy()
    const far = connect(this.target, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(from)
      from.on('data', (data) => to.write(data))
      from.on('close', () => {
        this.sockets.delete(from)
        to.destroy()
      })
      // The other side is told by its end.
      from.on('error', () => undefined)
    }
  })

  constructor(target: number) {
    this.target = target
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** Connections that are made from now on; those that there are stay. */
  leadTo(port: number): void {
    this.target = port
  }

  /** Breaks every connection, and takes no new one. */
  cut(): void {
    this.open = false
    for (const socket of this.sockets) socket.destroy()
  }

  mend(): void {
    this.open = true
  }

  stop(): void {
    this.cut()
    this.server.close()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
