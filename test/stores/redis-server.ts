/** Servers of the test's own: Redis alone, with a replica and a sentinel, or a cluster; and Valkey. */
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

export const noValkey =
  spawnSync('valkey-server', ['--version']).status === 0 ? '' : ' (skipped: no valkey-server on the PATH)'

const MOST_TRIES = 20

interface ServerOptions {
  readonly program?: 'redis-server' | 'valkey-server'
  /** Keeps what it knows in an append-only file; without, that is gone with its process. */
  readonly persistent?: boolean
  readonly settings?: readonly string[]
}

export class RedisServer {
  port: number
  private process: ChildProcess | undefined
  private readonly directory: string
  private readonly options: ServerOptions

  private constructor(port: number, directory: string, options: ServerOptions) {
    this.port = port
    this.directory = directory
    this.options = options
  }

  static async start(options: ServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'redis-')), options)
    // A port that was free a moment ago may be another's by now.
    for (let tries = 1; !(await server.tryStart()); tries += 1) {
      if (tries === MOST_TRIES) throw new Error('no Redis starts')
      server.port = await freePort()
    }
    return server
  }

  /** A cluster of so many nodes, which share all slots. Scripts of a cluster may touch keys of one slot only. */
  static async startNodes(count: number): Promise<readonly RedisServer[]> {
    const buses = await Promise.all(Array.from({ length: count }, freePort))
    const settings = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1', '--cluster-port']
    const nodes = await Promise.all(buses.map((bus) => RedisServer.start({ settings: [...settings, String(bus)] })))
    const clients = nodes.map(({ url }) => new Redis(url))
    for (const [i, client] of clients.entries()) {
      const from = Math.ceil((i * 16_384) / count)
      await client.cluster('ADDSLOTSRANGE', from, Math.ceil(((i + 1) * 16_384) / count) - 1)
      // Each of them takes the nodes for new ones that have an epoch of their own.
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1)
    }
    for (const [i, node] of nodes.entries()) {
      if (i > 0) await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', node.port, buses[i] ?? 0)
    }
    const all = new RegExp(`cluster_state:ok[^]*slots_assigned:16384[^]*known_nodes:${count}\\b`)
    for (const client of clients) {
      while (!all.test(String(await client.cluster('INFO')))) await sleep(20)
      client.disconnect()
    }
    return nodes
  }

  /** A cluster of one, which has all slots. */
  static async startCluster(): Promise<RedisServer> {
    const [server] = await RedisServer.startNodes(1)
    if (!server) throw new Error('no node')
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

  /** Once more, at the same port. */
  async start(): Promise<void> {
    for (let tries = 1; !(await this.tryStart()); tries += 1) {
      if (tries === MOST_TRIES) throw new Error(`no Redis starts at port ${this.port}`)
      await sleep(100)
    }
  }

  /** @returns whether it runs, and has not ended at once. */
  private async tryStart(): Promise<boolean> {
    const { port, directory, options } = this
    const { program = 'redis-server', persistent = false, settings = [] } = options
    const files = ['--dir', directory, '--appendonly', persistent ? 'yes' : 'no', '--appendfsync', 'always']
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', ...files, ...settings]
    const started = spawn(program, args, { stdio: 'ignore' })
    const ended = once(started, 'exit').then(() => false)
    const redis = new Redis(this.url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
    // Refused until it listens.
    redis.on('error', () => undefined)
    // Another server may answer there; this one has ended then.
    const answered = redis.info('server').then((info) => info.includes(`process_id:${started.pid}`))
    const runs = await Promise.race([answered.catch(() => false), ended])
    redis.disconnect()
    if (runs) this.process = started
    else started.kill('SIGKILL')
    return runs
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
    await rm(this.directory, { recursive: true, force: true })
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

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
