/**
 * A response (https://platform.openai.com/docs/api-reference/responses/object), as far as every provider of the format has
 * it. The `openai` package's `Response` is one of these.
 */

/** A part of a message, or of the reasoning. */
export interface ResponseContent {
  /** Such as `output_text`, `refusal` or `reasoning_text`. */
  type: string
  text?: string | undefined
  refusal?: string | undefined
  annotations?: readonly object[] | undefined
}

/** What the model gave: a message, a call of a function or another tool, reasoning. `type` says which fields there are. */
export interface ResponseItem {
  /** Such as `message`, `function_call` or `reasoning`. */
  type: string
  id?: string | null | undefined
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
  encrypted_content?: string | null | undefined
}

/** Totals include what the details count. */
export interface ResponseUsage {
  input_tokens: number
  output_tokens: number
  total_tokens: number
  input_tokens_details?: { cached_tokens?: number | undefined } | undefined
  output_tokens_details?: { reasoning_tokens?: number | undefined } | undefined
}

/** A response. Name OpenAI's own type as type argument of the call to have it typed further. */
export interface ResponseObject {
  id: string
  object: 'response'
  /** Seconds since 1970. */
  created_at: number
  model: string
  output: ResponseItem[]
  /** All text of the output, joined, as the `openai` package adds it. */
  output_text: string
  /** Such as `completed`, `incomplete` or `failed`. */
  status?: string | undefined
  error?: { code: string; message: string } | null | undefined
  incomplete_details?: { reason?: string | undefined } | null | undefined
  usage?: ResponseUsage | null | undefined
  previous_response_id?: string | null | undefined
  metadata?: Record<string, string> | null | undefined
  service_tier?: string | null | undefined
}
