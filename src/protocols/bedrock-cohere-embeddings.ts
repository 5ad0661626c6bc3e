/**
 * Cohere's embeddings on Bedrock's InvokeModel
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html). The answer counts no
 * tokens: the count comes in a header.
 */
import { asArray, compact, isObject } from '../kernel/json.js'
import { decodeError, encodeError, providerErrorOf } from './bedrock-converse/errors.js'
import { modelPath, readModelPath } from './bedrock-converse/paths.js'
import { embeddingsCodec } from './shared/embeddings.js'

/** The format requires one, and OpenAI's has no word for it; `extra_body` says another. */
const DEFAULT_INPUT_TYPE = 'search_document'

/** Texts a call, as the page above says. */
const MAX_TEXTS = 96

export const bedrockCohereEmbeddings = embeddingsCodec({
  id: 'bedrock-cohere-embeddings',
  path: '/invoke',
  auth: { header: 'authorization', prefix: 'Bearer ', sign: { kind: 'aws-sigv4', service: 'bedrock' } },
  maxInputs: () => MAX_TEXTS,
  tokensHeader: 'x-amzn-bedrock-input-token-count',
  encodeRequest: ({ texts, dimensions, extra }, { model }) => ({
    path: modelPath(model, 'invoke'),
    body: compact({ texts, input_type: DEFAULT_INPUT_TYPE, output_dimension: dimensions, ...extra }),
  }),
  readRequest: ({ texts, output_dimension: dimensions, ...rest }, path) => ({
    model: readModelPath(path).model,
    dimensions,
    content: () => ({ input: asArray(texts).filter((text) => typeof text === 'string'), rest }),
  }),
  providerErrorOf,
  readAnswer({ embeddings, id, ...rest }) {
    const { float, ...otherTypes } = isObject(embeddings) ? embeddings : { float: embeddings }
    const hasOthers = Object.keys(otherTypes).length > 0
    if (!Array.isArray(float) && !hasOthers) return undefined
    return {
      model: undefined,
      id,
      tokens: undefined,
      content: () => ({
        vectors: asArray(float),
        rest: { ...rest, ...(hasOthers && { embeddings: otherTypes }) },
      }),
    }
  },
  encodeResponse({ id, data }, own) {
    const float = data.map(({ embedding }) => embedding)
    const typed = isObject(own['embeddings']) || own['response_type'] === 'embeddings_by_type'
    return {
      response_type: 'embeddings_floats',
      ...own,
      id: id ?? '',
      embeddings: typed ? { float, ...(isObject(own['embeddings']) ? own['embeddings'] : {}) } : float,
    }
  },
  decodeError,
  encodeError,
})
