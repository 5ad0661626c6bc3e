/**
 * A response (https://platform.openai.com/docs/api-reference/responses/object), as far as every provider of the format has
 * it. The `openai` package's `Response` is one of these.
 */

/** A part of a message, or of the reasoning. */
export interface ResponseContent {
  /** Such as `output_text`, `refusal` or `reasoning_text`. */
  type: string
  /** The text, where the part has one. */
  text?: string | undefined
  /** Why the model refuses, where it does. */
  refusal?: string | undefined
  /** Sources that the text names. */
  annotations?: readonly object[] | undefined
}

/** What the model gave: a message, a call of a function or another tool, reasoning. `type` says which fields there are. */
export interface ResponseItem {
  /** Such as `message`, `function_call` or `reasoning`. */
  type: string
  /** The provider's id of the item. */
  id?: string | null | undefined
  /** Such as `completed` or `incomplete`. */
  status?: string | null | undefined
  /** Of a message. */
  role?: string | undefined
  /** Of a message, or of reasoning that is shown. */
  content?: readonly ResponseContent[] | undefined
  /** Of a call: what its output has to name. */
  call_id?: string | null | undefined
  /** Of a call: the function or tool. */
  name?: string | undefined
  /** Of a call. A function's are text in JSON. */
  arguments?: unknown
  /** Of reasoning. */
  summary?: readonly ResponseContent[] | undefined
  /** Of reasoning: what a later request may hand back where nothing is stored. */
  encrypted_content?: string | null | undefined
}

/** Totals include what the details count. */
export interface ResponseUsage {
  /** Tokens of input, cached ones included. */
  input_tokens: number
  /** Tokens of output, reasoning included. */
  output_tokens: number
  /** Both together. */
  total_tokens: number
  /** Of the input: read from a cache. */
  input_tokens_details?: { cached_tokens?: number | undefined } | undefined
  /** Of the output: reasoning. */
  output_tokens_details?: { reasoning_tokens?: number | undefined } | undefined
}

/** A response. Name OpenAI's own type as type argument of the call to have it typed further. */
export interface ResponseObject {
  /** The provider's id, which `previous_response_id` of a later request may name. */
  id: string
  /** Always `response`. */
  object: 'response'
  /** Seconds since 1970. */
  created_at: number
  /** Model that answered. */
  model: string
  /** What the model gave, in order. */
  output: ResponseItem[]
  /** All text of the output, joined, as the `openai` package adds it. */
  output_text: string
  /** Such as `completed`, `incomplete` or `failed`. */
  status?: string | undefined
  /** Why it failed, where it did. */
  error?: { code: string; message: string } | null | undefined
  /** Why it is not whole, such as `max_output_tokens`. */
  incomplete_details?: { reason?: string | undefined } | null | undefined
  /** Tokens that it used. */
  usage?: ResponseUsage | null | undefined
  /** The response that it goes on from. */
  previous_response_id?: string | null | undefined
  /** As the request gave it. */
  metadata?: Record<string, string> | null | undefined
  /** The tier that served it. */
  service_tier?: string | null | undefined
}
