/**
 * The client and the types of the `openai` package, both ways. `tsc` checks it on the newest major; `majors.test.ts`
 * checks the same text on the older ones.
 */
import type OpenAI from 'openai'
import type { ChatBody, Client, ResponseEvent, ResponseItem, ResponseObject } from '../../../src/index.js'

declare const ai: Client

/** What a program that has an `OpenAI` asks of it. */
interface ChatFace {
  chat: {
    completions: {
      create(body: OpenAI.Chat.ChatCompletionCreateParamsNonStreaming): PromiseLike<OpenAI.Chat.ChatCompletion>
    }
  }
}
interface StreamFace {
  chat: {
    completions: {
      create(
        body: OpenAI.Chat.ChatCompletionCreateParamsStreaming,
        options?: { signal?: AbortSignal | null },
      ): PromiseLike<AsyncIterable<OpenAI.Chat.ChatCompletionChunk>>
    }
  }
}
interface EmbeddingsFace {
  embeddings: { create(body: OpenAI.EmbeddingCreateParams): PromiseLike<OpenAI.CreateEmbeddingResponse> }
}
interface ResponsesFace {
  responses: {
    create(body: OpenAI.Responses.ResponseCreateParamsNonStreaming): PromiseLike<OpenAI.Responses.Response>
  }
}
interface ResponseStreamFace {
  responses: {
    create(
      body: OpenAI.Responses.ResponseCreateParamsStreaming,
    ): PromiseLike<AsyncIterable<OpenAI.Responses.ResponseStreamEvent>>
  }
}
declare const openai: OpenAI
export const faces: [ChatFace, StreamFace, EmbeddingsFace] = [ai, ai, ai]
export const theirs: [ChatFace, StreamFace, EmbeddingsFace] = [openai, openai, openai]
export const responseFaces: [ResponsesFace, ResponseStreamFace] = [ai, ai]
export const theirResponses: [ResponsesFace, ResponseStreamFace] = [openai, openai]

export async function chat(
  whole: OpenAI.Chat.ChatCompletionCreateParamsNonStreaming,
  streaming: OpenAI.Chat.ChatCompletionCreateParamsStreaming,
  either: OpenAI.Chat.ChatCompletionCreateParams,
): Promise<void> {
  const answer = await ai.chat.completions.create(whole)
  const completion: OpenAI.Chat.ChatCompletion = answer
  for await (const item of await ai.chat.completions.create(streaming)) {
    const chunk: OpenAI.Chat.ChatCompletionChunk = item
    const delta: OpenAI.Chat.ChatCompletionChunk.Choice.Delta | undefined = item.choices[0]?.delta
    void [chunk, delta]
  }
  const made = await ai.chat.completions.create(either)
  const madeIs: OpenAI.Chat.ChatCompletion | AsyncIterable<OpenAI.Chat.ChatCompletionChunk> = made
  const events = ai.chat.completions.stream(streaming)
  for await (const item of events) {
    const chunk: OpenAI.Chat.ChatCompletionChunk = item
    void chunk
  }
  const final: OpenAI.Chat.ChatCompletion = await events.finalChatCompletion()
  const text: string | null = await events.on('content', (delta, snapshot) => delta + snapshot).finalContent()
  const { response_format: format } = whole
  const parsed = format && (await ai.chat.completions.parse({ ...whole, response_format: format }))
  const parsedIs: OpenAI.Chat.ChatCompletion | undefined = parsed
  void [completion, madeIs, parsedIs, final, text]
}

/** A loop of tools as it is written for the `openai` package. */
export async function conversation(
  messages: OpenAI.Chat.ChatCompletionMessageParam[],
  tools: OpenAI.Chat.ChatCompletionTool[],
  choice: OpenAI.Chat.ChatCompletionToolChoiceOption,
): Promise<OpenAI.CompletionUsage | undefined> {
  const answer = await ai.chat.completions.create({ model: 'openai/m', messages, tools, tool_choice: choice })
  const { message, finish_reason: reason, logprobs } = answer.choices[0]!
  const asMessage: OpenAI.Chat.ChatCompletionMessage = message
  const calls: OpenAI.Chat.ChatCompletionMessageToolCall[] = message.tool_calls ?? []
  const ended: OpenAI.Chat.ChatCompletion.Choice['finish_reason'] = reason
  const probabilities: OpenAI.Chat.ChatCompletion.Choice.Logprobs | null = logprobs
  messages.push(message)
  for (const call of calls) {
    if (call.type === 'function')
      messages.push({ role: 'tool', tool_call_id: call.id, content: call.function.arguments })
  }
  void [asMessage, ended, probabilities]
  return answer.usage
}

/** What goes to the client goes on to the `openai` package. */
export function elsewhere(answers: Awaited<ReturnType<typeof asked>>[]): OpenAI.Chat.ChatCompletionMessageParam[] {
  return answers.flatMap((answer) => answer.choices.map((choice) => choice.message))
}
const asked = () => ai.chat.completions.create({ model: 'openai/m', messages: [] })

export async function embeddings(body: OpenAI.EmbeddingCreateParams): Promise<OpenAI.Embedding[]> {
  const answer: OpenAI.CreateEmbeddingResponse = await ai.embeddings.create(body)
  return answer.data
}

export async function responses(
  whole: OpenAI.Responses.ResponseCreateParamsNonStreaming,
  streaming: OpenAI.Responses.ResponseCreateParamsStreaming,
  either: OpenAI.Responses.ResponseCreateParams,
  input: OpenAI.Responses.ResponseInput,
  tools: OpenAI.Responses.Tool[],
): Promise<void> {
  const answer: OpenAI.Responses.Response = await ai.responses.create(whole)
  const items: OpenAI.Responses.ResponseOutputItem[] = answer.output
  const events: AsyncIterable<OpenAI.Responses.ResponseStreamEvent> = await ai.responses.create(streaming)
  for await (const event of events) if (event.type === 'response.output_text.delta') event.delta.toUpperCase()
  await ai.responses.create(either)
  await ai.responses.create({ model: 'openai/m', input, tools })
  void [items, answer.output_text]
}

/** The types of the package go where ours are asked for. */
export function reversed(
  response: OpenAI.Responses.Response,
  item: OpenAI.Responses.ResponseOutputItem,
  event: OpenAI.Responses.ResponseTextDeltaEvent | OpenAI.Responses.ResponseCompletedEvent,
  message: OpenAI.Chat.ChatCompletionMessageParam,
  tool: OpenAI.Chat.ChatCompletionTool,
): [ResponseObject, ResponseItem, ResponseEvent, ChatBody['messages'][number], NonNullable<ChatBody['tools']>[number]] {
  return [response, item, event, message, tool]
}
