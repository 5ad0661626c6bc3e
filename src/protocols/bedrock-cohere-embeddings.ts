/**
 * Cohere's embeddings on Bedrock's InvokeModel
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html). The answer counts no
 * tokens: the count comes in the header `x-amzn-bedrock-input-token-count`.
 */
import { StreamError } from '../kernel/errors.js'
import type { EmbeddingsRequest, EmbeddingsResponse } from '../kernel/hub.js'
import { asArray, compact, isObject } from '../kernel/json.js'
import type {
  DecodeOptions,
  EmbeddingsProtocol,
  EncodeContext,
  EncodedRequest,
  JsonObject,
} from '../kernel/protocol.js'
import { decodeError, encodeError, providerErrorOf } from './bedrock-converse/errors.js'
import { modelPath, readModelPath } from './bedrock-converse/paths.js'
import { embeddingsAnswer, embeddingsRequest, textsOf } from './shared/embeddings.js'
import { answerObject, requestObject } from './shared/malformed.js'
import { rawReader } from './shared/raw.js'

const ID = 'bedrock-cohere-embeddings'
const ownRaw = rawReader(ID)

/** The format requires one, and OpenAI's has no word for it; `extra_body` says another. */
const DEFAULT_INPUT_TYPE = 'search_document'

/** Texts a call, as the page above says. */
const MAX_TEXTS = 96

function encodeRequest(request: EmbeddingsRequest, context: EncodeContext): EncodedRequest {
  const { dimensions, extra_body: extra, raw } = request
  return {
    path: modelPath(context.model, 'invoke'),
    body: compact({
      texts: textsOf(request, context),
      input_type: DEFAULT_INPUT_TYPE,
      output_dimension: dimensions,
      ...ownRaw(raw),
      ...extra,
    }),
  }
}

function decodeRequest(wire: unknown, options: DecodeOptions = {}): EmbeddingsRequest {
  const { texts, output_dimension: dimensions, ...rest } = requestObject(wire)
  const { model } = readModelPath(options.path)
  const input = (): string[] => asArray(texts).filter((text) => typeof text === 'string')
  return embeddingsRequest(ID, { model, dimensions, input, rest: () => rest }, options)
}

function decodeResponse(body: unknown, options: DecodeOptions = {}): EmbeddingsResponse {
  const { embeddings, id, ...rest } = answerObject(body, providerErrorOf)
  const { float, ...otherTypes } = isObject(embeddings) ? embeddings : { float: embeddings }
  const hasOthers = Object.keys(otherTypes).length > 0
  if (!Array.isArray(float) && !hasOthers)
    throw providerErrorOf(body) ?? new StreamError('the answer has no embeddings')
  return embeddingsAnswer(
    ID,
    {
      model: undefined,
      id,
      tokens: 0,
      vectors: () => asArray(float),
      rest: () => ({ ...rest, ...(hasOthers && { embeddings: otherTypes }) }),
    },
    options,
  )
}

function encodeResponse(response: EmbeddingsResponse): JsonObject {
  const own = ownRaw(response.raw) ?? {}
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
