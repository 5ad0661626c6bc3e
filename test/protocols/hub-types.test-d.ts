/** Checked by the compiler: the hub's types and those of the `openai` package are assignable to each other. */
import type OpenAI from 'openai'
import type {
  ChatChunk,
  ChatCompletion,
  ChatRequest,
  CompletionMessage,
  ContentPart,
  EmbeddingsRequest,
  Message,
  ResponseFormat,
  Tool,
  ToolCall,
  ToolChoice,
  Usage,
} from '../../src/kernel/hub.js'

type Assignable<From, To> = [From] extends [To] ? true : false
type AreTrue<Claims extends readonly true[]> = Claims
type Chat = OpenAI.Chat.Completions.ChatCompletion
type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk

export type HubTakesOpenai = AreTrue<
  [
    Assignable<OpenAI.Chat.Completions.ChatCompletionCreateParams, ChatRequest>,
    Assignable<OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming, ChatRequest>,
    Assignable<OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming, ChatRequest>,
    Assignable<OpenAI.Chat.Completions.ChatCompletionMessageParam, Message>,
    Assignable<OpenAI.Chat.Completions.ChatCompletionContentPart, ContentPart>,
    Assignable<OpenAI.Chat.Completions.ChatCompletionTool, Tool>,
    Assignable<OpenAI.Chat.Completions.ChatCompletionToolChoiceOption, ToolChoice>,
    Assignable<OpenAI.Chat.Completions.ChatCompletionMessageToolCall, ToolCall>,
    Assignable<OpenAI.ResponseFormatJSONSchema, ResponseFormat>,
    Assignable<Chat, ChatCompletion>,
    Assignable<Chat['choices'][number]['message'], CompletionMessage>,
    // A result's message goes back into the history as it is.
    Assignable<CompletionMessage, Message>,
    Assignable<Chunk, ChatChunk>,
    Assignable<OpenAI.CompletionUsage, Usage>,
    Assignable<OpenAI.EmbeddingCreateParams, EmbeddingsRequest>,
  ]
>

export type OpenaiTakesHub = AreTrue<
  [
    Assignable<ChatCompletion, Chat>,
    Assignable<CompletionMessage, Chat['choices'][number]['message']>,
    Assignable<CompletionMessage, OpenAI.Chat.Completions.ChatCompletionMessageParam>,
    Assignable<ChatChunk, Chunk>,
    Assignable<Usage, OpenAI.CompletionUsage>,
    Assignable<ToolCall, OpenAI.Chat.Completions.ChatCompletionMessageToolCall>,
  ]
>

/** The other way round it must not hold: the hub's requests say more than OpenAI's types do. */
export type HubSaysMore = AreTrue<
  [Assignable<ChatRequest, OpenAI.Chat.Completions.ChatCompletionCreateParams> extends false ? true : false]
>
