/** A client with stages, over two providers that are functions, whose spans are kept. */
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { everything } from '../../src/whole-catalogue.js'
import type { Stage } from '../../src/client/call/stage.js'
import { openClient } from '../../src/client/index.js'
import type { ChatCompletion } from '../../src/kernel/hub.js'
import type { AttemptEvent, ClientOptions } from '../../src/index.js'

export const exporter = new InMemorySpanExporter()
export function keepSpans(): void {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
}

export function forgetSpans(): void {
  trace.disable()
  context.disable()
  exporter.reset()
}

export const messages = [{ role: 'user' as const, content: 'hi' }]
export const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
export const completion = (content: string): ChatCompletion => ({
  id: 'a',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [
    { index: 0, message: { role: 'assistant', content, refusal: null }, finish_reason: 'stop', logprobs: null },
  ],
  usage,
})
export const vectors = {
  object: 'list' as const,
  model: 'm',
  data: [{ object: 'embedding' as const, index: 0, embedding: [1, 2] }],
}

export const json = (body: object): Response => Response.json(body)

/** One chunk of a stream. */
const piece = (delta: object, finish: string | null = null) => ({
  id: 'a',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
})

/** The chunks of an answer of these words. */
export const chunksOf = (words: readonly string[], finish: string | null = 'stop'): readonly object[] => [
  piece({ role: 'assistant', content: '' }),
  ...words.map((content) => piece({ content })),
  piece({}, finish),
  { ...piece({}), choices: [], usage },
]

function streamed(words: readonly string[]): Response {
  const events = chunksOf(words)
  const text = [...events.map((event) => JSON.stringify(event)), '[DONE]'].map((data) => `data: ${data}\n\n`).join('')
  return new Response(text, { headers: { 'content-type': 'text/event-stream' } })
}

/** Of provider `a`, which says `secret word`, and `b`, which says `plain word`. */
export function clientOf(stages: readonly Stage[], options: ClientOptions = {}) {
  const asked: { host: string; body: Record<string, unknown> }[] = []
  const attempts: AttemptEvent[] = []
  const fetch = (async (url: string, { body }: RequestInit) => {
    const { host, pathname } = new URL(url)
    const read = JSON.parse(body as string) as Record<string, unknown>
    asked.push({ host, body: read })
    const word = host === 'a' ? 'secret' : 'plain'
    if (pathname.endsWith('/embeddings')) return json({ ...vectors, usage: { prompt_tokens: 1, total_tokens: 1 } })
    return read['stream'] === true ? streamed([word, ' word']) : json(completion(`${word} word`))
  }) as typeof globalThis.fetch
  const client = openClient(
    everything,
    {
      fetch,
      providers: { a: { baseURL: 'http://a/v1' }, b: { baseURL: 'http://b/v1' } },
      prices: { overrides: { 'a/*': { input: 1, output: 1 }, 'b/*': { input: 1, output: 1 } } },
      retries: 0,
      hooks: { onAttempt: (event) => void attempts.push(event) },
      ...options,
    },
    stages,
  )
  return { client, asked, attempts }
}

export type Stream = AsyncIterable<{ choices?: { delta: { content?: string | null } }[] }>
export async function read(stream: Stream) {
  const items: { _meta?: unknown; choices?: { delta: { content?: string | null } }[] }[] = []
  for await (const item of stream) items.push(item)
  return { items, text: items.map(({ choices }) => choices?.[0]?.delta.content ?? '').join('') }
}
