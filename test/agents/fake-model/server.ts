/** The fake model on a port: every wire format, strict about what a request may have. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { anthropic } from './anthropic.js'
import { gemini } from './gemini.js'
import { openaiChat } from './openai-chat.js'
import { responses } from './responses.js'
import { replyTo, type Json, type Reply } from './scene.js'
import type { Wire } from './wire.js'

const WIRES = {
  'openai-chat': openaiChat,
  'openai-responses': responses,
  'anthropic-messages': anthropic,
  'gemini-generate': gemini,
}

export type WireId = keyof typeof WIRES

/** One request of the model. */
export interface Exchange {
  readonly wire: WireId | undefined
  readonly path: string
  readonly headers: Record<string, string | undefined>
  readonly body: Json
  /** Why it was refused. */
  readonly fault: string | undefined
  readonly reply: Reply | undefined
}

export interface FakeModel {
  readonly origin: string
  readonly exchanges: Exchange[]
  close(): Promise<void>
}

export async function startFakeModel(): Promise<FakeModel> {
  const exchanges: Exchange[] = []
  const server = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      const body = (text === '' ? {} : JSON.parse(text)) as Json
      const exchange = answer(request, body, response)
      exchanges.push(exchange)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const bytes: Buffer[] = []
  for await (const chunk of request) bytes.push(chunk as Buffer)
  return Buffer.concat(bytes).toString()
}

function answer(request: IncomingMessage, body: Json, response: ServerResponse): Exchange {
  const url = request.url ?? ''
  const path = url.replace(/\?.*$/, '')
  const headers = request.headers as Exchange['headers']
  const [wire, format] = (Object.entries(WIRES) as [WireId, Wire][]).find(([, it]) => it.path.test(path)) ?? []
  const json = (status: number, value: Json): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
  if (!format) {
    json(404, { error: { message: `no ${path}` } })
    return { wire, path, headers, body, fault: `no ${path}`, reply: undefined }
  }
  const fault = format.fault(body, headers)
  if (fault !== undefined) {
    json(400, format.error(400, fault))
    return { wire, path, headers, body, fault, reply: undefined }
  }
  const reply = replyTo(format.asked(body))
  if (!format.streams(body, url)) json(200, format.whole(reply, body))
  else {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const { event, data } of format.events(reply, body)) {
      response.write(
        `${event === undefined ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`,
      )
    }
    response.end()
  }
  return { wire, path, headers, body, fault, reply }
}
