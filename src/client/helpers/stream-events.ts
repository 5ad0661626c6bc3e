/** The events of a streamed chat completion, as in `chat.completions.stream()` of the `openai` package. */
import type { Logprobs } from '../../kernel/hub.js'
import type { AnswerChunk, ChatAnswer } from '../types/chat.js'
import type { StreamItem } from '../types/meta.js'
import type { ChatRunEvents } from './chat-run.js'

type LogprobList = NonNullable<Logprobs['content']>

/** Events of `stream()`: those of every run, and those of the pieces as they come. */
export interface ChatStreamEvents extends ChatRunEvents {
  /** A chunk, as it came, and the completion so far. */
  chunk: (chunk: StreamItem<AnswerChunk>, snapshot: ChatAnswer) => void
  /** New text of the first choice, and its text so far. */
  content: (delta: string, snapshot: string) => void
  /** New text of the first choice, and its text so far. `parsed` is there for the openai package's sake. */
  'content.delta': (event: { delta: string; snapshot: string; parsed: null }) => void
  /** `parsed`: what a schema as `response_format` made of it; else `null`. */
  'content.done': (event: { content: string; parsed: unknown }) => void
  /** New text of a refusal, and its text so far. */
  'refusal.delta': (event: { delta: string; snapshot: string }) => void
  /** A refusal is whole. */
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
  /** New log probabilities of the text, and those so far. */
  'logprobs.content.delta': (event: { content: LogprobList; snapshot: LogprobList }) => void
  /** The log probabilities of the text are whole. */
  'logprobs.content.done': (event: { content: LogprobList }) => void
  /** New log probabilities of a refusal, and those so far. */
  'logprobs.refusal.delta': (event: { refusal: LogprobList; snapshot: LogprobList }) => void
  /** The log probabilities of a refusal are whole. */
  'logprobs.refusal.done': (event: { refusal: LogprobList }) => void
}
