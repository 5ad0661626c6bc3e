/** Answers to what is no request: Node tells of it without one. */
import type { Socket } from 'node:net'
import { STATUS_CODES } from 'node:http'
import type { Server } from 'srvx'

/** By the code of Node's error. */
const FAULTS: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the headers are too long'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not arrive in time'],
}

export function answerBrokenRequests({ node }: Server): void {
  node?.server?.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // The client has gone, or an answer is on its way.
    if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
      socket.destroy()
      return
    }
    const [status, message] = FAULTS[error.code ?? ''] ?? [400, 'the request is not valid HTTP']
    const body = JSON.stringify({ error: { message, type: 'invalid_request_error', code: null } })
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
  })
}
