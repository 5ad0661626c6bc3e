/** A client with guardrails over providers that are functions. */
import type { ChatResult, ClientOptions, GuardrailOptions } from '../../src/index.js'
import { cacheClient, wire, type Provider } from '../client/cache-support.js'
import { chunksOf, completion } from '../client/stages-support.js'

export const ask = (content: string) => ({ model: 'a/m', messages: [{ role: 'user' as const, content }] })

/** A provider of chat that answers with `content`, in pieces of so many characters if a stream is asked for. */
export function answering(content: string | ((count: number) => string), size = 3): Provider {
  return ({ body, url }, count) => {
    const text = typeof content === 'string' ? content : content(count)
    if (url.endsWith('/responses')) return Response.json(responseOf(text))
    if (body['stream'] !== true) return Response.json(completion(text))
    return wire(chunksOf(text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'gu')) ?? []))
  }
}

const responseOf = (text: string) => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: 'm',
  status: 'completed',
  output: [
    {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text, annotations: [] }],
    },
  ],
  usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
})

export function guarded(guardrails: readonly GuardrailOptions[], provider: Provider, options: ClientOptions = {}) {
  return cacheClient({ cache: false, guardrails, ...options }, provider)
}

export interface Heard {
  readonly text: string
  readonly meta: ChatResult['_meta'] | undefined
  readonly error: unknown
}

/** What a caller gets of a call, whole or as a stream; what came before an error too. */
export async function hear(
  client: ReturnType<typeof guarded>['client'],
  content: string,
  stream: boolean,
): Promise<Heard> {
  let text = ''
  let meta: Heard['meta']
  try {
    if (stream) {
      for await (const chunk of await client.chat.completions.create({ ...ask(content), stream: true })) {
        text += chunk.choices[0]?.delta.content ?? ''
        meta = chunk._meta ?? meta
      }
    } else {
      const answer = await client.chat.completions.create(ask(content))
      text = answer.choices[0]?.message.content ?? ''
      meta = answer._meta
    }
    return { text, meta, error: undefined }
  } catch (error) {
    return { text, meta, error }
  }
}

export const sentTexts = (sent: readonly { readonly body: Record<string, unknown> }[]): string[] =>
  sent.map(({ body }) => JSON.stringify(body['messages'] ?? body['input']))
