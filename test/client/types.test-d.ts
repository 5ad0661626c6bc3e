/** What the client returns fits the types of the `openai` package, and takes what they make. Checked by `tsc`. */
import type OpenAI from 'openai'
import { createReadStream } from 'node:fs'
import * as z from 'zod'
import {
  createClient,
  type ChatResult,
  type ChatStream,
  type Client,
  type ClientOptions,
  type ModelName,
  type ModelStream,
  type PassthroughEvent,
  type ResponseEvent,
  type ResponseObject,
} from '../../src/index.js'

declare const ai: Client
declare const openaiBody: OpenAI.ChatCompletionCreateParamsNonStreaming
declare const openaiMessages: OpenAI.ChatCompletionMessageParam[]
declare const imageBody: OpenAI.ImageGenerateParamsNonStreaming & { model: string }
declare const speechBody: OpenAI.Audio.SpeechCreateParams
declare const openaiTools: OpenAI.ChatCompletionTool[]
declare const openaiResponse: OpenAI.Responses.Response
declare const sometimes: boolean

export async function results(): Promise<void> {
  const completion: OpenAI.ChatCompletion = await ai.chat.completions.create({ model: 'a/b', messages: [] })
  const stream: ChatStream = await ai.chat.completions.create({ model: 'a/b', messages: [], stream: true })
  for await (const chunk of stream) {
    const item: OpenAI.ChatCompletionChunk = chunk
    void item
  }
  const embeddings: OpenAI.CreateEmbeddingResponse = await ai.embeddings.create({ model: 'a/b', input: 'x' })
  const response: OpenAI.Responses.Response = await ai.responses.create<OpenAI.Responses.Response>({
    model: 'a/b',
    input: 'x',
  })
  for await (const event of await ai.responses.create<OpenAI.Responses.ResponseStreamEvent>({
    model: 'a/b',
    input: 'x',
    stream: true,
  })) {
    if (event.type === 'response.output_text.delta') event.delta.toUpperCase()
  }
  const reranked: number | undefined = (
    await ai.rerank.create({ model: 'a/b', query: 'q', documents: ['d', { text: 'e' }], top_n: 1 })
  ).results[0]?.relevance_score
  const moderated: OpenAI.ModerationCreateResponse = await ai.moderations.create<OpenAI.ModerationCreateResponse>({
    model: 'a/b',
    input: 'x',
  })
  const flagged: boolean | undefined = (await ai.moderations.create({ model: 'a/b', input: ['x'] })).results[0]?.flagged
  const images: OpenAI.ImagesResponse = await ai.images.generate<OpenAI.ImagesResponse>({
    model: 'a/b',
    prompt: 'x',
    size: '1024x1024',
  })
  const image: string | undefined = (await ai.images.generate({ model: 'a/b', prompt: 'x' })).data?.[0]?.b64_json
  for await (const event of await ai.images.generate({ model: 'a/b', prompt: 'x', stream: true }))
    event.type.toUpperCase()
  const speech: Response = await ai.audio.speech.create({ model: 'a/b', input: 'x', voice: 'alloy' })
  const transcription: OpenAI.Audio.Transcription = await ai.audio.transcriptions.create({
    model: 'a/b',
    file: createReadStream('x.wav'),
  })
  void [reranked, moderated, flagged, images, image, speech, transcription]
  const parsed = await ai.chat.completions.parse({
    model: 'a/b',
    messages: [],
    response_format: z.object({ n: z.number() }),
  })
  const n: number | undefined = parsed.choices[0]?.message.parsed?.n
  // @ts-expect-error a parsed number is no string
  const s: string | undefined = parsed.choices[0]?.message.parsed?.n
  const usd: number | null = (await ai.chat.completions.create({ model: 'a/b', messages: [] }))._meta.cost.usd
  void [completion, embeddings, response, n, s, usd]
}

/** Events are told apart by their type, and an unknown one is no error. */
export async function events(): Promise<void> {
  for await (const event of await ai.responses.create({ model: 'a/b', input: 'x', stream: true })) {
    if (event.type === 'response.output_text.delta') {
      const delta: string = event.delta
      void delta
    }
    if (event.type === 'response.completed') event.response.output_text.toUpperCase()
    if (event.type === 'response.web_search_call.searching') event.item_id.toUpperCase()
    if (event.type === 'response.new_in_a_year') {
      const field: unknown = event['field']
      void field
    }
    switch (event.type) {
      case 'response.function_call_arguments.done':
        event.arguments.toUpperCase()
        break
      case 'error':
        event.message.toUpperCase()
        break
      default:
        event.type.toUpperCase()
    }
    // @ts-expect-error no event without its type has text
    event.text.toUpperCase()
    // @ts-expect-error a number is no string
    if (event.type === 'response.output_item.done') event.output_index.toUpperCase()
  }
}

