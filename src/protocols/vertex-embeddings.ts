/**
 * Text embeddings of Vertex AI over `predict`
 * (https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api). The model is in the path.
 */
import { StreamError } from '../kernel/errors.js'
import type { EmbeddingsRequest, EmbeddingsResponse } from '../kernel/hub.js'
import { asArray, asNumber, asString, isObject } from '../kernel/json.js'
import type {
  DecodeOptions,
  EmbeddingsProtocol,
  EncodeContext,
  EncodedRequest,
  JsonObject,
  ProtocolId,
} from '../kernel/protocol.js'
import { decodeError, encodeError, providerErrorOf } from './gemini-generate/errors.js'
import { camel, methodPath, readPath } from './gemini-generate/wire.js'
import { embeddingsAnswer, embeddingsRequest, textsOf } from './shared/embeddings.js'
import { answerObject, requestObject } from './shared/malformed.js'
import { rawReader } from './shared/raw.js'

const ID: ProtocolId = 'vertex-embeddings'
const METHOD = 'predict'
const ownRaw = rawReader(ID)

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
  const { instances, parameters: given, ...rest }: JsonObject = { ...ownRaw(raw), ...extra }
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
  const { instances: list, parameters, ...others } = requestObject(wire)
  const { outputDimensionality: dimensions, ...otherParameters } = isObject(parameters) ? camel(parameters) : {}
  const instances = asArray(list).map((instance) => (isObject(instance) ? instance : {}))
  return embeddingsRequest(
    ID,
    {
      model: readPath(options.path)?.model,
      dimensions,
      input: () => instances.map(({ content }) => asString(content) ?? ''),
      rest: () => ({
        ...others,
        ...(sharedSettings(instances) ?? { instances: list }),
        ...(Object.keys(otherParameters).length > 0 && { parameters: otherParameters }),
      }),
    },
    options,
  )
}

/** What all instances say beside a text, so that it need be said once; `undefined` when they differ. */
function sharedSettings(instances: readonly JsonObject[]): JsonObject | undefined {
  const settings = instances.map(({ content: _content, ...rest }) => rest)
  const [first = {}] = settings
  const same =
    Object.keys(first).every((field) => OF_INSTANCE.get(field) === field) &&
    settings.every((rest) => JSON.stringify(rest) === JSON.stringify(first)) &&
    instances.every(({ content }) => typeof content === 'string')
  return same ? first : undefined
}

function embeddingsOf(prediction: unknown): JsonObject {
  return isObject(prediction) && isObject(prediction['embeddings']) ? prediction['embeddings'] : {}
}

function decodeResponse(body: unknown, options: DecodeOptions = {}): EmbeddingsResponse {
  const error = providerErrorOf(body)
  if (error) throw error
  const { predictions, ...rest } = answerObject(body, providerErrorOf)
  if (!Array.isArray(predictions)) throw new StreamError('the answer has no `predictions`')
  const list = (predictions as unknown[]).map(embeddingsOf)
  const statistics = list.map(({ statistics: said }) => (isObject(said) ? camel(said) : {}))
  const said = statistics.some((one) => Object.keys(one).length > 0)
  return embeddingsAnswer(
    ID,
    {
      model: rest['model'],
      tokens: statistics.reduce((sum, { tokenCount }) => sum + (asNumber(tokenCount) ?? 0), 0),
      vectors: () => list.map(({ values }) => values),
      rest: () => ({ ...rest, ...(said && { statistics }) }),
    },
    options,
  )
}

/** The format counts tokens of each text, the hub of all: without counts of its own the first text carries the sum. */
function encodeResponse(response: EmbeddingsResponse): JsonObject {
  const { statistics, ...rest } = ownRaw(response.raw) ?? {}
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
