/** A loopback server that answers as the providers of the documents do, and as the receiver of their traces. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ModelServer {
  readonly origin: string
  /** Paths of the requests so far. */
  readonly paths: readonly string[]
  close(): Promise<void>
}

interface Asked {
  readonly model?: string
  readonly stream?: boolean
  readonly input?: readonly string[]
}

/** JSON for a request that asks for some. */
const contentFor = (body: string): string =>
  body.includes('json_schema') ? '{"city":"Oslo"}' : 'Hello! How can I help?'

const usage = { prompt_tokens: 8, completion_tokens: 3, total_tokens: 11 }

function answer(path: string, { model, input = [] }: Asked, body: string): unknown {
  if (path === '/v1/traces') return {}
  if (path === '/v1/embeddings') {
    const data = [input].flat().map((_text, index) => ({ object: 'embedding', index, embedding: [0.25, 0.5] }))
    return { object: 'list', model, data, usage: { prompt_tokens: 3, total_tokens: 3 } }
  }
  if (path === '/v1/messages') {
    const content = [{ type: 'text', text: contentFor(body) }]
    const counts = { input_tokens: 8, output_tokens: 3 }
    return { id: 'msg_1', type: 'message', role: 'assistant', model, content, stop_reason: 'end_turn', usage: counts }
  }
  if (path === '/v1/chat/completions') {
    const message = { role: 'assistant', content: contentFor(body), refusal: null }
    const choices = [{ index: 0, message, finish_reason: 'stop', logprobs: null }]
    return { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model, choices, usage }
  }
  return undefined
}

function events(model: string | undefined): string {
  const chunk = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model }
  const first = {
    ...chunk,
    choices: [{ index: 0, delta: { role: 'assistant', content: 'streamed' }, finish_reason: null }],
  }
  const last = { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }
  return [first, last].map((event) => `data: ${JSON.stringify(event)}\n\n`).join('') + 'data: [DONE]\n\n'
}

export async function startModelServer(): Promise<ModelServer> {
  const paths: string[] = []
  const server = createServer((request, response) => {
    const bytes: Buffer[] = []
    request.on('data', (chunk: Buffer) => bytes.push(chunk))
    request.on('end', () => {
      const path = request.url ?? ''
      paths.push(path)
      const isJson = request.headers['content-type']?.includes('json') === true
      const body = Buffer.concat(bytes).toString()
      const asked = (isJson ? JSON.parse(body) : {}) as Asked
      const json = answer(path, asked, body)
      const isStream = asked.stream === true
      const isDown = path.startsWith('/down/')
      response.writeHead(isDown ? 500 : json === undefined ? 404 : 200, {
        'content-type': isStream ? 'text/event-stream' : 'application/json',
      })
      response.end(isStream ? events(asked.model) : JSON.stringify(json ?? { error: { message: `no ${path}` } }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
