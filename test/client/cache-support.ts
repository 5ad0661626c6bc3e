/** A client with a cache, over providers that are functions, on a clock that stands still. */
import { everything } from '../../src/whole-catalogue.js'
import { openClient } from '../../src/client/index.js'
import type { CacheEvent, CallMeta, ClientOptions } from '../../src/index.js'
import { chunksOf, completion } from './stages-support.js'

export const messages = [{ role: 'user' as const, content: 'hi' }]

interface Sent {
  readonly url: string
  readonly body: Record<string, unknown>
  readonly signal: AbortSignal | null | undefined
}

/** Answers one request. @param count - How many came before, of any kind. */
export type Provider = (sent: Sent, count: number) => Response | Promise<Response>

export const PRICES = { overrides: { 'a/*': { input: 1, output: 1 }, 'b/*': { input: 1, output: 1 } } }

export function cacheClient(options: ClientOptions = {}, provider: Provider = provide) {
  const sent: Sent[] = []
  const events: CacheEvent[] = []
  let time = 1_000_000
  const fetch = (async (url: string, { body, signal }: RequestInit) => {
    const one = { url, body: JSON.parse(body as string) as Record<string, unknown>, signal }
    sent.push(one)
    return provider(one, sent.length - 1)
  }) as typeof globalThis.fetch
  const client = openClient(
    everything,
    {
      fetch,
      cache: true,
      providers: { a: { baseURL: 'http://a/v1' }, b: { baseURL: 'http://b/v1' } },
      prices: PRICES,
      retries: 0,
      hooks: { onCache: (event) => void events.push(event) },
      ...options,
    },
    [],
    { clock: { now: () => time, date: () => time } },
  )
  return { client, sent, events, pass: (ms: number) => void (time += ms) }
}

/** The body of an answer of chat whose words count the requests. */
export const said = (count: number, finish = 'stop', message: object = {}) => {
  const whole = completion(`answer ${count}`)
  const [choice] = whole.choices
  return { ...whole, choices: [{ ...choice, finish_reason: finish, message: { ...choice?.message, ...message } }] }
}

/** @param whole - The end is sent too. */
export function wire(list: readonly object[], whole = true): Response {
  const written = [...list.map((event) => JSON.stringify(event)), ...(whole ? ['[DONE]'] : [])]
  const text = written.map((data) => `data: ${data}\n\n`).join('')
  return new Response(text, { headers: { 'content-type': 'text/event-stream' } })
}

export const streamOf = (count: number, finish: string | null = 'stop'): readonly object[] =>
  chunksOf(['answer', ` ${count}`], finish)

/** A vector that depends on the letters of a text only. */
export function vectorOf(text: string): number[] {
  const counts = Array.from({ length: 26 }, () => 0)
  for (const letter of text.toLowerCase()) {
    const at = letter.charCodeAt(0) - 97
    if (at >= 0 && at < 26) counts[at] = (counts[at] ?? 0) + 1
  }
  return counts
}

export const embeddingsOf = (inputs: readonly string[]) => ({
  object: 'list',
  model: 'm',
  data: inputs.map((input, index) => ({ object: 'embedding', index, embedding: vectorOf(input) })),
  usage: { prompt_tokens: inputs.length * 10, total_tokens: inputs.length * 10 },
})

export const provide: Provider = ({ url, body }, count) => {
  if (url.endsWith('/embeddings')) return Response.json(embeddingsOf([body['input']].flat() as string[]))
  if (url.endsWith('/rerank')) return Response.json({ id: 'r', results: [{ index: 0, relevance_score: count }] })
  if (url.endsWith('/responses')) {
    return Response.json({
      id: `resp_${count}`,
      object: 'response',
      created_at: 1,
      model: 'm',
      status: 'completed',
      metadata: body['metadata'] ?? {},
      user: body['user'] ?? null,
      output: [
        {
          id: 'msg',
          type: 'message',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: `answer ${count}`, annotations: [] }],
        },
      ],
      usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
    })
  }
  return body['stream'] === true ? wire(streamOf(count)) : Response.json(said(count))
}

export const hitOf = ({ _meta: { cache } }: { readonly _meta: CallMeta }): string => cache?.hit ?? 'miss'
