/** Fields of chat completions with names of several words, at their places: for SDKs that write them in camelCase. */
import type { FieldTable } from '../../kernel/protocol.js'

const CALLS: FieldTable = { function: true }

const PARTS: FieldTable = { image_url: true, document_url: true, document_name: true, input_audio: true, file_id: true }

const MESSAGE: FieldTable = {
  content: PARTS,
  tool_calls: CALLS,
  tool_call_id: true,
  reasoning_content: true,
  reasoning_details: true,
  function_call: true,
}

const USAGE: FieldTable = {
  prompt_tokens: true,
  completion_tokens: true,
  total_tokens: true,
  num_cached_tokens: true,
  prompt_tokens_details: { cached_tokens: true, audio_tokens: true, image_tokens: true, cache_write_tokens: true },
  completion_tokens_details: { reasoning_tokens: true, audio_tokens: true },
}

export const USAGE_FIELDS: FieldTable = { usage: USAGE }

/** Of requests, of answers, and of the chunks of a stream. */
export const FIELDS: FieldTable = {
  max_tokens: true,
  max_completion_tokens: true,
  frequency_penalty: true,
  presence_penalty: true,
  parallel_tool_calls: true,
  random_seed: true,
  reasoning_effort: true,
  response_format: { json_schema: true },
  service_tier: true,
  stream_options: { include_usage: true },
  tool_choice: true,
  top_k: true,
  top_logprobs: true,
  top_p: true,
  messages: MESSAGE,
  system_fingerprint: true,
  choices: { finish_reason: true, message: MESSAGE, delta: MESSAGE },
  ...USAGE_FIELDS,
}
