/**
 * Amazon Bedrock's Converse and ConverseStream
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). Bytes are base64 in
 * the JSON; streams are AWS event-stream messages; model and streaming are said in the path.
 *
 * What the hub cannot hold, and an answer therefore loses: nothing it names. An answer names neither an
 * id, nor a count of reasoning tokens, and its model only where a prompt router chose it.
 */
import type { ChatProtocol } from '../../kernel/protocol.js'
import { decodeError, encodeError } from './error.js'
import { PATH, pathOf } from './paths.js'
import { decodeRequest } from './request-decode.js'
import { encodeRequest } from './request-encode.js'
import { decodeResponse, encodeResponse } from './response.js'
import { createStreamDecoder } from './stream-decode.js'
import { createStreamEncoder } from './stream-encode.js'
import { ID } from './wire.js'
import { BEDROCK_RUNTIME } from '../shared/bedrock.js'

/** Amazon Bedrock's Converse API (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). */
export const bedrockConverse: ChatProtocol = {
  id: ID,
  kind: 'chat',
  callerNames: {
    max_completion_tokens: 'inferenceConfig.maxTokens',
    max_tokens: 'inferenceConfig.maxTokens',
    response_format: 'outputConfig.textFormat',
  },
  operation: 'chat',
  path: PATH,
  ...BEDROCK_RUNTIME,
  streamPath: `${PATH}-stream`,
  pathOf,
  framing: 'aws-eventstream',
  encodeRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  createStreamDecoder,
  createStreamEncoder,
  decodeError,
  encodeError,
}
