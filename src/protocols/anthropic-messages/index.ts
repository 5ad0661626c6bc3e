/**
 * Anthropic's Messages API (https://platform.claude.com/docs/en/api/messages), which others speak too.
 *
 * What the hub has no place for travels in the `raw` of a request, an answer, a block or a part.
 */
import type { ChatProtocol } from '../../kernel/protocol.js'
import { decodeError, encodeError } from './error.js'
import { decodeRequest } from './request-decode.js'
import { PATH, encodeRequest } from './request-encode.js'
import { decodeResponse, encodeResponse } from './response.js'
import { createStreamDecoder } from './stream-decode.js'
import { createStreamEncoder } from './stream-encode.js'
import { ID } from './wire.js'

/** Anthropic's Messages API (https://platform.claude.com/docs/en/api/messages). */
export const anthropicMessages: ChatProtocol = {
  id: ID,
  kind: 'chat',
  callerNames: {
    max_completion_tokens: 'max_tokens',
    parallel_tool_calls: 'tool_choice.disable_parallel_tool_use',
    reasoning_effort: 'output_config.effort',
    response_format: 'output_config.format',
  },
  operation: 'chat',
  path: PATH,
  auth: { header: 'x-api-key' },
  headers: { 'anthropic-version': '2023-06-01' },
  encodeRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  createStreamDecoder,
  createStreamEncoder,
  decodeError,
  encodeError,
}
