/**
 * Embeddings of the Gemini API (https://ai.google.dev/api/embeddings): `embedContent` for one text, which Vertex AI
 * takes too for its newer models, and `batchEmbedContents` for several. The model is in the path.
 */
import { asArray, asNumber, asString, compact, isObject } from '../kernel/json.js'
import type { JsonObject } from '../kernel/protocol.js'
import { decodeError, encodeError, providerErrorOf } from './gemini-generate/error.js'
import { camel, methodPath, readPath } from './gemini-generate/wire.js'
import { embeddingsCodec } from './shared/embeddings-codec.js'
import { unknownFields } from './shared/raw.js'
import { wireCount } from './shared/count.js'

const BATCH = 'batchEmbedContents'

/** https://ai.google.dev/api/embeddings#v1beta.TaskType */
export const GEMINI_TASKS = {
  query: 'RETRIEVAL_QUERY',
  document: 'RETRIEVAL_DOCUMENT',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
  similarity: 'SEMANTIC_SIMILARITY',
  code: 'CODE_RETRIEVAL_QUERY',
  questions: 'QUESTION_ANSWERING',
  facts: 'FACT_VERIFICATION',
} as const

/** The API refuses more: `at most 100 requests can be in one batch`. */
const MAX_TEXTS = 100

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

interface SingleRequest {
  readonly text: string
  readonly dimensions: number | undefined
  /** Other settings, the role of a content, and a content that is more than text. */
  readonly rest: JsonObject
}

function readOne(wire: unknown): SingleRequest {
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

const KNOWN: ReadonlySet<string> = new Set(['embedding', 'embeddings', 'model'])

/** Gemini's `batchEmbedContents` (https://ai.google.dev/api/embeddings). */
export const geminiEmbeddings = embeddingsCodec({
  id: 'gemini-embeddings',
  path: ':embedContent',
  auth: { header: 'x-goog-api-key' },
  batchPath: `:${BATCH}`,
  maxInputs: () => MAX_TEXTS,
  inputTypes: { field: 'taskType', words: GEMINI_TASKS },
  native: ['title', 'outputDimensionality', 'autoTruncate', 'requests'],
  /** `taskType`, `title` and the like come in `extra_body`, and are said of every text. */
  encodeRequest({ input, texts, dimensions, extra }, context) {
    const { requests, role, ...rest } = extra
    const one = (text: string): JsonObject =>
      compact({ content: compact({ role, parts: [{ text }] }), outputDimensionality: dimensions, ...rest })
    if (typeof input === 'string' && requests === undefined)
      return { path: methodPath(context.model, 'embedContent'), body: one(input) }
    const model = methodPath(context.model, '').slice(1, -1)
    return {
      path: methodPath(context.model, BATCH),
      body: { requests: requests ?? texts.map((text) => ({ model, ...one(text) })) },
    }
  },
  readRequest(wire, path) {
    const body = camel(wire)
    const requests = Array.isArray(body['requests']) ? (body['requests'] as unknown[]) : undefined
    const first = requests?.[0]
    const named = asString(body['model']) ?? (isObject(first) ? asString(first['model']) : undefined)
    const { text, dimensions, rest } = readOne(requests ? first : body)
    return {
      model: readPath(path)?.model ?? named?.replace(/^models\//, ''),
      dimensions,
      content() {
        if (!requests) return { input: text, rest }
        const all = requests.map(readOne)
        const same = all.every(
          (one) =>
            one.dimensions === dimensions &&
            !('content' in one.rest) &&
            JSON.stringify(one.rest) === JSON.stringify(rest),
        )
        return { input: all.map((one) => one.text), rest: same ? rest : { requests } }
      },
    }
  },
  providerErrorOf,
  readAnswer(wire) {
    const { embedding, embeddings = isObject(embedding) ? [embedding] : undefined } = wire
    if (!Array.isArray(embeddings)) return undefined
    const usage = isObject(wire['usageMetadata']) ? wire['usageMetadata'] : {}
    const total = wireCount(usage['totalTokenCount'])
    return {
      model: wire['model'],
      tokens: wireCount(usage['promptTokenCount']) ?? total,
      total,
      content: () => ({
        vectors: embeddings.map((one: unknown) => (isObject(one) ? one['values'] : undefined)),
        rest: unknownFields(wire, KNOWN),
      }),
    }
  },
  /** One vector is written for readers of either method: the answer does not know which of them was called. */
  encodeResponse({ model, data, usage }, own) {
    const embeddings = data.map(({ embedding }) => ({ values: embedding }))
    return {
      embeddings,
      ...(embeddings.length === 1 && { embedding: embeddings[0] }),
      ...(model !== '' && { model }),
      ...(usage && { usageMetadata: { promptTokenCount: usage.prompt_tokens, totalTokenCount: usage.total_tokens } }),
      ...own,
    }
  },
  decodeError,
  encodeError,
})
