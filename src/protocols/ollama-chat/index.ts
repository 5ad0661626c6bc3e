/**
 * Ollama's own chat (https://docs.ollama.com/api/chat); `/v1/chat/completions` of the same server is OpenAI's.
 * The server's timings are kept in an answer's `raw`.
 */
import type { ChatProtocol, JsonObject, WireError } from '../../kernel/protocol.js'
import { decodeError } from '../openai-chat/error.js'
import { PATH, decodeRequest, encodeRequest } from './request.js'
import { decodeResponse, encodeResponse } from './response.js'
import { createStreamDecoder, createStreamEncoder } from './stream.js'
import { ID } from './wire.js'

/** An error is a text; the status says the rest. */
function encodeError(error: WireError): JsonObject {
  return { error: error.message }
}

/** Ollama's own chat API (https://docs.ollama.com/api/chat). */
export const ollamaChat: ChatProtocol = {
  id: ID,
  kind: 'chat',
  operation: 'chat',
  framing: 'ndjson',
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
