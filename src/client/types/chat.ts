/** Chat as callers see it: bodies, and answers that fit the types of every major of the `openai` package since 4. */
import type {
  ChatChoice,
  ChatChunk,
  ChatCompletion,
  ChatRequest,
  ChunkChoice,
  ChunkDelta,
  CompletionMessage,
  FunctionTool,
  ResponseFormat,
  Tool,
  ToolCall,
  ToolCallDelta,
} from '../../kernel/hub.js'
import type { ModelName } from '../../kernel/model-name.js'
import type { ModelStream } from '../streams/model-stream.js'
import type { SchemaOutput, StandardSchema } from '../answers/standard-schema.js'
import type { StreamItem, WithMeta } from './meta.js'
import type { BodyOptions } from './options.js'

type SchemaTool = Omit<FunctionTool, 'function'> & {
  function: Omit<FunctionTool['function'], 'parameters'> & {
    /** JSON Schema, or a Standard Schema that can give its JSON Schema, such as a zod schema. */
    parameters?: Record<string, unknown> | StandardSchema
  }
}
/** A tool, whose parameters may be a schema of a schema library. */
export type ChatTool = Exclude<Tool, FunctionTool> | SchemaTool

/** OpenAI's chat body; `model` is `provider/model` or an alias. */
export type ChatBody<Alias extends string = never> = Omit<
  ChatRequest,
  'model' | 'response_format' | 'extra_body' | 'tools'
> &
  BodyOptions & {
    model: ModelName<Alias>
    /** OpenAI's field, or a Standard Schema that can give its JSON Schema, such as a zod schema. */
    response_format?: ResponseFormat | StandardSchema | undefined
    tools?: ChatTool[]
  }

/** All tools are functions, so all calls in the answer are calls of functions. */
export interface FunctionsOnly {
  /** Functions alone. */
  tools?: SchemaTool[]
}

/**
 * The tier that served a call, limited to the values that every major of the `openai` package has. `scale`, `priority` and
 * `fast` occur too: to compare with those, read it as a `string`.
 */
interface Tiered {
  service_tier?: 'auto' | 'default' | 'flex' | null
}

/** The model's message (https://platform.openai.com/docs/api-reference/chat/object). */
export interface AnswerMessage<Call extends ToolCall = ToolCall> extends Omit<CompletionMessage, 'tool_calls'> {
  /** Tools that the model calls. */
  tool_calls?: Call[]
}
/** One of the answers to a request. */
export interface AnswerChoice<Call extends ToolCall = ToolCall> extends Omit<ChatChoice, 'message'> {
  /** The model's message. */
  message: AnswerMessage<Call>
}
/** A chat completion (https://platform.openai.com/docs/api-reference/chat/object). */
export interface ChatAnswer<Call extends ToolCall = ToolCall>
  extends Omit<ChatCompletion, 'choices' | 'service_tier'>, Tiered {
  /** One, or `n` where the request asks for more. */
  choices: AnswerChoice<Call>[]
}
/** A chat completion, with `_meta`. */
export type ChatResult<Call extends ToolCall = ToolCall> = WithMeta<ChatAnswer<Call>>

/**
 * A piece of a tool call. A piece of a custom tool has `custom`, and says so in `type`, which OpenAI's types left out
 * before 7.
 */
export interface AnswerCallDelta extends Omit<ToolCallDelta, 'type'> {
  /** `function`; a piece of a custom tool says `custom`, which the types of older openai packages lack. */
  type?: 'function'
}
/** What a chunk adds to a message. */
export interface AnswerDelta extends Omit<ChunkDelta, 'tool_calls'> {
  /** Pieces of tool calls; `index` says which call a piece belongs to. */
  tool_calls?: AnswerCallDelta[]
}
/** What a chunk adds to one of the answers. */
export interface AnswerChunkChoice extends Omit<ChunkChoice, 'delta'> {
  /** What it adds. */
  delta: AnswerDelta
}
/** A piece of a streamed chat completion (https://platform.openai.com/docs/api-reference/chat-streaming). */
export interface AnswerChunk extends Omit<ChatChunk, 'choices' | 'service_tier'>, Tiered {
  /** One for each choice that the chunk adds to; none in the last chunk, which has the usage. */
  choices: AnswerChunkChoice[]
}
/** A streamed chat completion: an async iterable of its chunks. The last one has `_meta`. */
export type ChatStream = ModelStream<StreamItem<AnswerChunk>>

/** The message of `parse()`. */
export interface ParsedMessage<T, Call extends ToolCall = ToolCall> extends AnswerMessage<Call> {
  /** The content, checked against the schema; `null` when the model refused or called a tool. */
  parsed: T | null
}
/** A chat completion of `parse()`. */
export type ParsedChatResult<T, Call extends ToolCall = ToolCall> = Omit<ChatResult<Call>, 'choices'> & {
  choices: (Omit<AnswerChoice<Call>, 'message'> & { message: ParsedMessage<T, Call> })[]
}

/** What `parse` accepts: a schema, or a format made by the `openai` package's helper for zod. */
export type ParseFormat = StandardSchema | (ResponseFormat & { $parseRaw?: (content: string) => unknown })
/** The type that `parse()` gives for a format. */
export type ParsedOutput<F> = F extends StandardSchema
  ? SchemaOutput<F>
  : F extends { $parseRaw: (content: string) => infer T }
    ? T
    : F extends { __output: infer T }
      ? T
      : unknown
