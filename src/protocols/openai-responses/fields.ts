/** Fields of responses with names of several words, at their places: for SDKs that write them in camelCase. */
import type { FieldTable } from '../../kernel/protocol.js'

const PART: FieldTable = {
  image_url: true,
  file_id: true,
  file_data: true,
  file_url: true,
  input_audio: true,
  annotations: { start_index: true, end_index: true, file_id: true },
}

const ITEM: FieldTable = { content: PART, summary: PART, output: PART, call_id: true, encrypted_content: true }

const USAGE: FieldTable = {
  input_tokens: true,
  input_tokens_details: { cached_tokens: true, cache_write_tokens: true },
  output_tokens: true,
  output_tokens_details: { reasoning_tokens: true },
  total_tokens: true,
}

/** Of requests and of answers. */
const RESPONSE: FieldTable = {
  frequency_penalty: true,
  incomplete_details: true,
  max_output_tokens: true,
  output_text: true,
  parallel_tool_calls: true,
  presence_penalty: true,
  previous_response_id: true,
  prompt_cache_key: true,
  service_tier: true,
  tool_choice: true,
  top_k: true,
  top_logprobs: true,
  top_p: true,
  input: ITEM,
  output: ITEM,
  usage: USAGE,
}

/** Of the events of a stream too. */
export const FIELDS: FieldTable = {
  ...RESPONSE,
  response: RESPONSE,
  item: ITEM,
  part: PART,
  item_id: true,
  output_index: true,
  content_index: true,
  summary_index: true,
  sequence_number: true,
}
