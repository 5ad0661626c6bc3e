/** OpenAI's embeddings: https://platform.openai.com/docs/api-reference/embeddings */
import { StreamError } from '../kernel/errors.js'
import type { Embedding, EmbeddingsRequest, EmbeddingsResponse } from '../kernel/hub.js'
import { asNumber, asString, isObject, typeName } from '../kernel/json.js'
import type {
  DecodeOptions,
  EmbeddingsProtocol,
  EncodeContext,
  EncodedRequest,
  JsonObject,
} from '../kernel/protocol.js'
import { decodeError, encodeError, providerErrorOf } from './openai-chat/error.js'
import { USAGE_FIELDS } from './openai-chat/fields.js'
import { readUsage } from './openai-chat/usage.js'
import { isVector } from './shared/embeddings-codec.js'
import { INPUT_TYPE_FIELDS, encodeInputType } from './shared/input-types.js'
import { answerObject, badRequest, requestObject } from './shared/malformed.js'
import { wireCount } from './shared/count.js'
import { WrongVector, vectorFor } from './shared/wrong-vector.js'

const PATH = '/embeddings'
const FLOAT_BYTES = 4

/**
 * Numbers of a base64 text of little-endian 32-bit floats, the form the `openai` package asks for by default.
 *
 * @throws StreamError when the text is no such thing.
 */
export function decodeEmbedding(base64: string): number[] {
  let binary: string
  try {
    binary = atob(base64)
  } catch (cause) {
    throw new StreamError('no base64', { cause })
  }
  if (binary.length % FLOAT_BYTES !== 0) throw new StreamError('no list of 32-bit floats in base64')
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at)
  const view = new DataView(bytes.buffer)
  return Array.from({ length: binary.length / FLOAT_BYTES }, (_, at) => view.getFloat32(at * FLOAT_BYTES, true))
}

/** The reverse of {@link decodeEmbedding}, for a caller who asked for `encoding_format: 'base64'`. */
export function encodeEmbedding(numbers: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(numbers.length * FLOAT_BYTES))
  numbers.forEach((number, at) => view.setFloat32(at * FLOAT_BYTES, number, true))
  const bytes = new Uint8Array(view.buffer)
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

function encodeRequest(request: EmbeddingsRequest, context: EncodeContext): EncodedRequest {
  const { extra_body: extra, raw: _raw, ...given } = request
  const { dimensionsField: field = 'dimensions', inputTypes } = context.quirks
  const rest: typeof given =
    inputTypes === undefined ? given : { ...withoutInputType(given), ...encodeInputType(request, inputTypes, context) }
  if (field === 'dimensions' || rest.dimensions === undefined)
    return { path: PATH, body: { ...rest, model: context.model, ...extra } }
  const { dimensions, ...others } = rest
  return { path: PATH, body: { ...others, [field]: dimensions, model: context.model, ...extra } }
}

function withoutInputType<T extends object>(request: T): T {
  const names: readonly string[] = INPUT_TYPE_FIELDS
  return Object.fromEntries(Object.entries(request).filter(([name]) => !names.includes(name))) as T
}

function decodeRequest(body: unknown, options: DecodeOptions = {}): EmbeddingsRequest {
  const wire = requestObject(body)
  const model = asString(wire.model) ?? ''
  if (options.content === false) {
    const dimensions = asNumber(wire.dimensions)
    const format = wire.encoding_format
    return {
      model,
      input: [],
      ...(dimensions !== undefined && { dimensions }),
      ...((format === 'float' || format === 'base64') && { encoding_format: format }),
    }
  }
  if (typeof wire.input !== 'string' && !Array.isArray(wire.input)) {
    throw badRequest('it has no `input`')
  }
  return (wire.model === model ? wire : { ...wire, model }) as unknown as EmbeddingsRequest
}

function readEmbedding(entry: unknown, place: number): Embedding {
  if (!isObject(entry)) throw new StreamError(`data[${place}] of the answer is ${typeName(entry)}, not an object`)
  const index = asNumber(entry.index) ?? place
  const { embedding } = entry
  if (isVector(embedding)) {
    if (entry.object === 'embedding' && entry.index === index) return entry as unknown as Embedding
    return { ...entry, object: 'embedding', index, embedding }
  }
  if (typeof embedding !== 'string') throw new WrongVector(index, 'no list of numbers')
  return { ...entry, object: 'embedding', index, embedding: vectorFor(index, () => decodeEmbedding(embedding)) }
}

function decodeResponse(body: unknown, options: DecodeOptions = {}): EmbeddingsResponse {
  const wire = answerObject(body, providerErrorOf)
  if (!Array.isArray(wire.data)) throw providerErrorOf(wire) ?? new StreamError('the answer has no `data`')
  const usage = isObject(wire.usage) ? wire.usage : {}
  const total = wireCount(usage.total_tokens) ?? wireCount(usage.prompt_tokens)
  const prompt = wireCount(usage.prompt_tokens) ?? total
  const cost = readUsage(usage)?.cost
  const id = asString(wire.id)
  const head = { object: 'list' as const, model: asString(wire.model) ?? '' }
  const isCounted = total !== undefined || cost !== undefined
  const counts = isCounted && {
    prompt_tokens: prompt ?? 0,
    total_tokens: total ?? 0,
    ...(cost !== undefined && { cost }),
  }
  if (options.content === false)
    return { ...head, data: [], ...(counts && { usage: counts }), ...(id !== undefined && { id }) }
  const data = (wire.data as unknown[]).map(readEmbedding)
  const { usage: _uncounted, ...others } = wire
  return { ...others, ...head, data, ...(counts && { usage: { ...usage, ...counts } }) }
}

function encodeResponse(response: EmbeddingsResponse): JsonObject {
  return { ...response }
}

/** OpenAI's embeddings API (https://platform.openai.com/docs/api-reference/embeddings). */
export const openaiEmbeddings: EmbeddingsProtocol = {
  id: 'openai-embeddings',
  kind: 'embeddings',
  operation: 'embeddings',
  path: PATH,
  fields: { encoding_format: true, ...USAGE_FIELDS },
  encodeRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  decodeError,
  encodeError,
}
