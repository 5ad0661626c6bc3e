/**
 * OpenAI's chat completions, the dialect of about a hundred servers. The hub has this shape, so what is well formed
 * passes as it is; only a dialect's variants are rewritten.
 */
import type { ChatProtocol } from '../../kernel/protocol.js'
import { decodeError, encodeError } from './error.js'
import { FIELDS } from './fields.js'
import { decodeRequest } from './request-decode.js'
import { encodeRequest, PATH } from './request-encode.js'
import { decodeResponse, encodeResponse } from './response.js'
import { createStreamDecoder } from './stream-decode.js'
import { createStreamEncoder } from './stream-encode.js'

/** OpenAI's Chat Completions API (https://platform.openai.com/docs/api-reference/chat), which most providers speak. */
export const openaiChat: ChatProtocol = {
  id: 'openai-chat',
  kind: 'chat',
  operation: 'chat',
  path: PATH,
  fields: FIELDS,
  usageOnRequest: true,
  encodeRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  createStreamDecoder,
  createStreamEncoder,
  decodeError,
  encodeError,
}
