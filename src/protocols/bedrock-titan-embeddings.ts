/**
 * Amazon Titan's embeddings on Bedrock's InvokeModel: one text, one image or both a call
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html and
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-mm.html).
 */
import { UnsupportedParameterError } from '../kernel/errors.js'
import { asString, compact, isObject } from '../kernel/json.js'
import { traitsOf } from '../models/index.js'
import { decodeError, encodeError, providerErrorOf } from './bedrock-converse/error.js'
import { modelPath, readModelPath } from './bedrock-converse/paths.js'
import { embeddingsCodec } from './shared/embeddings-codec.js'
import { unknownFields } from './shared/raw.js'
import { BEDROCK_RUNTIME } from './shared/bedrock.js'
import { wireCount } from './shared/count.js'

/**
 * Amazon Titan's embeddings on Bedrock
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html).
 */
export const bedrockTitanEmbeddings = embeddingsCodec({
  id: 'bedrock-titan-embeddings',
  path: '/invoke',
  ...BEDROCK_RUNTIME,
  maxInputs: () => 1,
  inputTypes: false,
  native: ['inputImage', 'embeddingConfig', 'embeddingTypes', 'normalize'],
  /** An image comes as `inputImage` in `extra_body`, with a text or without one. */
  encodeRequest({ texts, dimensions, extra }, { provider, model, base }) {
    const [inputText, ...others] = texts
    if (others.length > 0 || (inputText === undefined && extra['inputImage'] === undefined))
      throw new UnsupportedParameterError('input', provider, 'the model embeds only one text in a call')
    const { sizeIn } = traitsOf(base ?? model).embeddings ?? {}
    const size = sizeIn
      ? { [sizeIn]: dimensions === undefined ? undefined : { outputEmbeddingLength: dimensions } }
      : { dimensions }
    return { path: modelPath(model, 'invoke'), body: compact({ inputText, ...size, ...extra }) }
  },
  readRequest: ({ inputText, dimensions, ...rest }, path) => ({
    model: readModelPath(path).model,
    dimensions,
    content: () => ({ input: asString(inputText) ?? [], rest }),
  }),
  providerErrorOf,
  readAnswer({ embedding, embeddingsByType, inputTextTokenCount, ...rest }) {
    const byType = isObject(embeddingsByType) ? embeddingsByType : {}
    const type = Array.isArray(embedding) ? 'float' : ['float', 'binary'].find((one) => Array.isArray(byType[one]))
    if (type === undefined) return undefined
    return {
      model: undefined,
      tokens: wireCount(inputTextTokenCount),
      content() {
        const others = unknownFields(byType, new Set([type]))
        return {
          vectors: [Array.isArray(embedding) ? embedding : byType[type]],
          rest: {
            ...rest,
            ...(others && { embeddingsByType: others }),
            ...(type !== 'float' && { embedding_type: type }),
          },
        }
      },
    }
  },
  encodeResponse({ data, usage }, { embeddingsByType: others, embedding_type: type = 'float', ...own }) {
    const embedding = data[0]?.embedding ?? []
    return {
      ...own,
      ...(type === 'float' && { embedding }),
      embeddingsByType: { [String(type)]: embedding, ...(isObject(others) && others) },
      ...(usage && { inputTextTokenCount: usage.prompt_tokens }),
    }
  },
  decodeError,
  encodeError,
})
