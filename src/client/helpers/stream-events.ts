/** What a streamed chat completion tells by events, as `chat.completions.stream()` of the `openai` package does. */
import type { Logprobs } from '../../kernel/hub.js'
import type { AnswerChunk, ChatAnswer } from '../types/chat.js'
import type { StreamItem } from '../types/meta.js'
import type { ChatRunEvents } from './chat-run.js'

type LogprobList = NonNullable<Logprobs['content']>

export interface ChatStreamEvents extends ChatRunEvents {
  /** A chunk, as it came, and the completion so far. */
  chunk: (chunk: StreamItem<AnswerChunk>, snapshot: ChatAnswer) => void
  /** New text of the first choice, and its text so far. */
  content: (delta: string, snapshot: string) => void
  'content.delta': (event: { delta: string; snapshot: string; parsed: null }) => void
  /** `parsed`: what a schema as `response_format` made of it; else `null`. */
  'content.done': (event: { content: string; parsed: unknown }) => void
  'refusal.delta': (event: { delta: string; snapshot: string }) => void
  'refusal.done': (event: { refusal: string }) => void
  /** `arguments`: those so far, as JSON that may not be whole. */
  'tool_calls.function.arguments.delta': (event: {
    name: string
    index: number
    arguments: string
    arguments_delta: string
  }) => void
  /** `parsed_arguments`: as JSON, or `null` when the model wrote something else. */
  'tool_calls.function.arguments.done': (event: {
    name: string
    index: number
    arguments: string
    parsed_arguments: unknown
  }) => void
  'logprobs.content.delta': (event: { content: LogprobList; snapshot: LogprobList }) => void
  'logprobs.content.done': (event: { content: LogprobList }) => void
  'logprobs.refusal.delta': (event: { refusal: LogprobList; snapshot: LogprobList }) => void
  'logprobs.refusal.done': (event: { refusal: LogprobList }) => void
}
