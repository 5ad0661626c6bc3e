/** Fields of a request that answers of the Responses format repeat, and fields that only servers of that format support. */
import { UnsupportedParameterError } from '../../kernel/errors.js'
import type { EncodeContext, JsonObject } from '../../kernel/protocol.js'

/** https://platform.openai.com/docs/api-reference/responses/object */
const ECHOED = [
  'instructions',
  'max_output_tokens',
  'max_tool_calls',
  'metadata',
  'parallel_tool_calls',
  'previous_response_id',
  'prompt_cache_key',
  'reasoning',
  'safety_identifier',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'truncation',
  'user',
] as const

export function echoOf(request: JsonObject): JsonObject {
  return Object.fromEntries(ECHOED.filter((field) => request[field] != null).map((field) => [field, request[field]]))
}

/** Content that is stored at the server; the request only names it, and would mean something else without it. */
const KEPT_THERE = ['conversation', 'prompt'] as const

/** @throws UnsupportedParameterError unless `dropUnsupported`. */
export function refuseKeptThere(
  request: JsonObject,
  { provider, dropUnsupported, warn, onDropped }: EncodeContext,
): void {
  for (const field of KEPT_THERE) {
    if (request[field] == null) continue
    if (!dropUnsupported) throw new UnsupportedParameterError(field, provider)
    onDropped?.(field)
    warn(`${provider} does not support \`${field}\`: left out`)
  }
}
