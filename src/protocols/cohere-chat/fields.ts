/** Fields of Cohere's formats with names of several words, at their places: for its SDK, which writes them in camelCase. */
import type { FieldTable } from '../../kernel/protocol.js'

const UNITS: FieldTable = {
  input_tokens: true,
  output_tokens: true,
  search_units: true,
  image_tokens: true,
  total_tokens: true,
}

const COUNTS: FieldTable = { billed_units: UNITS, tokens: UNITS, cached_tokens: true }

/** What counts are in, in answers of embeddings and rerank. */
export const META: FieldTable = { meta: COUNTS }

const MESSAGE: FieldTable = {
  content: { image_url: true },
  tool_calls: { function: true },
  tool_call_id: true,
  tool_plan: true,
}

export const FIELDS: FieldTable = {
  max_tokens: true,
  stop_sequences: true,
  frequency_penalty: true,
  presence_penalty: true,
  response_format: { json_schema: true },
  safety_mode: true,
  strict_tools: true,
  tool_choice: true,
  thinking: { token_budget: true },
  citation_options: true,
  messages: MESSAGE,
  finish_reason: true,
  message: MESSAGE,
  usage: COUNTS,
  // Of events.
  delta: { finish_reason: true, message: MESSAGE, usage: COUNTS },
}
