/**
 * Replicate's predictions (https://replicate.com/docs/reference/http): a model takes one `input`, whose fields are its
 * own, and gives one `output`. Written for the fields its language models commonly have; others go in `extra_body.input`.
 */
import type { ChatProtocol } from '../../kernel/protocol.js'
import { decodeRequest, encodeRequest } from './request.js'
import { decodeError, decodeResponse, encodeError, encodeResponse } from './response.js'
import { createStreamDecoder, createStreamEncoder } from './stream.js'
import { ID, PATH } from './wire.js'

export const replicatePredictions: ChatProtocol = {
  id: ID,
  kind: 'chat',
  operation: 'text_completion',
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
