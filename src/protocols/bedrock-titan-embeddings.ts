/**
 * Amazon Titan's text embeddings on Bedrock's InvokeModel
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html): one text a call.
 */
import { UnsupportedParameterError } from '../kernel/errors.js'
import { asNumber, asString, compact, isObject } from '../kernel/json.js'
import { decodeError, encodeError, providerErrorOf } from './bedrock-converse/errors.js'
import { modelPath, readModelPath } from './bedrock-converse/paths.js'
import { embeddingsCodec } from './shared/embeddings.js'

export const bedrockTitanEmbeddings = embeddingsCodec({
  id: 'bedrock-titan-embeddings',
  path: '/invoke',
  auth: { header: 'authorization', prefix: 'Bearer ', sign: { kind: 'aws-sigv4', service: 'bedrock' } },
  maxInputs: () => 1,
  encodeRequest({ texts, dimensions, extra }, { provider, model }) {
    const [inputText, ...others] = texts
    if (inputText === undefined || others.length > 0)
      throw new UnsupportedParameterError('input', provider, 'the model embeds one text a call')
    return { path: modelPath(model, 'invoke'), body: compact({ inputText, dimensions, ...extra }) }
  },
  readRequest: ({ inputText, dimensions, ...rest }, path) => ({
    model: readModelPath(path).model,
    dimensions,
    content: () => ({ input: asString(inputText) ?? '', rest }),
  }),
  providerErrorOf,
  readAnswer({ embedding, embeddingsByType, inputTextTokenCount, ...rest }) {
    const { float, ...otherTypes } = isObject(embeddingsByType) ? embeddingsByType : {}
    const vector = Array.isArray(embedding) ? embedding : float
    const hasOthers = Object.keys(otherTypes).length > 0
    if (!Array.isArray(vector) && !hasOthers) return undefined
    return {
      model: undefined,
      tokens: asNumber(inputTextTokenCount),
      content: () => ({
        vectors: [vector ?? []],
        rest: { ...rest, ...(hasOthers && { embeddingsByType: otherTypes }) },
      }),
    }
  },
  encodeResponse({ data, usage }, own) {
    const embedding = data[0]?.embedding ?? []
    const byType = isObject(own['embeddingsByType']) ? own['embeddingsByType'] : {}
    return {
      ...own,
      embedding,
      embeddingsByType: { float: embedding, ...byType },
      inputTextTokenCount: usage.prompt_tokens,
    }
  },
  decodeError,
  encodeError,
})
