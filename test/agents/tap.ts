/** A proxy that keeps what an agent says to the gateway and what it hears: agents show neither headers nor warnings. */
import { createServer, request, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface Heard {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly status: number
  readonly answer: IncomingHttpHeaders
}

export interface Tap {
  readonly url: string
  readonly heard: Heard[]
  close(): Promise<void>
}

export async function startTap(gateway: string): Promise<Tap> {
  const heard: Heard[] = []
  const { hostname, port } = new URL(gateway)
  const to = { hostname, port, agent: false as const }
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const sent = request({ ...to, method, path: url, headers }, (answer) => {
      const status = answer.statusCode ?? 0
      heard.push({ method, path: url, headers, body: Buffer.concat(bytes).toString(), status, answer: answer.headers })
      outgoing.writeHead(status, answer.headers)
      answer.pipe(outgoing)
    })
    const bytes: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => bytes.push(chunk))
    incoming.pipe(sent)
    sent.on('error', () => outgoing.destroy())
    outgoing.on('close', () => sent.destroy())
  })
  server.on('upgrade', (incoming, socket: Socket) => {
    const { method = '', url = '', headers } = incoming
    const sent = request({ ...to, method, path: url, headers })
    sent.on('response', (answer) => {
      const status = answer.statusCode ?? 0
      heard.push({ method, path: url, headers, body: '', status, answer: answer.headers })
      socket.write(`HTTP/1.1 ${status} ${answer.statusMessage}\r\nconnection: close\r\n\r\n`)
      answer.pipe(socket)
    })
    sent.on('error', () => socket.destroy())
    sent.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
