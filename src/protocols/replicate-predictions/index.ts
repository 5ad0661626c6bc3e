/**
 * Replicate's predictions (https://replicate.com/docs/reference/http): a model takes one `input`, whose fields are its
 * own, and gives one `output`. Written for the fields its language models commonly have; others go in `extra_body.input`.
 *
 * The server answers before the model is done. A plain call has it wait for up to a minute and asks again after that; a
 * stream is read from the address that the prediction gives.
 */
import type { ChatProtocol } from '../../kernel/protocol.js'
import { decodeRequest, encodeRequest } from './request.js'
import { decodeError, decodeResponse, encodeError, encodeResponse, pending } from './response.js'
import { TEXT_EVENTS, createStreamDecoder, createStreamEncoder } from './stream.js'
import { ID, PATH } from './wire.js'

/** Replicate's predictions (https://replicate.com/docs/reference/http#predictions.create). */
export const replicatePredictions: ChatProtocol = {
  id: ID,
  kind: 'chat',
  operation: 'text_completion',
  path: PATH,
  encodeRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  pending,
  hostEnds: ['.replicate.com'],
  textEvents: TEXT_EVENTS,
  createStreamDecoder,
  createStreamEncoder,
  decodeError,
  encodeError,
}
