/** Runs single scripts in Redis, for stores whose callers have a limit of time of their own. */
import { LoopTime } from './loop-time.js'
import type { RedisConnection } from './redis-connection.js'
import { redisFault } from './redis-faults.js'
import { connectionsOf } from './redis-store.js'

/** Milliseconds until a connection that does not come counts as none. */
const TIMEOUT = 3_000
/** Milliseconds until a lost connection is tried again. */
const AGAIN = 1_000

export interface RedisEvaluator {
  /** @throws RedisFault, or ConfigError when ioredis is missing. */
  run(script: string, keys: readonly string[], ...args: (string | number)[]): Promise<unknown>
  close(): void
}

/** @param by - The function that was called, for messages. @throws ConfigError for what is neither address nor connection. */
export function evaluatorAt(by: string, connection: string | readonly string[] | RedisConnection): RedisEvaluator {
  const waits = { time: new LoopTime(TIMEOUT), timeout: TIMEOUT, firstTimeout: TIMEOUT, again: AGAIN }
  const connections = connectionsOf(by, connection, waits)
  return {
    async run(script, keys, ...args) {
      const redis = await connections.ready()
      try {
        return await redis.eval(script, keys.length, ...keys, ...args)
      } catch (thrown) {
        const fault = redisFault(thrown)
        if (fault.leave) connections.renew()
        throw fault
      }
    },
    close: () => connections.close(),
  }
}