/** Where every tool is a function, so is every call of one. */
export async function calls(tools: OpenAI.ChatCompletionTool[]): Promise<void> {
  const plain = await ai.chat.completions.create({
    model: 'a/b',
    messages: [],
    tools: [{ type: 'function', function: { name: 'f', parameters: {} } }],
  })
  plain.choices[0]?.message.tool_calls?.[0]?.function.name.toUpperCase()
  const any = await ai.chat.completions.create({ model: 'a/b', messages: [], tools })
  // @ts-expect-error it may be the call of a custom tool
  any.choices[0]?.message.tool_calls?.[0]?.function.name.toUpperCase()
  const whichever: ChatResult = plain
  void whichever
}

/** Names of aliases come from the options; any other name is taken too. */
export async function names(whole: ClientOptions): Promise<void> {
  const own = createClient({ models: { smart: ['anthropic/x'], fast: { targets: ['openai/y'] } } })
  const named: Client<'smart' | 'fast'> = own
  const plain: Client = own
  await own.chat.completions.create({ model: 'smart', messages: [] })
  await own.chat.completions.create({ model: 'my-provider/model', messages: [] })
  const list: Client[] = [createClient(whole), createClient(), own, createClient({ retries: 1 })]
  const alias: ModelName<'smart'> = 'smart'
  void [named, plain, list, alias]
}

/** What a caller that streams only sometimes gets is told apart by the iterator, or by a field of the answer. */
export async function eitherWay(): Promise<void> {
  const chat = await ai.chat.completions.create({ model: 'a/b', messages: [], stream: sometimes })
  const chatId: string | undefined = 'id' in chat ? chat.id : undefined
  const response = await ai.responses.create({ model: 'a/b', input: 'x', stream: sometimes })
  if ('output' in response) {
    const text: string = response.output_text
    const total: number | undefined = response.usage?.total_tokens
    const part: string | undefined = response.output[0]?.content?.[0]?.text
    void [text, total, part]
  } else {
    const stream: ModelStream<ResponseEvent> = response
    for await (const event of stream) event.type.toUpperCase()
  }
  const image = await ai.images.generate({ model: 'a/b', prompt: 'x', stream: sometimes })
  if (!('created' in image)) {
    const stream: ModelStream<PassthroughEvent> = image
    void stream
  }
  const spoken = await ai.audio.transcriptions.create({ model: 'a/b', file: new Uint8Array(), stream: sometimes })
  const words: string | undefined = 'text' in spoken ? spoken.text : undefined
  const typed = await ai.responses.create<OpenAI.Responses.Response, OpenAI.Responses.ResponseStreamEvent>({
    model: 'a/b',
    stream: sometimes,
  })
  if ('output' in typed) {
    const whole: OpenAI.Responses.Response = typed
    void whole
  }
  const ours: ResponseObject = openaiResponse
  void [chatId, words, ours]
}

export async function requests(): Promise<void> {
  await ai.chat.completions.create(openaiBody)
  await ai.chat.completions.create({ model: 'a/b', messages: openaiMessages, tools: openaiTools })
  await ai.chat.completions.create(
    { model: 'a/b', messages: [] },
    { signal: AbortSignal.timeout(5), fallbacks: ['c/d'], timeout: { idle: 5 } },
  )
  await ai.chat.completions.create({ model: 'a/b', messages: [], dropUnsupported: true })
  await ai.audio.transcriptions.create({ model: 'a/b', file: new File([], 'a.wav') }, { dropUnsupported: false })
  await ai.audio.transcriptions.create({ model: 'a/b', file: new Uint8Array() })
  await ai.images.generate(imageBody)
  await ai.audio.speech.create(speechBody)
  // @ts-expect-error a file is no path
  await ai.audio.transcriptions.create({ model: 'a/b', file: 'a.wav' })
  // @ts-expect-error rerank needs documents
  await ai.rerank.create({ model: 'a/b', query: 'q' })
  // @ts-expect-error a model is required
  await ai.chat.completions.create({ messages: [] })
  // @ts-expect-error tags are a list
  await ai.chat.completions.create({ model: 'a/b', messages: [] }, { metadata: { tags: 'a' } })
}

export const options: ClientOptions = {
  dropUnsupported: false,
  models: {
    smart: ['anthropic/x', { model: 'openai/y', dropUnsupported: true }],
    fast: { strategy: 'ordered', targets: ['openai/z'] },
  },
  providers: {
    azure: { apiKey: () => Promise.resolve('token') },
    vertex: { apiKey: ({ refresh }) => String(refresh) },
    mine: { protocol: 'openai-chat', baseURL: 'http://127.0.0.1/v1', quirks: { streamOptions: false } },
  },
}
// @ts-expect-error no such option
createClient({ modles: {} })
// @ts-expect-error no such option, beside one that there is
createClient({ models: {}, retires: 3 })
// @ts-expect-error no such option of an alias
createClient({ models: { smart: { targets: ['openai/x'], stratgy: 'ordered' } } })
// @ts-expect-error no such option of a target
createClient({ models: { smart: [{ model: 'openai/x', wieght: 1 }] } })
