/** What an answer of the Responses format repeats of its request, and what of a request only that format's servers can do. */
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

/** Words that the server keeps and the request only names: without them it would ask something else. */
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
