/** A client whose provider is a script: what each request gets, and what was sent. */
import { createClient, type Client, type ClientOptions } from '../../src/index.js'

export interface Sent {
  readonly url: string
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

export interface Scripted {
  readonly client: Client
  readonly sent: readonly Sent[]
}

type Answer = (request: Sent) => Response | Promise<Response>

const provider = (name: string): NonNullable<ClientOptions['providers']>[string] => ({
  protocol: 'openai-chat',
  baseURL: `http://${name}.test/v1`,
  apiKey: 'secret-key',
})

/** `main` and `spare` are providers; `smart` is a model of the one, with the other as its fallback. */
export function scripted(answer: Answer, options: ClientOptions = {}): Scripted {
  const sent: Sent[] = []
  const client = createClient({
    providers: { main: provider('main'), spare: provider('spare') },
    models: { smart: ['main/m', 'spare/s'] },
    prices: { overrides: { 'main/m': { input: 1, output: 2 }, 'spare/s': { input: 1, output: 2 } } },
    retries: 0,
    async fetch(input, init) {
      const request = new Request(input as string, init)
      const isJson = request.headers.get('content-type')?.includes('json')
      const body = isJson ? ((await request.clone().json()) as Record<string, unknown>) : {}
      const one = { url: request.url, headers: request.headers, body }
      sent.push(one)
      return answer(one)
    },
    ...options,
  })
  return { client, sent }
}

export const USAGE = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 2 },
}

/** A chat completion. */
export function completion(message: object, finish = 'stop'): Response {
  return Response.json({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'm-1',
    choices: [{ index: 0, message: { role: 'assistant', content: null, ...message }, finish_reason: finish }],
    usage: USAGE,
  })
}

/** A stream of chat, with one chunk for each delta. */
export function streamed(deltas: readonly object[], finish = 'stop'): Response {
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'm-1' }
  const chunks = [
    ...deltas.map((delta) => ({ ...head, choices: [{ index: 0, delta, finish_reason: null }] })),
    { ...head, choices: [{ index: 0, delta: {}, finish_reason: finish }] },
    { ...head, choices: [], usage: USAGE },
  ]
  const text = [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'].join('')
  return new Response(text, { headers: { 'content-type': 'text/event-stream' } })
}

export const refusal = (status: number): Response =>
  Response.json({ error: { message: 'no', type: 'server_error' } }, { status, headers: { 'retry-after': '3' } })

/** A function `weather` that the model calls. */
export const call = {
  tool_calls: [
    { index: 0, id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
  ],
}
