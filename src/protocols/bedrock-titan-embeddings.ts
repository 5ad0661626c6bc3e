/**
 * Amazon Titan's text embeddings on Bedrock's InvokeModel
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html): one text a call.
 */
import { StreamError, UnsupportedParameterError } from '../kernel/errors.js'
import type { EmbeddingsRequest, EmbeddingsResponse } from '../kernel/hub.js'
import { asNumber, asString, compact, isObject } from '../kernel/json.js'
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

const ID = 'bedrock-titan-embeddings'
const ownRaw = rawReader(ID)

function encodeRequest(request: EmbeddingsRequest, context: EncodeContext): EncodedRequest {
  const { dimensions, extra_body: extra, raw } = request
  const [inputText, ...others] = textsOf(request, context)
  if (inputText === undefined || others.length > 0)
    throw new UnsupportedParameterError('input', context.provider, 'the model embeds one text a call')
  return {
    path: modelPath(context.model, 'invoke'),
    body: compact({ inputText, dimensions, ...ownRaw(raw), ...extra }),
  }
}

function decodeRequest(wire: unknown, options: DecodeOptions = {}): EmbeddingsRequest {
  const { inputText, dimensions, ...rest } = requestObject(wire)
  const { model } = readModelPath(options.path)
  return embeddingsRequest(ID, { model, dimensions, input: () => asString(inputText) ?? '', rest: () => rest }, options)
}

function decodeResponse(body: unknown, options: DecodeOptions = {}): EmbeddingsResponse {
  const { embedding, embeddingsByType, inputTextTokenCount, ...rest } = answerObject(body, providerErrorOf)
  const { float, ...otherTypes } = isObject(embeddingsByType) ? embeddingsByType : {}
  const vector = Array.isArray(embedding) ? embedding : float
  const hasOthers = Object.keys(otherTypes).length > 0
  if (!Array.isArray(vector) && !hasOthers)
    throw providerErrorOf(body) ?? new StreamError('the answer has no embedding')
  return embeddingsAnswer(
    ID,
    {
      model: undefined,
      tokens: asNumber(inputTextTokenCount),
      vectors: () => [vector ?? []],
      rest: () => ({ ...rest, ...(hasOthers && { embeddingsByType: otherTypes }) }),
    },
    options,
  )
}

function encodeResponse(response: EmbeddingsResponse): JsonObject {
  const embedding = response.data[0]?.embedding ?? []
  const own = ownRaw(response.raw) ?? {}
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
