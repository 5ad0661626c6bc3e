/**
 * Text embeddings of Vertex AI over `predict`
 * (https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api). The model is in the path.
 */
import { StreamError } from '../kernel/errors.js'
import type { Embedding, EmbeddingsRequest, EmbeddingsResponse } from '../kernel/hub.js'
import { asArray, asNumber, asString, isObject, typeName } from '../kernel/json.js'
import type {
  DecodeOptions,
  EmbeddingsProtocol,
  EncodeContext,
  EncodedRequest,
  JsonObject,
  ProtocolId,
} from '../kernel/protocol.js'
import { textsOf, vectorOf } from './gemini-generate/embedding-texts.js'
import { decodeError, encodeError, providerErrorOf } from './gemini-generate/errors.js'
import { camel, methodPath, readPath } from './gemini-generate/wire.js'

const ID: ProtocolId = 'vertex-embeddings'
const METHOD = 'predict'

/** https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings#api_limits */
const MAX_TEXTS = 250
/** Models that take one text a call, as the same page says. */
const ONE_TEXT = /gemini-embedding/

/** Settings that the format says of each text: `extra_body` may give them once. Camel case is what the SDKs' callers know. */
const OF_INSTANCE: ReadonlyMap<string, string> = new Map([
  ['task_type', 'task_type'],
  ['taskType', 'task_type'],
  ['title', 'title'],
  ['mimeType', 'mimeType'],
])

function encodeRequest(request: EmbeddingsRequest, context: EncodeContext): EncodedRequest {
  const { dimensions, extra_body: extra, raw } = request
  const own = raw?.protocol === ID ? raw.value : {}
  const { instances, parameters: given, ...rest } = { ...own, ...extra }
  const ofInstance: [string, unknown][] = []
  const ofBody: [string, unknown][] = []
  for (const [field, value] of Object.entries(rest)) {
    const name = OF_INSTANCE.get(field)
    if (name === undefined) ofBody.push([field, value])
    else ofInstance.push([name, value])
  }
  const texts = textsOf(request, context)
  const parameters = {
    ...(dimensions !== undefined && { outputDimensionality: dimensions }),
    ...(isObject(given) && given),
  }
  return {
    path: methodPath(context.model, METHOD),
    body: {
      instances: instances ?? texts.map((content) => ({ content, ...Object.fromEntries(ofInstance) })),
      ...(Object.keys(parameters).length > 0 && { parameters }),
      ...Object.fromEntries(ofBody),
    },
  }
}

function decodeRequest(wire: unknown, options: DecodeOptions = {}): EmbeddingsRequest {
  if (!isObject(wire))
    throw new StreamError(`expected a predict request, got ${typeName(wire)}`, { isRetryable: false })
  const { instances: list, parameters, ...others } = wire
  const { outputDimensionality, ...otherParameters } = isObject(parameters) ? camel(parameters) : {}
  const dimensions = asNumber(outputDimensionality)
  const head = { model: readPath(options.path)?.model ?? '', ...(dimensions !== undefined && { dimensions }) }
  if (options.content === false) return { ...head, input: [] }
  const instances = asArray(list).map((instance) => (isObject(instance) ? instance : {}))
  const settings = instances.map(({ content: _content, ...rest }) => rest)
  const [first = {}] = settings
  const same =
    Object.keys(first).every((field) => OF_INSTANCE.get(field) === field) &&
    settings.every((rest) => JSON.stringify(rest) === JSON.stringify(first)) &&
    instances.every(({ content }) => typeof content === 'string')
  const value: JsonObject = {
    ...others,
    ...(same ? first : { instances: list }),
    ...(Object.keys(otherParameters).length > 0 && { parameters: otherParameters }),
  }
  return {
    ...head,
    input: instances.map(({ content }) => asString(content) ?? ''),
    ...(Object.keys(value).length > 0 && { raw: { protocol: ID, value } }),
  }
}

function statisticsOf(prediction: unknown): JsonObject {
  const embeddings = isObject(prediction) ? prediction['embeddings'] : undefined
  return isObject(embeddings) && isObject(embeddings['statistics']) ? camel(embeddings['statistics']) : {}
}

function decodeResponse(wire: unknown, options: DecodeOptions = {}): EmbeddingsResponse {
  const error = providerErrorOf(wire)
  if (error) throw error
  if (!isObject(wire)) throw new StreamError(`the answer is ${typeName(wire)}, not an object`)
  const { predictions, ...rest } = wire
  if (!Array.isArray(predictions)) throw new StreamError('the answer has no `predictions`')
  const statistics = (predictions as unknown[]).map(statisticsOf)
  const tokens = statistics.reduce((sum, { tokenCount }) => sum + (asNumber(tokenCount) ?? 0), 0)
  const model = asString(rest['model']) ?? ''
  const head = { object: 'list' as const, model, usage: { prompt_tokens: tokens, total_tokens: tokens } }
  if (options.content === false) return { ...head, data: [] }
  const data = (predictions as unknown[]).map((prediction, index): Embedding => {
    const embeddings = isObject(prediction) ? prediction['embeddings'] : undefined
    return {
      object: 'embedding',
      index,
      embedding: vectorOf(isObject(embeddings) ? embeddings['values'] : undefined, index),
    }
  })
  const said = statistics.some((one) => Object.keys(one).length > 0)
  const value: JsonObject = { ...rest, ...(said && { statistics }) }
  return { ...head, data, ...(Object.keys(value).length > 0 && { raw: { protocol: ID, value } }) }
}

/** The format counts tokens of each text, the hub of all: without counts of its own the first text carries the sum. */
function encodeResponse(response: EmbeddingsResponse): JsonObject {
  const { statistics, ...rest } = response.raw?.protocol === ID ? response.raw.value : {}
  const own = asArray(statistics)
  return {
    predictions: response.data.map(({ embedding }, at) => {
      const { tokenCount, ...others } = isObject(own[at])
        ? own[at]
        : { tokenCount: at === 0 ? response.usage.prompt_tokens : 0, truncated: false }
      return { embeddings: { values: embedding, statistics: { ...others, token_count: tokenCount ?? 0 } } }
    }),
    ...(response.model !== '' && { model: response.model }),
    ...rest,
  }
}

export const vertexEmbeddings: EmbeddingsProtocol = {
  id: ID,
  kind: 'embeddings',
  operation: 'embeddings',
  path: `:${METHOD}`,
  auth: {
    header: 'authorization',
    prefix: 'Bearer ',
    source: { kind: 'google-adc', scope: 'https://www.googleapis.com/auth/cloud-platform' },
  },
  maxInputs: (model) => (ONE_TEXT.test(model) ? 1 : MAX_TEXTS),
  encodeRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  decodeError,
  encodeError,
}
