/** Cohere's embeddings, second version: https://docs.cohere.com/reference/embed */
import { StreamError } from '../kernel/errors.js'
import type { Embedding, EmbeddingsRequest, EmbeddingsResponse } from '../kernel/hub.js'
import { asArray, asNumber, asString, compact, isObject, typeName } from '../kernel/json.js'
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
import { badRequest } from './openai-chat/request-decode.js'
import { decodeEmbedding } from './openai-embeddings.js'

const ID: ProtocolId = 'cohere-embeddings'
const PATH = '/v2/embed'

/** Texts a call (https://docs.cohere.com/reference/embed#request.body.texts). */
const MAX_TEXTS = 96

/** The API requires to know what the vectors are for, and the hub has no word for it. */
const DEFAULT_INPUT_TYPE = 'search_document'

/** Representations that are vectors of numbers, the best first. Binary ones are numbers of packed bits. */
const NUMERIC = ['float', 'int8', 'uint8', 'binary', 'ubinary'] as const

function textsOf(input: EmbeddingsRequest['input'], context: EncodeContext): string[] {
  const list: readonly unknown[] = [input].flat()
  if (list.some((entry) => typeof entry !== 'string'))
    limitsOf(context).unsupported('input of token numbers', 'give texts')
  return list.filter((entry) => typeof entry === 'string')
}

/** `input_type`, `images`, `truncate` and the like come in `extra_body`, or from the wire in `raw`. */
function encodeRequest(request: EmbeddingsRequest, context: EncodeContext): EncodedRequest {
  const { input, dimensions, encoding_format: format } = request
  const extra: JsonObject = { ...(request.raw?.protocol === ID && request.raw.value), ...request.extra_body }
  const texts = textsOf(input, context)
  if (request.user !== undefined) context.warn('`user` has no effect here')
  if (extra['input_type'] === undefined) context.warn(`\`input_type\` is not given: ${DEFAULT_INPUT_TYPE} is sent`)
  const isOther = texts.length === 0 && (extra['images'] !== undefined || extra['inputs'] !== undefined)
  const body = compact({
    model: context.model,
    texts: isOther ? undefined : texts,
    input_type: DEFAULT_INPUT_TYPE,
    embedding_types: [format === 'base64' ? 'base64' : 'float'],
    output_dimension: dimensions,
    ...extra,
  })
  return { path: PATH, body }
}

function decodeRequest(wire: unknown, options: DecodeOptions = {}): EmbeddingsRequest {
  if (!isObject(wire)) throw badRequest(`it is ${typeName(wire)}, not an object`)
  const { model, texts, output_dimension: dimension, embedding_types: types, ...extra } = wire
  const dimensions = asNumber(dimension)
  const [type, ...others] = asArray(types)
  const format: EmbeddingsRequest['encoding_format'] =
    others.length === 0 && (type === 'float' || type === 'base64') ? type : undefined
  const head = {
    model: asString(model) ?? '',
    ...(dimensions !== undefined && { dimensions }),
    ...(format !== undefined && { encoding_format: format }),
  }
  if (options.content === false) return { ...head, input: [] }
  const more = { ...extra, ...(types !== undefined && format === undefined && { embedding_types: types }) }
  return {
    ...head,
    input: asArray(texts).filter((text) => typeof text === 'string'),
    ...(Object.keys(more).length > 0 && { raw: { protocol: ID, value: more } }),
  }
}

function isVector(value: unknown): value is number[] {
  // A vector is of one kind throughout, and long.
  return Array.isArray(value) && (value.length === 0 || typeof value[0] === 'number')
}

/** The vectors, and which representation they are. The first version gives a bare list. */
function vectorsOf(embeddings: unknown): { type: string; vectors: number[][] } | undefined {
  if (Array.isArray(embeddings)) return embeddings.every(isVector) ? { type: 'float', vectors: embeddings } : undefined
  if (!isObject(embeddings)) return undefined
  for (const type of NUMERIC) {
    const list = embeddings[type]
    if (Array.isArray(list) && list.every(isVector)) return { type, vectors: list }
  }
  const { base64 } = embeddings
  if (!Array.isArray(base64)) return undefined
  return { type: 'base64', vectors: base64.map((text: unknown) => decodeEmbedding(asString(text) ?? '')) }
}

const KNOWN: ReadonlySet<string> = new Set(['id', 'model', 'embeddings'])

function decodeResponse(wire: unknown, options: DecodeOptions = {}): EmbeddingsResponse {
  if (!isObject(wire)) throw providerErrorOf(wire) ?? new StreamError(`the answer is ${typeName(wire)}, not an object`)
  if (wire['embeddings'] == null) throw providerErrorOf(wire) ?? new StreamError('the answer has no `embeddings`')
  const meta = isObject(wire['meta']) ? wire['meta'] : {}
  const tokens = isObject(meta['tokens']) ? meta['tokens'] : {}
  const billed = isObject(meta['billed_units']) ? meta['billed_units'] : {}
  const units = (asNumber(billed['input_tokens']) ?? 0) + (asNumber(billed['image_tokens']) ?? 0)
  const prompt = asNumber(tokens['input_tokens']) ?? units
  const id = asString(wire['id'])
  const head = {
    object: 'list' as const,
    // The API does not say which model answered; our own gateway does.
    model: asString(wire['model']) ?? '',
    usage: { prompt_tokens: prompt, total_tokens: prompt },
    ...(id !== undefined && { id }),
  }
  if (options.content === false) return { ...head, data: [] }
  const found = vectorsOf(wire['embeddings'])
  if (!found) throw new StreamError('the answer has no vectors of numbers')
  const others = isObject(wire['embeddings'])
    ? Object.entries(wire['embeddings']).filter(([type, list]) => type !== found.type && list != null)
    : []
  const rest = Object.fromEntries(Object.entries(wire).filter(([key, value]) => value != null && !KNOWN.has(key)))
  const raw = {
    ...rest,
    ...(others.length > 0 && { embeddings: Object.fromEntries(others) }),
    ...(found.type !== 'float' && found.type !== 'base64' && { embedding_type: found.type }),
  }
  return {
    ...head,
    data: found.vectors.map((embedding, index): Embedding => ({ object: 'embedding', index, embedding })),
    ...(Object.keys(raw).length > 0 && { raw: { protocol: ID, value: raw } }),
  }
}

function encodeResponse(response: EmbeddingsResponse): JsonObject {
  const own = response.raw?.protocol === ID ? response.raw.value : {}
  const { embeddings: others, embedding_type: type, ...rest } = own
  const { prompt_tokens: tokens } = response.usage
  return {
    id: response.id ?? '',
    ...(response.model !== '' && { model: response.model }),
    embeddings: {
      [asString(type) ?? 'float']: response.data.map(({ embedding }) => embedding),
      ...(isObject(others) && others),
    },
    texts: [],
    meta: { api_version: { version: '2' }, billed_units: { input_tokens: tokens } },
    response_type: 'embeddings_by_type',
    ...rest,
  }
}

/** The format's errors have a message only; the status says the rest. */
function encodeError(error: WireError): JsonObject {
  return { message: error.message }
}

export const cohereEmbeddings: EmbeddingsProtocol = {
  id: ID,
  kind: 'embeddings',
  operation: 'embeddings',
  path: PATH,
  maxInputs: () => MAX_TEXTS,
  encodeRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  decodeError,
  encodeError,
}
