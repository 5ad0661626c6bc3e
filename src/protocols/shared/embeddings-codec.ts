/** What formats of embeddings have in common: texts in, lists of numbers out. A codec declares the rest. */
import { StreamError, UnsupportedParameterError } from '../../kernel/errors.js'
import { limitsOf } from '../../kernel/limits.js'
import type { EmbeddingsRequest, EmbeddingsResponse } from '../../kernel/hub.js'
import { asNumber, asString } from '../../kernel/json.js'
import type {
  DecodeOptions,
  EmbeddingsProtocol,
  EncodeContext,
  EncodedRequest,
  InputTypes,
  JsonObject,
  ProtocolId,
} from '../../kernel/protocol.js'
import { INPUT_TYPE_FIELDS, encodeInputType } from './input-types.js'
import { answerObject, badRequest, requestObject } from './malformed.js'
import { rawOf, rawReader } from './raw.js'
import { WrongVector } from './wrong-vector.js'

/** A request of texts, and of the fields that only the format knows: those read from it, under those of `extra_body`. */
export interface TextsRequest extends Pick<EmbeddingsRequest, 'dimensions' | 'encoding_format'> {
  readonly input: string | string[]
  /** All of the input. */
  readonly texts: readonly string[]
  readonly extra: JsonObject
}

/** Fields of a format's requests besides texts, `dimensions` and `encoding_format`. */
export interface TextsFields {
  /** How it says what the vectors are for; `false` where its models tell nothing apart. */
  readonly inputTypes: InputTypes | false
  /** Fields of its own that a caller may give at the top of a request, as well as in `extra_body`. */
  readonly native: readonly string[]
}

const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'input',
  'dimensions',
  'encoding_format',
  'user',
  'extra_body',
  'raw',
])

/**
 * @throws UnsupportedParameterError for token numbers, whatever may be dropped: each input is to have its vector. For a
 * field that the format does not know, unless it may be dropped.
 */
export function textsRequest(
  id: ProtocolId,
  fields: TextsFields,
  request: EmbeddingsRequest,
  context: EncodeContext,
): TextsRequest {
  const { dimensions, encoding_format: format, extra_body: extra, raw } = request
  const input: unknown = request.input
  const texts = [input].flat()
  if (!texts.every((text) => typeof text === 'string'))
    throw new UnsupportedParameterError('input', context.provider, 'the format takes texts, not token numbers')
  if (request.user !== undefined) context.warn('`user` has no effect here')
  return {
    input: typeof input === 'string' ? input : texts,
    texts,
    ...(dimensions !== undefined && { dimensions }),
    ...(format && { encoding_format: format }),
    extra: { ...rawReader(id)(raw), ...ownFields(fields, request, context), ...extra },
  }
}

function ownFields(
  { inputTypes, native }: TextsFields,
  request: EmbeddingsRequest,
  context: EncodeContext,
): JsonObject {
  const own: JsonObject = {}
  for (const [field, value] of Object.entries(request)) {
    if (value == null || KNOWN.has(field)) continue
    if (native.includes(field)) own[field] = value
    else if (!(INPUT_TYPE_FIELDS as readonly string[]).includes(field)) limitsOf(context).unsupported(field)
  }
  // The provider's own field is the more deliberate of the two.
  return { ...encodeInputType(request, context.quirks.inputTypes ?? inputTypes, context), ...own }
}

/** @throws StreamError when the field is neither a text nor a list. */
export function readInput(input: unknown): string | string[] {
  if (typeof input === 'string') return input
  if (!Array.isArray(input)) throw badRequest('it has no `input`')
  return input.filter((text) => typeof text === 'string')
}

export interface WireRequest {
  readonly model: unknown
  readonly dimensions: unknown
  readonly format?: EmbeddingsRequest['encoding_format']
  /** Called only where content is wanted. `rest` is what the hub has no place for. */
  readonly content: () => { readonly input: EmbeddingsRequest['input']; readonly rest: JsonObject }
}

