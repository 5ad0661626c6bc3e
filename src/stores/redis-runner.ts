/** Runs the scripts of the Redis store: each is sent once, answers are waited for in time, and lost data is noticed. */
import { builtin } from '../kernel/builtin.js'
import { ConfigError } from '../kernel/errors.js'
import type { LoopTime } from './loop-time.js'
import { NoAnswer } from './no-answer.js'
import { redisAdmitScript } from './redis-admit-script.js'
import { redisAllowanceScripts } from './redis-allowance-scripts.js'
import type { Connections, RedisConnection } from './redis-connection.js'
import { RedisFault, redisFault } from './redis-faults.js'
import { EPOCH, redisScripts } from './redis-scripts.js'
import { StoreEmptied } from './store-emptied.js'

type ScriptName = keyof typeof redisScripts | keyof typeof redisAllowanceScripts | 'admit'
type Script = { readonly lua: string; readonly sha: string }

const scripts = Object.fromEntries(
  Object.entries({ ...redisScripts, ...redisAllowanceScripts, ...redisAdmitScript }).map(([name, body]) => {
    const lua = `${EPOCH}${body}`
    return [name, { lua, sha: builtin('node:crypto').createHash('sha1').update(lua).digest('hex') }]
  }),
) as Readonly<Record<ScriptName, Script>>

/** After so many timeouts, or milliseconds, without any answer the connection is given up, whichever comes first. */
const SILENT = 4
const SILENT_MS = 4_000

export interface RedisRunnerOptions {
  readonly connections: Connections
  /** In which answers are waited for. */
  readonly time: LoopTime
  /** Milliseconds for an answer. */
  readonly timeout: number
  /** The server has lost its data: called before the operation that noticed it fails with `StoreEmptied`. */
  readonly onEmptied: () => void
}

/** Id of the server's data, if a script has found another than it was given. */
function epochIn(reply: unknown): string | undefined {
  return Array.isArray(reply) && reply[0] === 'EPOCH' ? String(reply[1]) : undefined
}

export class RedisRunner {
  private readonly options: RedisRunnerOptions
  private readonly name: string
  private readonly epochKey: string
  private readonly sent = new WeakMap<RedisConnection, Set<string>>()
  private answeredAt = 0
  /** Id of the server's data; `undefined` before the first answer. */
  private epoch: string | undefined

  /**
   * @param name - Of the store, for messages.
   * @param epochKey - Where the server keeps the id of its data.
   */
  constructor(options: RedisRunnerOptions, name: string, epochKey: string) {
    this.options = options
    this.name = name
    this.epochKey = epochKey
  }

  /** @param tooLate - Called with an answer that nobody waits for any more. */
  async run(
    script: ScriptName,
    keys: readonly string[],
    args: readonly (string | number)[],
    tooLate?: (reply: unknown) => void,
  ): Promise<unknown> {
    try {
      const connection = await this.options.connections.ready()
      for (;;) {
        const known = this.epoch
        const all = [...keys, this.epochKey, ...args, known ?? '', crypto.randomUUID()]
        const reply = await this.inTime(this.evaluate(connection, script, [keys.length + 1, ...all]), tooLate)
        const epoch = epochIn(reply)
        if (epoch === undefined) return reply
        const first = this.epoch === known
        this.epoch = epoch
        if (known === undefined) continue
        if (first) this.options.onEmptied()
        throw new StoreEmptied(this.name)
      }
    } catch (thrown) {
      if (thrown instanceof ConfigError || thrown instanceof NoAnswer || thrown instanceof StoreEmptied) throw thrown
      const fault = thrown instanceof RedisFault ? thrown : redisFault(thrown)
      if (fault.leave) this.options.connections.renew()
      throw fault
    }
  }

  /** Sends the whole script to a server that may not have it, and only its hash to one that has. */
  private async evaluate(
    connection: RedisConnection,
    script: ScriptName,
    [keys, ...rest]: readonly [number, ...(string | number)[]],
  ): Promise<unknown> {
    const { lua, sha } = scripts[script]
    const known = this.sent.get(connection) ?? new Set<string>()
    this.sent.set(connection, known)
    if (!known.has(sha)) {
      known.add(sha)
      return connection.eval(lua, keys, ...rest)
    }
    try {
      return await connection.evalsha(sha, keys, ...rest)
    } catch (error) {
      // Another server behind the same address, or its scripts were flushed.
      if (!/NOSCRIPT/.test(String(error))) throw error
      return connection.eval(lua, keys, ...rest)
    }
  }

  private inTime(reply: Promise<unknown>, tooLate?: (reply: unknown) => void): Promise<unknown> {
    const { time, timeout } = this.options
    return new Promise((resolve, reject) => {
      let late = false
      const done = time.wait(timeout, () => {
        late = true
        // After such a silence, a new connection may lead to a server that answers.
        const silence = time.now - this.answeredAt
        if (silence >= Math.min(SILENT * timeout, SILENT_MS)) this.options.connections.renew()
        reject(new NoAnswer(`the store redis gave no answer within ${timeout} ms`, reply, Math.min(timeout, silence)))
      })
      reply.then(
        (value) => {
          done()
          this.answeredAt = time.now
          if (late) tooLate?.(value)
          else resolve(value)
        },
        (error: unknown) => {
          done()
          this.answeredAt = time.now
          // After the time it was told already.
          reject(error as Error)
        },
      )
    })
  }
}
