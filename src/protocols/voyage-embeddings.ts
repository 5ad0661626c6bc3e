/**
 * Voyage's embeddings (https://docs.voyageai.com/reference/embeddings-api): OpenAI's answers, with requests that say
 * `output_dimension`, and errors that are a `detail`.
 */
import type { EmbeddingsRequest } from '../kernel/hub.js'
import { asNumber, asString, compact, isObject } from '../kernel/json.js'
import { limitsOf } from '../kernel/limits.js'
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

const ID: ProtocolId = 'voyage-embeddings'

/** Texts a call, as the page above says. */
const MAX_TEXTS = 1000

const FIELDS: ReadonlySet<string> = new Set(['model', 'input', 'output_dimension', 'encoding_format'])

/** `input_type`, `output_dtype` and `truncation` come in `extra_body`, or from the wire in `raw`. */
function encodeRequest(request: EmbeddingsRequest, context: EncodeContext): EncodedRequest {
  const { input, dimensions, encoding_format: format } = request
  const extra: JsonObject = { ...(request.raw?.protocol === ID && request.raw.value), ...request.extra_body }
  if ([input].flat().some((entry) => typeof entry !== 'string'))
    limitsOf(context).unsupported('input of token numbers', 'give texts')
  if (request.user !== undefined) context.warn('`user` has no effect here')
  // Base64 of other types than floats does not say what it holds, so those come as numbers.
  const isFloat = extra['output_dtype'] == null || extra['output_dtype'] === 'float'
  const body = compact({
    model: context.model,
    input,
    output_dimension: dimensions,
    encoding_format: format === 'base64' && isFloat ? format : undefined,
    ...extra,
  })
  return { path: openaiEmbeddings.path, body }
}

function decodeRequest(wire: unknown, options: DecodeOptions = {}): EmbeddingsRequest {
  const { model, input } = openaiEmbeddings.decodeRequest(wire, options)
  const body = isObject(wire) ? wire : {}
  const dimensions = asNumber(body['output_dimension'])
  const extra = Object.fromEntries(Object.entries(body).filter(([key]) => !FIELDS.has(key)))
  return {
    model,
    input,
    ...(dimensions !== undefined && { dimensions }),
    ...(asString(body['encoding_format']) === 'base64' && { encoding_format: 'base64' as const }),
    ...(options.content !== false && Object.keys(extra).length > 0 && { raw: { protocol: ID, value: extra } }),
  }
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
