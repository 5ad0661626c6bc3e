/**
 * Cohere's embeddings on Bedrock's InvokeModel
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html). The answer counts no
 * tokens: the count comes in the header `x-amzn-bedrock-input-token-count`.
 */
import { StreamError, UnsupportedParameterError } from '../kernel/errors.js'
import type { Embedding, EmbeddingsRequest, EmbeddingsResponse } from '../kernel/hub.js'
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

const ID = 'bedrock-cohere-embeddings'

/** The format requires one, and OpenAI's has no word for it; `extra_body` says another. */
const DEFAULT_INPUT_TYPE = 'search_document'

/** Texts a call, as the page above says. */
const MAX_TEXTS = 96

function encodeRequest(request: EmbeddingsRequest, context: EncodeContext): EncodedRequest {
  const { input, dimensions, user, extra_body: extra } = request
  const texts: unknown[] = typeof input === 'string' ? [input] : [...input]
  if (!texts.every((text) => typeof text === 'string')) {
    throw new UnsupportedParameterError('input', context.provider, 'the model takes texts, not tokens')
  }
  if (user !== undefined) limitsOf(context).warn('`user` has no effect here')
  return {
    path: modelPath(context.model, 'invoke'),
    body: { ...compact({ texts, input_type: DEFAULT_INPUT_TYPE, output_dimension: dimensions }), ...extra },
  }
}

function decodeRequest(wire: unknown, options: DecodeOptions = {}): EmbeddingsRequest {
  if (!isObject(wire))
    throw new StreamError(`expected a request for embeddings, got ${typeName(wire)}`, { isRetryable: false })
  const { texts, output_dimension: dimension, ...rest } = wire
  const size = asNumber(dimension)
  const content = options.content ?? true
  const strings = asArray(texts).filter((text): text is string => typeof text === 'string')
  return {
    model: readModelPath(options.path).model ?? '',
    input: content ? strings : [],
    ...(size !== undefined && { dimensions: size }),
    ...(content && Object.keys(rest).length > 0 && { extra_body: rest }),
  }
}

function decodeResponse(wire: unknown, options: DecodeOptions = {}): EmbeddingsResponse {
  if (!isObject(wire)) throw new StreamError(`expected embeddings, got ${typeName(wire)}`)
  const { embeddings, id, ...rest } = wire
  const byType = isObject(embeddings) ? embeddings : { float: embeddings }
  const { float, ...otherTypes } = byType
  if (!Array.isArray(float) && Object.keys(otherTypes).length === 0) {
    throw decodeError(wire) ? providerError(wire) : new StreamError('the answer has no embeddings')
  }
  const content = options.content ?? true
  const more: JsonObject = { ...rest, ...(Object.keys(otherTypes).length > 0 && { embeddings: otherTypes }) }
  const name = asString(id)
  return {
    object: 'list',
    data: content ? asArray(float).map(readVector) : [],
    model: '',
    usage: { prompt_tokens: 0, total_tokens: 0 },
    ...(name !== undefined && { id: name }),
    ...(content && Object.keys(more).length > 0 && { raw: { protocol: ID, value: more } }),
  }
}

function readVector(vector: unknown, index: number): Embedding {
  if (!Array.isArray(vector))
    throw new StreamError(`embedding ${index} of the answer is ${typeName(vector)}, not a list`)
  return { object: 'embedding', index, embedding: vector.filter((value): value is number => typeof value === 'number') }
}

function encodeResponse(response: EmbeddingsResponse): JsonObject {
  const { raw } = response
  const own = raw?.protocol === ID ? raw.value : {}
  const float = response.data.map(({ embedding }) => embedding)
  const typed = isObject(own['embeddings']) || own['response_type'] === 'embeddings_by_type'
  return {
    response_type: 'embeddings_floats',
    ...own,
    id: response.id ?? '',
    embeddings: typed ? { float, ...(isObject(own['embeddings']) ? own['embeddings'] : {}) } : float,
  }
}

export const bedrockCohereEmbeddings: EmbeddingsProtocol = {
  id: ID,
  kind: 'embeddings',
  operation: 'embeddings',
  path: '/invoke',
  auth: { header: 'authorization', prefix: 'Bearer ', sign: { kind: 'aws-sigv4', service: 'bedrock' } },
  maxInputs: () => MAX_TEXTS,
  tokensHeader: 'x-amzn-bedrock-input-token-count',
  encodeRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  decodeError,
  encodeError,
}
