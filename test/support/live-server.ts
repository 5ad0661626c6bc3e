/** A WebSocket server for the cases of SDKs that keep a connection: what it answers is a function of what it is sent. */
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'

export interface LiveServer {
  /** Such as `ws://127.0.0.1:1234`. */
  readonly origin: string
}

type Json = Record<string, unknown>

/**
 * @param greet - What it does with a connection, by its path.
 * @param answer - What it does with a message: JSON, or the length of one of bytes.
 */
export function serveLive(
  greet: (path: string, socket: WebSocket) => void,
  answer: (message: Json | number, socket: WebSocket, path: string) => void,
): LiveServer {
  const server = new WebSocketServer({ port: 0, handleProtocols: (protocols) => [...protocols][0] ?? false })
  server.on('connection', (socket, { url = '' }) => {
    const path = url.replace(/\?.*$/, '')
    greet(path, socket)
    socket.on('message', (data, isBinary) => {
      const bytes = data as Buffer
      answer(isBinary ? bytes.byteLength : (JSON.parse(String(bytes)) as Json), socket, path)
    })
  })
  return { origin: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