export function readRequest(id: ProtocolId, wire: WireRequest, options: DecodeOptions): EmbeddingsRequest {
  const dimensions = asNumber(wire.dimensions)
  const head = {
    model: asString(wire.model) ?? '',
    ...(dimensions !== undefined && { dimensions }),
    ...(wire.format && { encoding_format: wire.format }),
  }
  if (options.content === false) return { ...head, input: [] }
  const { input, rest } = wire.content()
  return { ...head, input, ...rawOf(id, rest) }
}

export interface WireAnswer {
  /** Several formats do not have it; our own gateway does. */
  readonly model: unknown
  readonly id?: unknown
  readonly tokens: number | undefined
  /** Default `tokens`. */
  readonly total?: number | undefined
  /** Called only where content is wanted. `rest` is what the hub has no place for. */
  readonly content: () => { readonly vectors: readonly unknown[]; readonly rest: JsonObject | undefined }
}

/** @throws StreamError when a vector is not a list of numbers. */
function readAnswer(id: ProtocolId, wire: WireAnswer, options: DecodeOptions): EmbeddingsResponse {
  const { tokens, total = tokens } = wire
  const isCounted = tokens !== undefined && total !== undefined
  const answerId = asString(wire.id)
  const head = {
    object: 'list' as const,
    model: asString(wire.model) ?? '',
    ...(isCounted && { usage: { prompt_tokens: tokens, total_tokens: total } }),
    ...(answerId !== undefined && { id: answerId }),
  }
  if (options.content === false) return { ...head, data: [] }
  const { vectors, rest } = wire.content()
  const data = vectors.map((vector, index) => {
    if (!isVector(vector)) throw new WrongVector(index, 'no list of numbers')
    return { object: 'embedding' as const, index, embedding: vector }
  })
  return { ...head, data, ...rawOf(id, rest) }
}

export function isVector(value: unknown): value is number[] {
  // A vector is of one kind throughout, and long.
  return Array.isArray(value) && (value.length === 0 || typeof value[0] === 'number')
}

/** Facts of the contract that a codec passes on unchanged. */
type Facts = Pick<
  EmbeddingsProtocol,
  | 'id'
  | 'path'
  | 'fields'
  | 'auth'
  | 'idHeaders'
  | 'errorTypeHeader'
  | 'batchPath'
  | 'maxInputs'
  | 'tokensHeader'
  | 'decodeError'
  | 'encodeError'
>

export interface EmbeddingsFormat extends Facts, TextsFields {
  encodeRequest(request: TextsRequest, context: EncodeContext): EncodedRequest
  /** @param path - Of the request, where the format says the model there. */
  readRequest(wire: JsonObject, path: string | undefined): WireRequest
  /** The error that a body holds in place of an answer. */
  providerErrorOf(body: unknown): Error | undefined
  /** Throws, or returns `undefined`, for a body without vectors. */
  readAnswer(wire: JsonObject): WireAnswer | undefined
  /** @param own - Fields of the answer that only this format knows. */
  encodeResponse(response: EmbeddingsResponse, own: JsonObject): JsonObject
}

export function embeddingsCodec(format: EmbeddingsFormat): EmbeddingsProtocol {
  const { readRequest: _request, readAnswer: _answer, providerErrorOf, inputTypes, native, ...facts } = format
  const { id } = format
  const ownRaw = rawReader(id)
  return {
    ...facts,
    kind: 'embeddings',
    operation: 'embeddings',
    encodeRequest: (request, context) =>
      format.encodeRequest(textsRequest(id, { inputTypes, native }, request, context), context),
    decodeRequest: (wire, options = {}) =>
      readRequest(id, format.readRequest(requestObject(wire), options.path), options),
    decodeResponse(body, options = {}) {
      const answer = format.readAnswer(answerObject(body, providerErrorOf))
      if (!answer) throw providerErrorOf(body) ?? new StreamError('the answer has no embeddings')
      return readAnswer(id, answer, options)
    },
    encodeResponse: (response) => format.encodeResponse(response, ownRaw(response.raw) ?? {}),
  }
}
