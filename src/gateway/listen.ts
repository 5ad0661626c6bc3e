/** The HTTP server, on Node, Bun and Deno, by srvx (https://srvx.h3.dev). */
import type { Server } from 'srvx'
import type { Handler } from './handler.js'
import type { GatewayOptions } from './options.js'
import { answerBrokenRequests } from './broken-requests.js'

export interface Listening {
  readonly url: string
  close(): Promise<void>
}

const DEFAULT_PORT = 4000

export async function listen(
  handler: Handler,
  options: GatewayOptions & { readonly host: string },
): Promise<Listening> {
  const { headersTimeout = 15_000, requestTimeout = 120_000, keepAliveTimeout = 65_000 } = options
  const { host, port = DEFAULT_PORT, headerLimit = 32 * 1024, shutdownTimeout = 30_000, tls } = options
  // An ES module only.
  const { serve } = await import('srvx')
  const server = serve({
    fetch: handler,
    hostname: host,
    port,
    manual: true,
    silent: true,
    gracefulShutdown: false,
    ...(tls && {
      tls: { cert: tls.cert, key: tls.key, ...(tls.passphrase !== undefined && { passphrase: tls.passphrase }) },
    }),
    node: {
      // The workers of a cluster share the port.
      exclusive: false,
      // Its limits of time are those of HTTP/1.
      http2: false,
      maxHeaderSize: headerLimit,
      headersTimeout,
      requestTimeout,
      keepAliveTimeout,
      // How often the two limits of time are looked at.
      connectionsCheckingInterval: Math.max(100, Math.min(headersTimeout, requestTimeout, 5_000) / 2),
    },
  })
  answerBrokenRequests(server)
  await server.serve()
  return { url: urlOf(server), close: () => closeWithin(server, shutdownTimeout) }
}

/** Without the slash at its end, so that a path can follow. */
function urlOf({ url = '' }: Server): string {
  return url.replace(/\/$/, '')
}

/** Open answers may end; then, or when the time is over, what is left is closed. */
async function closeWithin(server: Server, ms: number): Promise<void> {
  const timer = setTimeout(() => void server.close(true), ms)
  try {
    await server.close()
  } finally {
    clearTimeout(timer)
  }
}
