/** Ollama's own embeddings: https://docs.ollama.com/api/embed. `/v1/embeddings` of the same server is OpenAI's. */
import { compact } from '../kernel/json.js'
import { decodeError, providerErrorOf } from './openai-chat/error.js'
import { embeddingsCodec, isVector, readInput } from './shared/embeddings-codec.js'
import { unknownFields } from './shared/raw.js'
import { wireCount } from './shared/count.js'

const PATH = '/api/embed'

const KNOWN: ReadonlySet<string> = new Set(['model', 'embeddings', 'embedding', 'prompt_eval_count'])

/** Ollama's own embeddings API (https://docs.ollama.com/api/embed). */
export const ollamaEmbeddings = embeddingsCodec({
  id: 'ollama-embeddings',
  path: PATH,
  inputTypes: false,
  native: ['keep_alive', 'options', 'truncate'],
  /** Vectors are numbers always: an `encoding_format` is for the caller's side. */
  encodeRequest: ({ input, dimensions, extra }, { model }) => ({
    path: PATH,
    inputTypes: false,
    native: ['keep_alive', 'options', 'truncate'],
    body: compact({ model, input, dimensions, ...extra }),
  }),
  readRequest: ({ model, input, dimensions, ...rest }) => ({
    model,
    dimensions,
    content: () => ({ input: readInput(input), rest }),
  }),
  providerErrorOf,
  readAnswer(wire) {
    // `/api/embeddings`, which this replaced, gives one vector.
    const vectors: unknown = wire['embeddings'] ?? (isVector(wire['embedding']) ? [wire['embedding']] : undefined)
    if (!Array.isArray(vectors)) return undefined
    return {
      model: wire['model'],
      tokens: wireCount(wire['prompt_eval_count']),
      content: () => ({ vectors, rest: unknownFields(wire, KNOWN) }),
    }
  },
  encodeResponse: ({ model, data, usage }, own) => ({
    model,
    embeddings: data.map(({ embedding }) => embedding),
    ...(usage && { prompt_eval_count: usage.prompt_tokens }),
    ...own,
  }),
  decodeError,
  /** An error is a text; the status says the rest. */
  encodeError: ({ message }) => ({ error: message }),
})
