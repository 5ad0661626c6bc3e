/** `serve()`: the client's endpoint over HTTP. */
import { contextOf } from '../client/context-of.js'
import type { Client } from '../client/types/index.js'
import { ConfigError } from '../kernel/errors.js'
import { authorizer } from './authorize.js'
import { ServedClient } from './served-client.js'
import { handlerOf } from './handler.js'
import { isLoopback } from './loopback.js'
import { listen } from './listen.js'
import type { GatewayOptions } from './options.js'

/** A gateway that listens. */
export interface Gateway {
  /** Such as `http://127.0.0.1:4000`. */
  readonly url: string
  /**
   * Gives calls that come from now on to another client. Resolves when the last call of the one before has ended: that client may be
   * closed then.
   */
  use(client: Client): Promise<void>
  /**
   * Takes no more connections, and gives open answers `shutdownTimeout` to end. Resolves when none is left. The client stays open: it
   * is yours.
   */
  close(): Promise<void>
}

/**
 * Serves the client over HTTP, on Node, Bun and Deno: the paths of `ai.fetch`, and `/health` and `/ready`. A model that the options of
 * the client do not name, neither as an alias nor by its provider, is refused.
 *
 * @throws ConfigError for a host that others reach without a key, or for an object that is not a client of `createClient`.
 */
export async function serve(client: Client, options: GatewayOptions = {}): Promise<Gateway> {
  const { host = '127.0.0.1', masterKey, keys } = options
  if (masterKey?.trim() === '') throw new ConfigError('masterKey', 'is empty')
  if (!isLoopback(host) && masterKey === undefined && !keys) {
    throw new ConfigError(
      'host',
      `\`${host}\` can be reached by others, who would spend on your keys: set a key (TRACESTITCH_MASTER_KEY, or the option \`masterKey\`), or leave the host out`,
    )
  }
  const authorize = authorizer(options)
  const served = (next: Client): ServedClient => {
    const context = contextOf(next)
    if (!context) throw new ConfigError('client', 'expected a client that createClient has made')
    return new ServedClient(context, { authorize, bodyLimit: options.bodyLimit })
  }
  const state = { current: served(client), isClosing: false }
  const server = await listen(handlerOf(state, options), { ...options, host })
  return {
    url: server.url,
    async use(next) {
      const before = state.current
      state.current = served(next)
      await before.ended()
    },
    async close() {
      state.isClosing = true
      await server.close()
    },
  }
}
