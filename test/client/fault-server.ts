/** A real HTTP server on loopback that answers as an OpenAI-shaped provider does, or fails in a way of its own. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export { eventually } from '../support/eventually.js'

export interface Seen {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Record<string, unknown>
}

export type Behaviour = (request: Seen, response: ServerResponse, socket: Socket) => void | Promise<void>

export interface FaultServer {
  /** With `/v1`. */
  readonly baseURL: string
  readonly origin: string
  readonly seen: Seen[]
  behave: Behaviour
  /** Sockets whose request is not answered to its end, now. */
  busy(): number
  connections(): number
  close(): Promise<void>
}

export async function startServer(behave: Behaviour): Promise<FaultServer> {
  const seen: Seen[] = []
  const open = new Set<Socket>()
  let busy = 0
  const server = createServer((request: IncomingMessage, response) => {
    const parts: Buffer[] = []
    busy += 1
    response.once('close', () => {
      busy -= 1
    })
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const text = Buffer.concat(parts).toString()
      const one: Seen = {
        path: request.url ?? '',
        headers: request.headers,
        // A multipart body is of no interest here.
        body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
      }
      seen.push(one)
      void Promise.resolve(self.behave(one, response, request.socket)).catch((error: unknown) => {
        response.destroy(error as Error)
      })
    })
  })
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  const self: FaultServer = {
    baseURL: `${origin}/v1`,
    origin,
    seen,
    behave,
    busy: () => busy,
    connections: () => open.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return self
}

/** Takes the request and never answers. */
export const never: Behaviour = () => new Promise(() => {})

export function completion(text: string, extra: object = {}): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_760_000_000,
    model: 'gpt-4o-2024-08-06',
    choices: [
      { index: 0, message: { role: 'assistant', content: text, refusal: null }, finish_reason: 'stop', logprobs: null },
    ],
    usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 },
    ...extra,
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

export const answers =
  (text: string): Behaviour =>
  (request, response) =>
    request.body.stream === true
      ? streamAll(response, text, wantsUsage(request))
      : sendJson(response, 200, completion(text))

export function wantsUsage({ body }: Seen): boolean {
  return (body.stream_options as { include_usage?: boolean } | undefined)?.include_usage === true
}

export function chunk(delta: object, finish_reason: string | null = null): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_760_000_000,
    model: 'gpt-4o-2024-08-06',
    choices: [{ index: 0, delta, finish_reason, logprobs: null }],
  }
}

export const usageChunk = {
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_760_000_000,
  model: 'gpt-4o-2024-08-06',
  choices: [],
  usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 },
}

export function beginStream(response: ServerResponse, contentType = 'text/event-stream'): void {
  response.writeHead(200, { 'content-type': contentType })
}

export function sendEvent(response: ServerResponse, data: unknown): void {
  response.write(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`)
}

export function streamAll(response: ServerResponse, text: string, usage: boolean): void {
  beginStream(response)
  sendEvent(response, chunk({ role: 'assistant', content: '' }))
  for (const word of text.split(/(?<= )/)) sendEvent(response, chunk({ content: word }))
  sendEvent(response, chunk({}, 'stop'))
  if (usage) sendEvent(response, usageChunk)
  sendEvent(response, '[DONE]')
  response.end()
}
