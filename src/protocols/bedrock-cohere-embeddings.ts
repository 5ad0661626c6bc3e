/**
 * Cohere's embeddings on Bedrock's InvokeModel
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html). The answer counts no
 * tokens: the count comes in a header.
 */
import { StreamError } from '../kernel/errors.js'
import { asArray, asString, compact, isObject } from '../kernel/json.js'
import { decodeError, encodeError, providerErrorOf } from './bedrock-converse/error.js'
import { modelPath, readModelPath } from './bedrock-converse/paths.js'
import { vectorsOf } from './shared/cohere-vectors.js'
import { embeddingsCodec } from './shared/embeddings-codec.js'
import { unknownFields } from './shared/raw.js'
import { BEDROCK_RUNTIME } from './shared/bedrock.js'
import { COHERE_INPUT_TYPES, DEFAULT_INPUT_TYPE } from './shared/cohere-input-types.js'

/** Texts a call, as the page above says. */
const MAX_TEXTS = 96

/** Cohere's embeddings on Amazon Bedrock (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html). */
export const bedrockCohereEmbeddings = embeddingsCodec({
  id: 'bedrock-cohere-embeddings',
  path: '/invoke',
  ...BEDROCK_RUNTIME,
  maxInputs: () => MAX_TEXTS,
  inputTypes: COHERE_INPUT_TYPES,
  native: ['images', 'inputs', 'embedding_types', 'output_dimension', 'truncate', 'max_tokens'],
  tokensHeader: 'x-amzn-bedrock-input-token-count',
  /** `input_type`, `images`, `truncate` and the like come in `extra_body`, or from the wire in `raw`. */
  encodeRequest({ texts, dimensions, extra }, { model, warn }) {
    if (extra['input_type'] === undefined) warn(`\`input_type\` is not given: ${DEFAULT_INPUT_TYPE} is sent`)
    const isOther = texts.length === 0 && (extra['images'] !== undefined || extra['inputs'] !== undefined)
    return {
      path: modelPath(model, 'invoke'),
      body: compact({
        texts: isOther ? undefined : texts,
        input_type: DEFAULT_INPUT_TYPE,
        output_dimension: dimensions,
        ...extra,
      }),
    }
  },
  readRequest: ({ texts, output_dimension: dimensions, ...rest }, path) => ({
    model: readModelPath(path).model,
    dimensions,
    content: () => ({ input: asArray(texts).filter((text) => typeof text === 'string'), rest }),
  }),
  providerErrorOf,
  readAnswer({ embeddings, id, ...rest }) {
    if (embeddings == null) return undefined
    return {
      model: undefined,
      id,
      tokens: undefined,
      content() {
        const found = vectorsOf(embeddings)
        if (!found) throw new StreamError('the answer has no vectors of numbers')
        const { type, vectors } = found
        const others = isObject(embeddings) ? unknownFields(embeddings, new Set([type])) : undefined
        return {
          vectors,
          rest: {
            ...rest,
            ...(others && { embeddings: others }),
            ...(type !== 'float' && { embedding_type: type }),
          },
        }
      },
    }
  },
  encodeResponse({ id, data }, { embeddings: others, embedding_type: type, ...own }) {
    const vectors = data.map(({ embedding }) => embedding)
    const isTyped = isObject(others) || type !== undefined || own['response_type'] === 'embeddings_by_type'
    return {
      response_type: 'embeddings_floats',
      ...own,
      id: id ?? '',
      embeddings: isTyped ? { [asString(type) ?? 'float']: vectors, ...(isObject(others) && others) } : vectors,
    }
  },
  decodeError,
  encodeError,
})
