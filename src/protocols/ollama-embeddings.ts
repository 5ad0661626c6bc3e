/** Ollama's own embeddings: https://docs.ollama.com/api/embed. `/v1/embeddings` of the same server is OpenAI's. */
import { StreamError } from '../kernel/errors.js'
import type { Embedding, EmbeddingsRequest, EmbeddingsResponse } from '../kernel/hub.js'
import { asNumber, asString, compact, isObject, typeName } from '../kernel/json.js'
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
import { decodeError, providerErrorOf } from './openai-chat/error.js'
import { openaiEmbeddings } from './openai-embeddings.js'

const ID: ProtocolId = 'ollama-embeddings'
const PATH = '/api/embed'

const FIELDS: ReadonlySet<string> = new Set(['model', 'input', 'dimensions'])

/** Vectors are numbers always: an `encoding_format` is for the caller's side. */
function encodeRequest(
  { input, dimensions, extra_body: extra, raw, user }: EmbeddingsRequest,
  context: EncodeContext,
): EncodedRequest {
  if ([input].flat().some((entry) => typeof entry !== 'string'))
    limitsOf(context).unsupported('input of token numbers', 'give texts')
  if (user !== undefined) context.warn('`user` has no effect here')
  return {
    path: PATH,
    body: compact({ model: context.model, input, dimensions, ...(raw?.protocol === ID && raw.value), ...extra }),
  }
}

function decodeRequest(wire: unknown, options: DecodeOptions = {}): EmbeddingsRequest {
  const { model, input } = openaiEmbeddings.decodeRequest(wire, options)
  const body = isObject(wire) ? wire : {}
  const dimensions = asNumber(body['dimensions'])
  const extra = Object.fromEntries(Object.entries(body).filter(([key]) => !FIELDS.has(key)))
  return {
    model,
    input,
    ...(dimensions !== undefined && { dimensions }),
    ...(options.content !== false && Object.keys(extra).length > 0 && { raw: { protocol: ID, value: extra } }),
  }
}

function isVector(value: unknown): value is number[] {
  // A vector is of one kind throughout, and long.
  return Array.isArray(value) && (value.length === 0 || typeof value[0] === 'number')
}

const KNOWN: ReadonlySet<string> = new Set(['model', 'embeddings', 'embedding', 'prompt_eval_count'])

function decodeResponse(wire: unknown, options: DecodeOptions = {}): EmbeddingsResponse {
  if (!isObject(wire)) throw providerErrorOf(wire) ?? new StreamError(`the answer is ${typeName(wire)}, not an object`)
  // `/api/embeddings`, which this replaced, gives one vector.
  const vectors: unknown[] | undefined = Array.isArray(wire['embeddings'])
    ? wire['embeddings']
    : isVector(wire['embedding'])
      ? [wire['embedding']]
      : undefined
  if (!vectors) throw providerErrorOf(wire) ?? new StreamError('the answer has no `embeddings`')
  const tokens = asNumber(wire['prompt_eval_count']) ?? 0
  const head = {
    object: 'list' as const,
    model: asString(wire['model']) ?? '',
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
  if (options.content === false) return { ...head, data: [] }
  if (!vectors.every(isVector)) throw new StreamError('an embedding of the answer is not a list of numbers')
  const rest = Object.entries(wire).filter(([key, value]) => value != null && !KNOWN.has(key))
  return {
    ...head,
    data: vectors.map((embedding, index): Embedding => ({ object: 'embedding', index, embedding })),
    ...(rest.length > 0 && { raw: { protocol: ID, value: Object.fromEntries(rest) } }),
  }
}

function encodeResponse(response: EmbeddingsResponse): JsonObject {
  return {
    model: response.model,
    embeddings: response.data.map(({ embedding }) => embedding),
    prompt_eval_count: response.usage.prompt_tokens,
    ...(response.raw?.protocol === ID && response.raw.value),
  }
}

/** An error is a text; the status says the rest. */
function encodeError(error: WireError): JsonObject {
  return { error: error.message }
}

export const ollamaEmbeddings: EmbeddingsProtocol = {
  id: ID,
  kind: 'embeddings',
  operation: 'embeddings',
  path: PATH,
  encodeRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  decodeError,
  encodeError,
}
