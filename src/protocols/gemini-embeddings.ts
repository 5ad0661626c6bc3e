/**
 * Embeddings of the Gemini API (https://ai.google.dev/api/embeddings): `embedContent` for one text, which Vertex AI
 * takes too for its newer models, and `batchEmbedContents` for several. The model is in the path.
 */
import { StreamError } from '../kernel/errors.js'
import type { EmbeddingsRequest, EmbeddingsResponse } from '../kernel/hub.js'
import { asArray, asNumber, asString, compact, isObject } from '../kernel/json.js'
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
import { embeddingsAnswer, textsOf } from './shared/embeddings.js'
import { answerObject, requestObject } from './shared/malformed.js'
import { rawOf, rawReader, restOf } from './shared/raw.js'

const ID: ProtocolId = 'gemini-embeddings'
const BATCH = 'batchEmbedContents'
const ownRaw = rawReader(ID)

/** The API refuses more: `at most 100 requests can be in one batch`. */
const MAX_TEXTS = 100

/** `taskType`, `title` and the like come in `extra_body`, and are said of every text. */
function encodeRequest(request: EmbeddingsRequest, context: EncodeContext): EncodedRequest {
  const { input, dimensions, extra_body: extra, raw } = request
  const { requests, role, ...rest }: JsonObject = { ...ownRaw(raw), ...extra }
  const one = (text: string): JsonObject =>
    compact({ content: compact({ role, parts: [{ text }] }), outputDimensionality: dimensions, ...rest })
  const texts = textsOf(request, context)
  if (!Array.isArray(input) && requests === undefined)
    return { path: methodPath(context.model, 'embedContent'), body: one(texts[0] ?? '') }
  const model = methodPath(context.model, '').slice(1, -1)
  return {
    path: methodPath(context.model, BATCH),
    body: { requests: requests ?? texts.map((text) => ({ model, ...one(text) })) },
  }
}

function textOf(content: unknown): string {
  const parts = isObject(content) ? asArray(content['parts']) : []
  return parts.map((part) => (isObject(part) ? (asString(part['text']) ?? '') : '')).join('')
}

/** Whether the content says no more than its text, and a role, which the API does not read. */
function isPlain(content: unknown): content is JsonObject {
  if (
    !isObject(content) ||
    !Array.isArray(content['parts']) ||
    Object.keys(content).some((key) => key !== 'parts' && key !== 'role')
  )
    return false
  const [only, ...others] = content['parts'] as unknown[]
  return others.length === 0 && isObject(only) && Object.keys(only).length === 1 && typeof only['text'] === 'string'
}

interface One {
  readonly text: string
  readonly dimensions: number | undefined
  /** Other settings, the role of a content, and a content that is more than text. */
  readonly rest: JsonObject
}

function readOne(wire: unknown): One {
  const { content, outputDimensionality, model: _model, ...settings } = isObject(wire) ? camel(wire) : {}
  const dimensions = asNumber(outputDimensionality)
  const beside = isPlain(content)
    ? content['role'] == null
      ? {}
      : { role: content['role'] }
    : content == null
      ? {}
      : { content }
  return { text: textOf(content), dimensions, rest: { ...settings, ...beside } }
}

function decodeRequest(wire: unknown, options: DecodeOptions = {}): EmbeddingsRequest {
  const body = camel(requestObject(wire))
  const path = readPath(options.path)
  const requests = Array.isArray(body['requests']) ? (body['requests'] as unknown[]) : undefined
  const first = requests?.[0]
  const named = asString(body['model']) ?? (isObject(first) ? asString(first['model']) : undefined)
  const { text, dimensions, rest } = readOne(requests ? first : body)
  const head = {
    model: path?.model ?? named?.replace(/^models\//, '') ?? '',
    ...(dimensions !== undefined && { dimensions }),
  }
  if (options.content === false) return { ...head, input: [] }
  if (!requests) return { ...head, input: text, ...rawOf(ID, rest) }
  const all = requests.map(readOne)
  const same = all.every(
    (one) =>
      one.dimensions === dimensions && !('content' in one.rest) && JSON.stringify(one.rest) === JSON.stringify(rest),
  )
  return { ...head, input: all.map((one) => one.text), ...rawOf(ID, same ? rest : { requests }) }
}

const KNOWN: ReadonlySet<string> = new Set(['embedding', 'embeddings', 'model'])

function decodeResponse(body: unknown, options: DecodeOptions = {}): EmbeddingsResponse {
  const error = providerErrorOf(body)
  if (error) throw error
  const wire = answerObject(body, providerErrorOf)
  const list = Array.isArray(wire['embeddings'])
    ? (wire['embeddings'] as unknown[])
    : isObject(wire['embedding'])
      ? [wire['embedding']]
      : undefined
  if (!list) throw new StreamError('the answer has no `embedding` or `embeddings`')
  const usage = isObject(wire['usageMetadata']) ? wire['usageMetadata'] : {}
  const total = asNumber(usage['totalTokenCount'])
  return embeddingsAnswer(
    ID,
    {
      model: wire['model'],
      tokens: asNumber(usage['promptTokenCount']) ?? total,
      total,
      vectors: () => list.map((embedding) => (isObject(embedding) ? embedding['values'] : undefined)),
      rest: () => restOf(wire, KNOWN),
    },
    options,
  )
}

/** One vector is written for readers of either method: the answer does not know which of them was called. */
function encodeResponse(response: EmbeddingsResponse): JsonObject {
  const embeddings = response.data.map(({ embedding }) => ({ values: embedding }))
  const { prompt_tokens: promptTokenCount, total_tokens: totalTokenCount } = response.usage
  return {
    embeddings,
    ...(embeddings.length === 1 && { embedding: embeddings[0] }),
    ...(response.model !== '' && { model: response.model }),
    usageMetadata: { promptTokenCount, totalTokenCount },
    ...ownRaw(response.raw),
  }
}

export const geminiEmbeddings: EmbeddingsProtocol = {
  id: ID,
  kind: 'embeddings',
  operation: 'embeddings',
  path: ':embedContent',
  auth: { header: 'x-goog-api-key' },
  batchPath: `:${BATCH}`,
  maxInputs: () => MAX_TEXTS,
  encodeRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  decodeError,
  encodeError,
}
