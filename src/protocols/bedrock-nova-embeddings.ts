/**
 * Amazon Nova's multimodal embeddings on Bedrock's InvokeModel
 * (https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html): one input a call. The answer counts no
 * tokens: the count comes in a header.
 */
import { UnsupportedParameterError } from '../kernel/errors.js'
import { asArray, asString, compact, isObject } from '../kernel/json.js'
import type { JsonObject } from '../kernel/protocol.js'
import { decodeError, encodeError, providerErrorOf } from './bedrock-converse/error.js'
import { modelPath, readModelPath } from './bedrock-converse/paths.js'
import { embeddingsCodec } from './shared/embeddings-codec.js'
import { unknownFields } from './shared/raw.js'
import { mergeFields } from './shared/request-fields.js'
import { BEDROCK_RUNTIME } from './shared/bedrock.js'

/** The format requires to know what the vectors are for, and OpenAI's has no word for it; `extra_body` says another. */
const DEFAULT_PURPOSE = 'GENERIC_INDEX'

/** Inputs that are not text come in `singleEmbeddingParams` of `extra_body`. */
const OTHER_INPUTS = ['image', 'audio', 'video']

const PARAMS_FIELDS: ReadonlySet<string> = new Set(['text', 'embeddingDimension'])
const VALUE: ReadonlySet<string> = new Set(['value'])
const VECTOR: ReadonlySet<string> = new Set(['embedding'])

function inner(object: JsonObject, field: string): JsonObject {
  const value = object[field]
  return isObject(value) ? value : {}
}

/** Amazon Nova's embeddings on Bedrock (https://docs.aws.amazon.com/nova/latest/userguide/embeddings.html). */
export const bedrockNovaEmbeddings = embeddingsCodec({
  id: 'bedrock-nova-embeddings',
  path: '/invoke',
  ...BEDROCK_RUNTIME,
  maxInputs: () => 1,
  inputTypes: {
    field: 'embeddingPurpose',
    words: {
      query: 'GENERIC_RETRIEVAL',
      document: 'GENERIC_INDEX',
      classification: 'CLASSIFICATION',
      clustering: 'CLUSTERING',
    },
    others: ['TEXT_RETRIEVAL', 'IMAGE_RETRIEVAL', 'VIDEO_RETRIEVAL', 'DOCUMENT_RETRIEVAL', 'AUDIO_RETRIEVAL'],
  },
  native: ['embeddingPurpose', 'schemaVersion', 'singleEmbeddingParams', 'taskType'],
  tokensHeader: 'x-amzn-bedrock-input-token-count',
  encodeRequest({ texts, dimensions, extra: all }, { provider, model, warn }) {
    const [value, ...others] = texts
    const { embeddingPurpose: purpose, ...extra } = all
    const given = inner(extra, 'singleEmbeddingParams')
    const hasOther =
      OTHER_INPUTS.some((field) => given[field] !== undefined) || inner(given, 'text')['source'] !== undefined
    if (others.length > 0 || (value === undefined) !== hasOther)
      throw new UnsupportedParameterError('input', provider, 'the model embeds one text, image, audio or video a call')
    if (purpose === undefined && given['embeddingPurpose'] === undefined)
      warn(`\`embeddingPurpose\` is not given: ${DEFAULT_PURPOSE} is sent; set another with \`input_type\``)
    const body: JsonObject = {
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: compact({
        embeddingPurpose: purpose ?? DEFAULT_PURPOSE,
        embeddingDimension: dimensions,
        // A text that is too long is an error, as it is at OpenAI.
        text: value === undefined ? undefined : { truncationMode: 'NONE', value },
      }),
    }
    return {
      path: modelPath(model, 'invoke'),
      body: mergeFields(body, [extra], { singleEmbeddingParams: { text: {} } }),
    }
  },
  readRequest(wire, path) {
    const params = inner(wire, 'singleEmbeddingParams')
    const text = inner(params, 'text')
    const value = asString(text['value'])
    return {
      model: readModelPath(path).model,
      dimensions: params['embeddingDimension'],
      content() {
        const { taskType, singleEmbeddingParams: _params, ...others } = wire
        const own = {
          ...unknownFields(params, PARAMS_FIELDS),
          ...(unknownFields(text, VALUE) && { text: unknownFields(text, VALUE) }),
        }
        return {
          input: value ?? [],
          rest: {
            ...others,
            ...(taskType !== 'SINGLE_EMBEDDING' && taskType != null && { taskType }),
            ...(Object.keys(own).length > 0 && { singleEmbeddingParams: own }),
          },
        }
      },
    }
  },
  providerErrorOf,
  readAnswer({ embeddings, ...rest }) {
    if (!Array.isArray(embeddings)) return undefined
    const entries = embeddings.map((entry: unknown) => (isObject(entry) ? entry : {}))
    const beside = entries.map((entry) => unknownFields(entry, VECTOR) ?? {})
    return {
      model: undefined,
      tokens: undefined,
      content: () => ({
        vectors: entries.map((entry) => entry['embedding']),
        rest: { ...rest, ...(beside.some((entry) => Object.keys(entry).length > 0) && { embeddings: beside }) },
      }),
    }
  },
  encodeResponse({ data }, { embeddings: beside, ...own }) {
    const entries = asArray(beside)
    return {
      embeddings: data.map(({ embedding }, at) => {
        const entry = entries[at]
        return { embeddingType: 'TEXT', ...(isObject(entry) && entry), embedding }
      }),
      ...own,
    }
  },
  decodeError,
  encodeError,
})
