/**
 * Amazon Titan's text embeddings on Bedrock's InvokeModel
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html): one text a call.
 */
import { StreamError, UnsupportedParameterError } from '../kernel/errors.js'
import type { EmbeddingsRequest, EmbeddingsResponse } from '../kernel/hub.js'
import { asArray, asNumber, asString, compact, isObject, typeName } from '../kernel/json.js'
import { limitsOf } from '../kernel/limits.js'
import type {
  DecodeOptions,
  EmbeddingsProtocol,
  EncodeContext,
  EncodedRequest,
  JsonObject,
} from '../kernel/protocol.js'
import { decodeError, encodeError, providerError } from './bedrock-converse/errors.js'
import { modelPath, readModelPath } from './bedrock-converse/paths.js'

const ID = 'bedrock-titan-embeddings'

function encodeRequest(request: EmbeddingsRequest, context: EncodeContext): EncodedRequest {
  const { input, dimensions, user, extra_body: extra } = request
  const [only, ...rest] = typeof input === 'string' ? [input] : input
  if (typeof only !== 'string' || rest.length > 0) {
    throw new UnsupportedParameterError(
      'input',
      context.provider,
      'the model embeds one text a call, and takes no tokens',
    )
  }
  if (user !== undefined) limitsOf(context).warn('`user` has no effect here')
  return {
    path: modelPath(context.model, 'invoke'),
    body: { ...compact({ inputText: only, dimensions }), ...extra },
  }
}

function decodeRequest(wire: unknown, options: DecodeOptions = {}): EmbeddingsRequest {
  if (!isObject(wire))
    throw new StreamError(`expected a request for embeddings, got ${typeName(wire)}`, { isRetryable: false })
  const { inputText, dimensions, ...rest } = wire
  const size = asNumber(dimensions)
  const content = options.content ?? true
  return {
    model: readModelPath(options.path).model ?? '',
    input: content ? (asString(inputText) ?? '') : [],
    ...(size !== undefined && { dimensions: size }),
    ...(content && Object.keys(rest).length > 0 && { extra_body: rest }),
  }
}

function decodeResponse(wire: unknown, options: DecodeOptions = {}): EmbeddingsResponse {
  if (!isObject(wire)) throw new StreamError(`expected embeddings, got ${typeName(wire)}`)
  const { embedding, embeddingsByType, inputTextTokenCount, ...rest } = wire
  const byType = isObject(embeddingsByType) ? embeddingsByType : {}
  const vector = Array.isArray(embedding) ? embedding : byType['float']
  if (!Array.isArray(vector) && Object.keys(byType).length === 0) {
    throw decodeError(wire) ? providerError(wire) : new StreamError('the answer has no embedding')
  }
  const tokens = asNumber(inputTextTokenCount) ?? 0
  const { float: _float, ...otherTypes } = byType
  const more: JsonObject = { ...rest, ...(Object.keys(otherTypes).length > 0 && { embeddingsByType: otherTypes }) }
  const content = options.content ?? true
  const numbers = asArray(vector).filter((value): value is number => typeof value === 'number')
  return {
    object: 'list',
    data: content ? [{ object: 'embedding', index: 0, embedding: numbers }] : [],
    model: '',
    usage: { prompt_tokens: tokens, total_tokens: tokens },
    ...(content && Object.keys(more).length > 0 && { raw: { protocol: ID, value: more } }),
  }
}

function encodeResponse(response: EmbeddingsResponse): JsonObject {
  const embedding = response.data[0]?.embedding ?? []
  const { raw } = response
  const own = raw?.protocol === ID ? raw.value : {}
  const byType = isObject(own['embeddingsByType']) ? own['embeddingsByType'] : {}
  return {
    ...own,
    embedding,
    embeddingsByType: { float: embedding, ...byType },
    inputTextTokenCount: response.usage.prompt_tokens,
  }
}

export const bedrockTitanEmbeddings: EmbeddingsProtocol = {
  id: ID,
  kind: 'embeddings',
  operation: 'embeddings',
  path: '/invoke',
  auth: { header: 'authorization', prefix: 'Bearer ', sign: { kind: 'aws-sigv4', service: 'bedrock' } },
  maxInputs: () => 1,
  encodeRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  decodeError,
  encodeError,
}
