/** What the client returns fits the types of the `openai` package, and takes what they make. Checked by `tsc`. */
import type OpenAI from 'openai'
import * as z from 'zod'
import { createClient, type ChatStream, type Client, type ClientOptions } from '../../src/client/index.js'

declare const ai: Client
declare const openaiBody: OpenAI.ChatCompletionCreateParamsNonStreaming
declare const openaiMessages: OpenAI.ChatCompletionMessageParam[]
declare const openaiTools: OpenAI.ChatCompletionTool[]

export async function results(): Promise<void> {
  const completion: OpenAI.ChatCompletion = await ai.chat.completions.create({ model: 'a/b', messages: [] })
  const stream: ChatStream = await ai.chat.completions.create({ model: 'a/b', messages: [], stream: true })
  for await (const chunk of stream) {
    const item: OpenAI.ChatCompletionChunk = chunk
    void item
  }
  const embeddings: OpenAI.CreateEmbeddingResponse = await ai.embeddings.create({ model: 'a/b', input: 'x' })
  const response: OpenAI.Responses.Response = await ai.responses.create<OpenAI.Responses.Response>({ model: 'a/b', input: 'x' })
  for await (const event of await ai.responses.create<OpenAI.Responses.ResponseStreamEvent>({ model: 'a/b', input: 'x', stream: true })) {
    if (event.type === 'response.output_text.delta') event.delta.toUpperCase()
  }
  const parsed = await ai.chat.completions.parse({ model: 'a/b', messages: [], response_format: z.object({ n: z.number() }) })
  const n: number | undefined = parsed.choices[0]?.message.parsed?.n
  // @ts-expect-error a parsed number is no string
  const s: string | undefined = parsed.choices[0]?.message.parsed?.n
  const usd: number | null = (await ai.chat.completions.create({ model: 'a/b', messages: [] }))._meta.cost.usd
  void [completion, embeddings, response, n, s, usd]
}

export async function requests(): Promise<void> {
  await ai.chat.completions.create(openaiBody)
  await ai.chat.completions.create({ model: 'a/b', messages: openaiMessages, tools: openaiTools })
  await ai.chat.completions.create({ model: 'a/b', messages: [] }, { signal: AbortSignal.timeout(5), fallbacks: ['c/d'], timeout: { idle: 5 } })
  // @ts-expect-error a model is required
  await ai.chat.completions.create({ messages: [] })
  // @ts-expect-error tags are a list
  await ai.chat.completions.create({ model: 'a/b', messages: [] }, { metadata: { tags: 'a' } })
}

export const options: ClientOptions = {
  models: { smart: ['anthropic/x', { model: 'openai/y' }], fast: { strategy: 'ordered', targets: ['openai/z'] } },
  providers: { mine: { protocol: 'openai-chat', baseURL: 'http://127.0.0.1/v1', quirks: { streamOptions: false } } },
}
// @ts-expect-error no such option
createClient({ modles: {} })
