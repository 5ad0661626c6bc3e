/** `serve()`: the client's endpoint over HTTP. */
import type { Client } from '../client/types/index.js'
import { ConfigError } from '../kernel/errors.js'
import { authorizer } from './authorize.js'
import { handlerOf, type GatewayState } from './handler.js'
import { isLoopback } from './loopback.js'
import { listen } from './listen.js'
import type { GatewayOptions } from './options.js'
import { statusPagesOf } from './status-pages.js'
import type { Figures } from './prometheus.js'
import { RequestCounts } from './request-counts.js'
import { ServedClient } from './served-client.js'

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
 * Serves the client over HTTP, on Node, Bun and Deno: the paths of `ai.fetch`, and `/health`, `/ready` and `/metrics`. A model that the
 * options of the client do not name, neither as an alias nor by its provider, is refused.
 *
 * @throws ConfigError for a host that others reach without a key, or for an object that is not a client of `createClient`.
 */
export async function serve(client: Client, options: GatewayOptions = {}): Promise<Gateway> {
  return serveWith(client, options)
}

/** How the processes of one gateway tell each other their figures. */
export interface FigureExchange {
  /** The name of this process among them. */
  readonly worker: string
  /** Offers those of this process. */
  offer(figures: () => Figures): void
  /** Those of every process. */
  gather(): Promise<readonly Figures[]>
}

/** @param exchange - Default: there is one process. */
export async function serveWith(client: Client, options: GatewayOptions, exchange?: FigureExchange): Promise<Gateway> {
  const { host = '127.0.0.1', masterKey, keys, cors = [], log, bodyLimit } = options
  checkReach(host, options)
  const authorize = authorizer(options)
  const served = (next: Client): ServedClient => new ServedClient(next, { authorize, bodyLimit })
  const state: GatewayState = { current: served(client), isClosing: false, counts: new RequestCounts() }
  const own = (): Figures => figuresOf(state, exchange?.worker)
  exchange?.offer(own)
  const statusPages = statusPagesOf({
    isReady: () => !state.isClosing,
    figures: () => exchange?.gather() ?? Promise.resolve([own()]),
    masterKey,
    isOpen: masterKey === undefined && keys === undefined,
  })
  const server = await listen(handlerOf(state, { statusPages, cors, log }), { ...options, host })
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

function checkReach(host: string, { masterKey, keys }: GatewayOptions): void {
  if (masterKey?.trim() === '') throw new ConfigError('masterKey', 'is empty')
  if (isLoopback(host) || masterKey !== undefined || keys) return
  throw new ConfigError(
    'host',
    `\`${host}\` can be reached by others, who would spend on your keys: set a key (TRACESTITCH_MASTER_KEY, or the option \`masterKey\`), or leave the host out`,
  )
}

function figuresOf({ current: { client }, counts }: GatewayState, worker: string | undefined): Figures {
  const { targets, store } = client.health()
  return { worker, active: counts.active, requests: counts.all(), spend: client.spend().rows, targets, store }
}
