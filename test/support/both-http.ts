/** HTTP/1.1 and HTTP/2 without TLS on one port: the first bytes of a connection say which it is. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import { createServer as createNetServer, type AddressInfo, type Socket } from 'node:net'

export type AnyRequest = IncomingMessage | Http2ServerRequest
/** Methods of both are called alike; their types differ. */
export type AnyResponse = ServerResponse & { readonly stream?: Http2ServerResponse['stream'] }

export interface BothHttp {
  readonly origin: string
  close(): Promise<void>
}

/** What a client says first that speaks HTTP/2 from the start. */
const PREFACE = 'PRI * HTTP/2'

export async function listenBoth(answer: (request: AnyRequest, response: AnyResponse) => void): Promise<BothHttp> {
  const http1 = createServer(answer as (request: IncomingMessage, response: ServerResponse) => void)
  // A busy client may come back to a connection later than Node's five seconds, just as the server closes it.
  http1.keepAliveTimeout = 0
  const http2 = createHttp2Server(answer as never)
  const sockets = new Set<Socket>()
  // As `node:http` has it: small writes leave at once.
  const server = createNetServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.once('data', (chunk: Buffer) => {
      socket.pause()
      socket.unshift(chunk)
      const isHttp2 = chunk.toString('latin1', 0, PREFACE.length) === PREFACE
      ;(isHttp2 ? http2 : http1).emit('connection', socket)
      if (!isHttp2) socket.resume()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

/** Whether the client has left. */
export function isGone(request: AnyRequest): boolean {
  return 'stream' in request ? request.stream.destroyed : request.socket.destroyed
}

/** Breaks the connection off. */
export function breakOff(response: AnyResponse): void {
  if (response.stream) response.stream.session?.destroy()
  else response.socket?.resetAndDestroy()
}
