/**
 * Google's `generateContent` (https://ai.google.dev/api/generate-content), as the Gemini API and Vertex AI speak it.
 * The model and whether the answer streams are in the path.
 *
 * What the hub holds and an answer in this format loses: audio and redacted thinking of another provider.
 */
import type { ChatProtocol } from '../../kernel/protocol.js'
import { decodeError, encodeError } from './error.js'
import { decodeRequest } from './request-decode.js'
import { encodeRequest } from './request-encode.js'
import { decodeResponse, encodeResponse } from './response.js'
import { createStreamDecoder } from './stream-decode.js'
import { createStreamEncoder } from './stream-encode.js'
import { ID, pathOf } from './wire.js'

/** Gemini's `generateContent` (https://ai.google.dev/api/generate-content), which Vertex AI has too. */
export const geminiGenerate: ChatProtocol = {
  id: ID,
  kind: 'chat',
  callerNames: {
    max_completion_tokens: 'generationConfig.maxOutputTokens',
    max_tokens: 'generationConfig.maxOutputTokens',
    reasoning_effort: 'generationConfig.thinkingConfig',
    response_format: 'generationConfig.responseJsonSchema',
  },
  operation: 'generate_content',
  path: ':generateContent',
  auth: { header: 'x-goog-api-key' },
  streamPath: ':streamGenerateContent?alt=sse',
  pathOf,
  framing: 'sse',
  encodeRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  createStreamDecoder,
  createStreamEncoder,
  decodeError,
  encodeError,
}
