/**
 * Anthropic's Messages API (https://platform.claude.com/docs/en/api/messages), which others speak too.
 *
 * What the hub cannot hold, and an answer therefore loses: the matched stop sequence, `container`,
 * `context_management` and `diagnostics` of an answer, and counts of server tool uses in its usage. In
 * a request, fields without a place in the hub travel in its `raw`.
 */
import type { ChatProtocol } from '../../kernel/protocol.js'
import { decodeError, encodeError } from './errors.js'
import { decodeRequest } from './request-decode.js'
import { PATH, encodeRequest } from './request-encode.js'
import { decodeResponse, encodeResponse } from './response.js'
import { createStreamDecoder } from './stream-decode.js'
import { createStreamEncoder } from './stream-encode.js'
import { ID } from './wire.js'

export const anthropicMessages: ChatProtocol = {
  id: ID,
  kind: 'chat',
  operation: 'chat',
  path: PATH,
  encodeRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  createStreamDecoder,
  createStreamEncoder,
  decodeError,
  encodeError,
}
