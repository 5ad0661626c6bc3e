/**
 * Cohere's chat, second version (https://docs.cohere.com/reference/chat).
 *
 * `tool_plan` is reasoning in the hub, in a thinking block whose raw form says where it came from. An answer does not
 * name its model; `usage` counts what the model read, `billed_units` in it what is paid for.
 */
import type { ChatProtocol, JsonObject, WireError } from '../../kernel/protocol.js'
import { decodeError } from '../openai-chat/error.js'
import { FIELDS } from './fields.js'
import { decodeRequest } from './request-decode.js'
import { PATH, encodeRequest } from './request-encode.js'
import { decodeResponse, encodeResponse } from './response.js'
import { createStreamDecoder } from './stream-decode.js'
import { createStreamEncoder } from './stream-encode.js'
import { ID } from './wire.js'

/** The format's errors have only a message; the status says the rest. */
function encodeError(error: WireError): JsonObject {
  return { message: error.message }
}

/** Cohere's chat API, version 2 (https://docs.cohere.com/reference/chat). */
export const cohereChat: ChatProtocol = {
  id: ID,
  kind: 'chat',
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
