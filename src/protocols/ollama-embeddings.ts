/** Ollama's own embeddings: https://docs.ollama.com/api/embed. `/v1/embeddings` of the same server is OpenAI's. */
import { StreamError } from '../kernel/errors.js'
import type { EmbeddingsRequest, EmbeddingsResponse } from '../kernel/hub.js'
import { asNumber, compact } from '../kernel/json.js'
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
import { embeddingsAnswer, embeddingsRequest, isVector, textsIn, textsOf } from './shared/embeddings.js'
import { answerObject, requestObject } from './shared/malformed.js'
import { rawReader, restOf } from './shared/raw.js'

const ID: ProtocolId = 'ollama-embeddings'
const PATH = '/api/embed'
const ownRaw = rawReader(ID)

/** Vectors are numbers always: an `encoding_format` is for the caller's side. */
function encodeRequest(request: EmbeddingsRequest, context: EncodeContext): EncodedRequest {
  const { input, dimensions, extra_body: extra, raw } = request
  const texts = textsOf(request, context)
  return {
    path: PATH,
    body: compact({
      model: context.model,
      input: typeof input === 'string' ? input : texts,
      dimensions,
      ...ownRaw(raw),
      ...extra,
    }),
  }
}

function decodeRequest(wire: unknown, options: DecodeOptions = {}): EmbeddingsRequest {
  const { model, input, dimensions, ...rest } = requestObject(wire)
  return embeddingsRequest(ID, { model, dimensions, input: () => textsIn(input), rest: () => rest }, options)
}

const KNOWN: ReadonlySet<string> = new Set(['model', 'embeddings', 'embedding', 'prompt_eval_count'])

function decodeResponse(body: unknown, options: DecodeOptions = {}): EmbeddingsResponse {
  const wire = answerObject(body, providerErrorOf)
  // `/api/embeddings`, which this replaced, gives one vector.
  const vectors: unknown = wire['embeddings'] ?? (isVector(wire['embedding']) ? [wire['embedding']] : undefined)
  if (!Array.isArray(vectors)) throw providerErrorOf(wire) ?? new StreamError('the answer has no `embeddings`')
  return embeddingsAnswer(
    ID,
    {
      model: wire['model'],
      tokens: asNumber(wire['prompt_eval_count']),
      vectors: () => vectors,
      rest: () => restOf(wire, KNOWN),
    },
    options,
  )
}

function encodeResponse(response: EmbeddingsResponse): JsonObject {
  return {
    model: response.model,
    embeddings: response.data.map(({ embedding }) => embedding),
    prompt_eval_count: response.usage.prompt_tokens,
    ...ownRaw(response.raw),
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
