/**
 * Text embeddings of Vertex AI over `predict`
 * (https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api). The model is in the path.
 */
import { asArray, asString, isObject } from '../kernel/json.js'
import type { JsonObject } from '../kernel/protocol.js'
import { traitsOf } from '../models/index.js'
import { decodeError, encodeError, providerErrorOf } from './gemini-generate/error.js'
import { camel, methodPath, readPath } from './gemini-generate/wire.js'
import { GEMINI_TASKS } from './gemini-embeddings.js'
import { embeddingsCodec } from './shared/embeddings-codec.js'
import { wireCount } from './shared/count.js'

const METHOD = 'predict'

/** https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings#api_limits */
const MAX_TEXTS = 250

/** Settings that the format says of each text: `extra_body` may give them once. Camel case is what the SDKs' callers know. */
const OF_INSTANCE: ReadonlyMap<string, string> = new Map([
  ['task_type', 'task_type'],
  ['taskType', 'task_type'],
  ['title', 'title'],
  ['mimeType', 'mimeType'],
])

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

/**
 * Embeddings of Vertex AI's `predict`
 * (https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api).
 */
export const vertexEmbeddings = embeddingsCodec({
  id: 'vertex-embeddings',
  path: `:${METHOD}`,
  auth: {
    header: 'authorization',
    prefix: 'Bearer ',
    source: { kind: 'google-adc', scope: 'https://www.googleapis.com/auth/cloud-platform' },
  },
  maxInputs: (model) => traitsOf(model).embeddings?.maxTexts ?? MAX_TEXTS,
  inputTypes: { field: 'task_type', words: GEMINI_TASKS },
  native: ['title', 'mimeType', 'instances', 'parameters'],
  encodeRequest({ texts, dimensions, extra }, { model }) {
    const { instances, parameters: given, ...rest } = extra
    const ofInstance: [string, unknown][] = []
    const ofBody: [string, unknown][] = []
    for (const [field, value] of Object.entries(rest)) {
      const name = OF_INSTANCE.get(field)
      if (name === undefined) ofBody.push([field, value])
      else ofInstance.push([name, value])
    }
    const parameters = {
      ...(dimensions !== undefined && { outputDimensionality: dimensions }),
      ...(isObject(given) && given),
    }
    return {
      path: methodPath(model, METHOD),
      body: {
        instances: instances ?? texts.map((content) => ({ content, ...Object.fromEntries(ofInstance) })),
        ...(Object.keys(parameters).length > 0 && { parameters }),
        ...Object.fromEntries(ofBody),
      },
    }
  },
  readRequest({ instances: list, parameters, ...others }, path) {
    const { outputDimensionality: dimensions, ...otherParameters } = isObject(parameters) ? camel(parameters) : {}
    return {
      model: readPath(path)?.model,
      dimensions,
      content() {
        const instances = asArray(list).map((instance) => (isObject(instance) ? instance : {}))
        const rest = {
          ...others,
          ...(sharedSettings(instances) ?? { instances: list }),
          ...(Object.keys(otherParameters).length > 0 && { parameters: otherParameters }),
        }
        return { input: instances.map(({ content }) => asString(content) ?? ''), rest }
      },
    }
  },
  providerErrorOf,
  readAnswer({ predictions, ...rest }) {
    if (!Array.isArray(predictions)) return undefined
    const list = (predictions as unknown[]).map(embeddingsOf)
    const statistics = list.map(({ statistics: said }) => (isObject(said) ? camel(said) : {}))
    const said = statistics.some((one) => Object.keys(one).length > 0)
    return {
      model: rest['model'],
      tokens: statistics.some(({ tokenCount }) => wireCount(tokenCount) !== undefined)
        ? statistics.reduce((sum, { tokenCount }) => sum + (wireCount(tokenCount) ?? 0), 0)
        : undefined,
      content: () => ({ vectors: list.map(({ values }) => values), rest: { ...rest, ...(said && { statistics }) } }),
    }
  },
  /** The format counts tokens of each text, the hub of all: without counts of its own the first text carries the sum. */
  encodeResponse({ model, data, usage }, { statistics, ...rest }) {
    const own = asArray(statistics)
    return {
      predictions: data.map(({ embedding }, at) => {
        const { tokenCount, ...others } = isObject(own[at])
          ? own[at]
          : { tokenCount: at === 0 ? (usage?.prompt_tokens ?? 0) : 0, truncated: false }
        return { embeddings: { values: embedding, statistics: { ...others, token_count: tokenCount ?? 0 } } }
      }),
      ...(model !== '' && { model }),
      ...rest,
    }
  },
  decodeError,
  encodeError,
})
