/**
 * A response (https://platform.openai.com/docs/api-reference/responses/object), with the fields that every provider of the
 * format has. The `openai` package's `Response` fits this type.
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

/** An item of the output: a message, a call of a function or another tool, reasoning. `type` says which fields it has. */
export interface ResponseItem {
  /** Such as `message`, `function_call` or `reasoning`. */
  type: string
  /** The provider's id of the item. */
  id?: string | null | undefined
  /** Such as `completed` or `incomplete`. */
  status?: string | null | undefined
  /** In a message. */
  role?: string | undefined
  /** In a message, or in reasoning that is shown. */
  content?: readonly ResponseContent[] | undefined
  /** In a call: the id that its output has to name. */
  call_id?: string | null | undefined
  /** In a call: the function or tool. */
  name?: string | undefined
  /** In a call. Those of a function are JSON text. */
  arguments?: unknown
  /** In reasoning. */
  summary?: readonly ResponseContent[] | undefined
  /** In reasoning: what a later request can send back when nothing is stored. */
  encrypted_content?: string | null | undefined
}

/** Tokens of a response. Totals include what the details count. */
export interface ResponseUsage {
  /** Tokens of input, cached ones included. */
  input_tokens: number
  /** Tokens of output, reasoning included. */
  output_tokens: number
  /** Both together. */
  total_tokens: number
  /** Input tokens that were read from a cache. */
  input_tokens_details?: { cached_tokens?: number | undefined } | undefined
  /** Output tokens that were reasoning. */
  output_tokens_details?: { reasoning_tokens?: number | undefined } | undefined
}

/** A response. For more fields, pass OpenAI's own type as the type argument of the call. */
export interface ResponseObject {
  /** The provider's id, which `previous_response_id` of a later request may name. */
  id: string
  /** Always `response`. */
  object: 'response'
  /** Seconds since 1970. */
  created_at: number
  /** Model that answered. */
  model: string
  /** The output items, in order. */
  output: ResponseItem[]
  /** All text of the output, joined, as the `openai` package adds it. */
  output_text: string
  /** Such as `completed`, `incomplete` or `failed`. */
  status?: string | undefined
  /** Why it failed, where it did. */
  error?: { code: string; message: string } | null | undefined
  /** Why it is incomplete, such as `max_output_tokens`. */
  incomplete_details?: { reason?: string | undefined } | null | undefined
  /** Tokens that it used. */
  usage?: ResponseUsage | null | undefined
  /** The response that this one continues. */
  previous_response_id?: string | null | undefined
  /** As the request gave it. */
  metadata?: Record<string, string> | null | undefined
  /** The tier that served it. */
  service_tier?: string | null | undefined
}
