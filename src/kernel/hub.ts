/**
 * The hub: the one shape every codec reads and writes. It is the OpenAI chat shape
 * (https://platform.openai.com/docs/api-reference/chat), assignable to and from the types of the
 * `openai` package, plus the few fields other providers need so that nothing is lost on the way.
 */
import type { ProtocolId } from './protocol-ids.js'

export type * from './hub-decisions.js'
export type * from './hub-vectors.js'

/** Marks a prompt prefix for the provider's cache (Anthropic's `cache_control`). */
export interface CacheControl {
  readonly type: 'ephemeral'
  readonly ttl?: '5m' | '1h'
}

export interface TextPart {
  type: 'text'
  text: string
  cache_control?: CacheControl
}

export interface RefusalPart {
  type: 'refusal'
  refusal: string
}

export interface ImagePart {
  type: 'image_url'
  /** `url` is an `https:` address or a `data:` URL with base64 content. */
  image_url: { url: string; detail?: 'auto' | 'low' | 'high' | (string & {}) }
  cache_control?: CacheControl
}

export interface AudioPart {
  type: 'input_audio'
  input_audio: { data: string; format: 'wav' | 'mp3' | (string & {}) }
}

export interface FilePart {
  type: 'file'
  file: { file_id?: string; file_data?: string; filename?: string }
  cache_control?: CacheControl
}

/** A part that only one wire format knows, kept whole for the codec that wrote it. */
export interface RawPart {
  type: 'raw'
  protocol: ProtocolId
  value: unknown
}

export type ContentPart = TextPart | ImagePart | AudioPart | FilePart | RefusalPart | RawPart

export interface FunctionToolCall {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
}

/** A call of a custom (free text) tool. */
export interface CustomToolCall {
  id: string
  type: 'custom'
  custom: { name: string; input: string }
}

export type ToolCall = FunctionToolCall | CustomToolCall

export interface ThinkingBlock {
  type: 'thinking'
  thinking: string
  /** Opaque proof that the provider wrote this block; it must return unchanged on the next turn. */
  signature?: string
}

export interface RedactedThinkingBlock {
  type: 'redacted_thinking'
  data: string
}

export interface UrlCitation {
  type: 'url_citation'
  url_citation: { url: string; title: string; start_index: number; end_index: number }
}

/** Other kinds of citation pass through as they came. */
export type Annotation = UrlCitation

/**
 * One piece of an assistant message in the order the model made it. A flat message holds at most one
 * text, so blocks ride along whenever the order or number of pieces would be lost.
 */
export type Block = (
  | { type: 'text'; text: string; annotations?: Annotation[]; cache_control?: CacheControl }
  | ThinkingBlock
  | RedactedThinkingBlock
  | { type: 'refusal'; refusal: string }
  /** Stands for the entry of `tool_calls` with this id. */
  | { type: 'tool_call'; id: string }
  | RawPart
) & {
  /** The block as its wire format wrote it, for an exact round trip through the same codec. */
  raw?: { protocol: ProtocolId; value: unknown }
}

export interface SystemMessage {
  role: 'system' | 'developer'
  content: string | ContentPart[]
  name?: string
}

export interface UserMessage {
  role: 'user'
  content: string | ContentPart[]
  name?: string
}

export interface AssistantMessage {
  role: 'assistant'
  content?: string | ContentPart[] | null
  name?: string
  refusal?: string | null
  tool_calls?: ToolCall[]
  audio?: { id: string } | null
  /** @deprecated OpenAI's form before `tool_calls`. */
  function_call?: { name: string; arguments: string } | null
  reasoning_content?: string | null
  thinking_blocks?: (ThinkingBlock | RedactedThinkingBlock)[]
  annotations?: Annotation[]
  cache_control?: CacheControl
  blocks?: Block[]
}

export interface ToolMessage {
  role: 'tool'
  tool_call_id: string
  content: string | ContentPart[]
  cache_control?: CacheControl
  /** The tool failed; providers with an error flag on tool results receive it. */
  is_error?: boolean
}

export interface FunctionMessage {
  role: 'function'
  name: string
  content: string | null
}

export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage | FunctionMessage

export interface FunctionTool {
  type: 'function'
  function: {
    name: string
    description?: string
    /** JSON Schema of the arguments. */
    parameters?: Record<string, unknown>
    strict?: boolean | null
  }
  cache_control?: CacheControl
  /** Fields of the tool in one wire format; the others leave them out. */
  raw?: { protocol: ProtocolId; value: Record<string, unknown> }
}

export interface CustomTool {
  type: 'custom'
  custom: { name: string; description?: string; format?: unknown }
}

/** A tool that runs at the provider (web search, code execution), kept as its format wrote it. */
export type Tool = FunctionTool | CustomTool | RawPart

export type ToolChoice =
  | 'none'
  | 'auto'
  | 'required'
  | { type: 'function'; function: { name: string } }
  | { type: 'custom'; custom: { name: string } }
  | { type: 'allowed_tools'; allowed_tools: { mode: 'auto' | 'required'; tools: Record<string, unknown>[] } }

export type ResponseFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | {
      type: 'json_schema'
      json_schema: { name: string; description?: string; schema?: Record<string, unknown>; strict?: boolean | null }
    }

