/**
 * Voyage's embeddings (https://docs.voyageai.com/reference/embeddings-api): OpenAI's answers, with requests that say
 * `output_dimension`, and errors that are a `detail`.
 */
import type { EmbeddingsRequest } from '../kernel/hub.js'
import { compact } from '../kernel/json.js'
import type {
  DecodeOptions,
  EmbeddingsProtocol,
  EncodeContext,
  EncodedRequest,
  JsonObject,
  ProtocolId,
  WireError,
} from '../kernel/protocol.js'
import { openaiEmbeddings } from './openai-embeddings.js'
import { embeddingsRequest, textsIn, textsOf } from './shared/embeddings.js'
import { requestObject } from './shared/malformed.js'
import { rawReader } from './shared/raw.js'

const ID: ProtocolId = 'voyage-embeddings'
const ownRaw = rawReader(ID)

/** Texts a call, as the page above says. */
const MAX_TEXTS = 1000

/** `input_type`, `output_dtype` and `truncation` come in `extra_body`, or from the wire in `raw`. */
function encodeRequest(request: EmbeddingsRequest, context: EncodeContext): EncodedRequest {
  const { input, dimensions, encoding_format: format } = request
  const extra: JsonObject = { ...ownRaw(request.raw), ...request.extra_body }
  const texts = textsOf(request, context)
  // Base64 of other types than floats does not say what it holds, so those come as numbers.
  const isFloat = extra['output_dtype'] == null || extra['output_dtype'] === 'float'
  const body = compact({
    model: context.model,
    input: typeof input === 'string' ? input : texts,
    output_dimension: dimensions,
    encoding_format: format === 'base64' && isFloat ? format : undefined,
    ...extra,
  })
  return { path: openaiEmbeddings.path, body }
}

function decodeRequest(wire: unknown, options: DecodeOptions = {}): EmbeddingsRequest {
  const { model, input, output_dimension: dimensions, encoding_format: given, ...rest } = requestObject(wire)
  const format = given === 'base64' ? { format: given as 'base64' } : {}
  return embeddingsRequest(ID, { model, dimensions, ...format, input: () => textsIn(input), rest: () => rest }, options)
}

function encodeError(error: WireError): JsonObject {
  return { detail: error.message }
}

export const voyageEmbeddings: EmbeddingsProtocol = {
  ...openaiEmbeddings,
  id: ID,
  maxInputs: () => MAX_TEXTS,
  encodeRequest,
  decodeRequest,
  encodeError,
}
