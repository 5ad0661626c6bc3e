/** The OpenAI Responses API (https://platform.openai.com/docs/api-reference/responses). */
import type { ChatProtocol } from '../../kernel/protocol.js'
import { decodeError, encodeError } from '../openai-chat/error.js'
import { FIELDS } from './fields.js'
import { PROTOCOL } from './items.js'
import { PATH, decodeRequest, encodeRequest } from './request.js'
import { decodeResponse, encodeResponse } from './response.js'
import { createStreamDecoder } from './stream-decode.js'
import { createStreamEncoder } from './stream-encode.js'

/** OpenAI's Responses API (https://platform.openai.com/docs/api-reference/responses). */
export const openaiResponses: ChatProtocol = {
  id: PROTOCOL,
  kind: 'chat',
  callerNames: {
    max_completion_tokens: 'max_output_tokens',
    max_tokens: 'max_output_tokens',
    reasoning_effort: 'reasoning.effort',
    response_format: 'text.format',
  },
  operation: 'chat',
  path: PATH,
  fields: FIELDS,
  encodeRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  createStreamDecoder,
  createStreamEncoder,
  decodeError,
  encodeError,
}