/** A chat request. Unknown fields pass to OpenAI-shaped targets untouched. */
export interface ChatRequest {
  model: string
  messages: Message[]
  audio?: { format: string; voice: unknown } | null
  frequency_penalty?: number | null
  logit_bias?: Record<string, number> | null
  logprobs?: boolean | null
  max_completion_tokens?: number | null
  max_tokens?: number | null
  metadata?: Record<string, string> | null
  modalities?: ('text' | 'audio')[] | null
  n?: number | null
  parallel_tool_calls?: boolean
  prediction?: unknown
  presence_penalty?: number | null
  prompt_cache_key?: string | null
  reasoning_effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | (string & {}) | null
  response_format?: ResponseFormat
  seed?: number | null
  service_tier?: string | null
  stop?: string | string[] | null
  store?: boolean | null
  stream?: boolean | null
  stream_options?: { include_usage?: boolean; include_obfuscation?: boolean } | null
  temperature?: number | null
  tool_choice?: ToolChoice
  tools?: Tool[]
  top_k?: number | null
  top_logprobs?: number | null
  top_p?: number | null
  user?: string
  verbosity?: 'low' | 'medium' | 'high' | null
  web_search_options?: unknown
  /** Reasoning by token budget (Anthropic, Gemini); `reasoning_effort` is the portable form. */
  thinking?: { type: 'enabled' | 'disabled' | 'adaptive'; budget_tokens?: number; [key: string]: unknown }
  previous_response_id?: string | null
  /** Fields merged into the wire body as they are, whatever the target's format. */
  extra_body?: Record<string, unknown>
  /** Fields of one wire format, kept for the codec that read them; the others leave them out. */
  raw?: { protocol: ProtocolId; value: Record<string, unknown> }
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call'

/**
 * Token counts. `prompt_tokens` and `completion_tokens` are totals: they include every detail below,
 * cached and reasoning tokens too, so no detail is ever added to them.
 */
export interface Usage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  prompt_tokens_details?: {
    cached_tokens?: number
    cache_write_tokens?: number
    /** The part of `cache_write_tokens` written with a one-hour lifetime. */
    cache_write_1h_tokens?: number
    audio_tokens?: number
    image_tokens?: number
    text_tokens?: number
  }
  completion_tokens_details?: {
    reasoning_tokens?: number
    audio_tokens?: number
    image_tokens?: number
    text_tokens?: number
    accepted_prediction_tokens?: number
    rejected_prediction_tokens?: number
  }
  /** USD, if the provider or gateway reports the cost of the call. */
  cost?: number
  /** Uses of tools that run at the provider and are billed separately, such as `{ web_search_requests: 2 }`. */
  server_tool_use?: Record<string, number>
  /** The billed units, if the provider reports them separately (Cohere: `input_tokens`, `output_tokens`, `search_units`). */
  billed_units?: Record<string, number>
}

export interface TokenLogprob {
  token: string
  logprob: number
  bytes: number[] | null
  top_logprobs: { token: string; logprob: number; bytes: number[] | null }[]
}

export interface Logprobs {
  content: TokenLogprob[] | null
  refusal: TokenLogprob[] | null
}

/** The assistant message of a result: always has `content` and `refusal`, as OpenAI's does. */
export interface CompletionMessage {
  role: 'assistant'
  content: string | null
  refusal: string | null
  tool_calls?: ToolCall[]
  annotations?: Annotation[]
  audio?: { id: string; data: string; expires_at: number; transcript: string } | null
  /** @deprecated OpenAI's form before `tool_calls`. */
  function_call?: { name: string; arguments: string } | null
  reasoning_content?: string | null
  thinking_blocks?: (ThinkingBlock | RedactedThinkingBlock)[]
  blocks?: Block[]
}

export interface ChatChoice {
  index: number
  finish_reason: FinishReason
  message: CompletionMessage
  logprobs: Logprobs | null
  /** The provider's own finish reason, if `finish_reason` is less precise. */
  native_finish_reason?: string
}

export interface ChatCompletion {
  id: string
  object: 'chat.completion'
  /** Unix seconds; 0 when the provider does not say. */
  created: number
  model: string
  choices: ChatChoice[]
  usage?: Usage
  service_tier?: 'auto' | 'default' | 'flex' | 'scale' | 'priority' | 'fast' | null
  system_fingerprint?: string
  /** Fields of the whole answer in one wire format, for the codec that read them. */
  raw?: { protocol: ProtocolId; value: Record<string, unknown> }
}

export interface ToolCallDelta {
  index: number
  id?: string
  type?: 'function' | 'custom'
  function?: { name?: string; arguments?: string }
  custom?: { name?: string; input?: string }
}

export interface ChunkDelta {
  role?: 'developer' | 'system' | 'user' | 'assistant' | 'tool'
  content?: string | null
  refusal?: string | null
  tool_calls?: ToolCallDelta[]
  /** @deprecated OpenAI's form before `tool_calls`. */
  function_call?: { name?: string; arguments?: string }
  /** Pieces of `data` and `transcript` are to be joined. */
  audio?: { id?: string; data?: string; expires_at?: number; transcript?: string }
  reasoning_content?: string | null
  thinking_blocks?: (ThinkingBlock | RedactedThinkingBlock)[]
  annotations?: Annotation[]
  /** Ordinal of the block this delta extends; a change means that a new block began. */
  block?: number
  /** Blocks that came whole: those of one wire format only, or a `raw` form for block `block`. */
  blocks?: Block[]
}

export interface ChunkChoice {
  index: number
  delta: ChunkDelta
  finish_reason: FinishReason | null
  logprobs?: Logprobs | null
  native_finish_reason?: string
}

export interface ChatChunk {
  id: string
  object: 'chat.completion.chunk'
  created: number
  model: string
  choices: ChunkChoice[]
  usage?: Usage | null
  service_tier?: 'auto' | 'default' | 'flex' | 'scale' | 'priority' | 'fast' | null
  system_fingerprint?: string
  /** As on the completion; each later one replaces it. */
  raw?: { protocol: ProtocolId; value: Record<string, unknown> }
}
