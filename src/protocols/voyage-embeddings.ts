/**
 * Voyage's embeddings (https://docs.voyageai.com/reference/embeddings-api): OpenAI's answers, with requests that say
 * `output_dimension`, and errors that are a `detail`.
 */
import { compact } from '../kernel/json.js'
import type { EmbeddingsProtocol, ProtocolId } from '../kernel/protocol.js'
import { openaiEmbeddings } from './openai-embeddings.js'
import { readInput, readRequest, textsRequest, type TextsFields } from './shared/embeddings-codec.js'
import { requestObject } from './shared/malformed.js'

const ID: ProtocolId = 'voyage-embeddings'

/** Texts a call, as the page above says. */
const MAX_TEXTS = 1000

const FIELDS: TextsFields = {
  inputTypes: { field: 'input_type', words: { query: 'query', document: 'document' } },
  native: ['inputs', 'output_dimension', 'output_dtype', 'truncation'],
}

/** Texts with images: https://docs.voyageai.com/reference/multimodal-embeddings-api */
const MULTIMODAL_PATH = '/multimodalembeddings'

/** Voyage AI's embeddings API (https://docs.voyageai.com/reference/embeddings-api). */
export const voyageEmbeddings: EmbeddingsProtocol = {
  ...openaiEmbeddings,
  id: ID,
  fields: {
    input_type: true,
    output_dimension: true,
    output_dtype: true,
    encoding_format: true,
    usage: { total_tokens: true },
  },
  maxInputs: () => MAX_TEXTS,
  /**
   * `inputs` of texts and images, `input_type`, `output_dtype` and `truncation` come in `extra_body`, or from the wire in
   * `raw`.
   */
  encodeRequest(request, context) {
    const { input, dimensions, encoding_format: format, extra } = textsRequest(ID, FIELDS, request, context)
    // Base64 of other types than floats does not say what it holds, so those come as numbers.
    const isFloat = extra['output_dtype'] == null || extra['output_dtype'] === 'float'
    const isMultimodal = extra['inputs'] !== undefined
    const body = compact({
      model: context.model,
      input: isMultimodal ? undefined : input,
      output_dimension: dimensions,
      encoding_format: format === 'base64' && isFloat ? format : undefined,
      ...extra,
    })
    return { path: isMultimodal ? MULTIMODAL_PATH : openaiEmbeddings.path, body }
  },
  decodeRequest(wire, options = {}) {
    const { model, input, output_dimension: dimensions, encoding_format: format, ...rest } = requestObject(wire)
    const base64 = format === 'base64' ? ({ format } as const) : {}
    return readRequest(
      ID,
      {
        model,
        dimensions,
        ...base64,
        content: () => ({ input: rest['inputs'] === undefined ? readInput(input) : [], rest }),
      },
      options,
    )
  },
  encodeError: ({ message }) => ({ detail: message }),
}
