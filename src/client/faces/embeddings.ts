/** `embeddings`: OpenAI's shape in and out. */
import { ConfigError } from '../../kernel/errors.js'
import type { EmbeddingsRequest, EmbeddingsResponse } from '../../kernel/hub.js'
import type { EmbeddingsProtocol } from '../../kernel/protocol.js'
import { encodeEmbedding } from '../../protocols/openai-embeddings.js'
import type { Target } from '../../router/target.js'
import type { KnownVectors } from '../call/answer.js'
import { requireField, splitArguments } from '../call/call-arguments.js'
import type { AttemptRun } from '../call/attempt-run.js'
import type { Operation } from '../call/operation.js'
import { perform } from '../call/perform.js'
import type { ClientContext } from '../context.js'
import type { Embeddings, EmbeddingsBody, EmbeddingsResult } from '../types/embeddings.js'
import { joinAnswers, maxInputs, splitInput, withKnown, withoutKnown } from './embedding-batches.js'
import { sendParts, type Part } from './embedding-parts.js'

/** By target, in the order of the requests. Vectors of two models do not mix, so a fallback starts again; a retry continues. */
type Parts = Map<Target, (Part | undefined)[]>

function embeddingsCodec({ provider, model }: Target): EmbeddingsProtocol {
  const codec = provider.embeddingsFor(model)
  if (codec) return codec
  throw new ConfigError(
    'model',
    `the provider \`${provider.id}\` has no embeddings in this version${provider.unspoken}`,
    {
      provider: provider.id,
      model,
    },
  )
}

interface EmbeddingsCall {
  readonly request: EmbeddingsRequest
  readonly received: Parts
  /** Vectors that need not be asked for. */
  readonly known?: KnownVectors | undefined
}

export const embeddings: Operation<EmbeddingsCall> = {
  read(_client, given, options) {
    const { body, options: own } = splitArguments(given as EmbeddingsBody, options)
    requireField(body, 'input', 'a string or an array', (value) => typeof value === 'string' || Array.isArray(value))
    const request = body as EmbeddingsRequest
    return {
      input: { operation: 'embeddings', model: request.model, options: own, request: { embeddings: request } },
      request: { request, received: new Map() },
      stream: false,
    }
  },
  replace: (asking, { request: by }) =>
    by && 'embeddings' in by ? { request: by.embeddings, received: new Map(), known: by.known } : asking,
  attempt: async (run, asking) => ({ embeddings: await embedRest(run, asking) }),
  body(answer, { request }) {
    if (!('embeddings' in answer)) return {}
    return request.encoding_format === 'base64' ? asBase64(answer.embeddings) : answer.embeddings
  },
}

export function createEmbeddings(client: ClientContext): Embeddings {
  // The type of the answer is OpenAI's; see `EmbeddingsResult`.
  return { create: (body, options) => perform(client, embeddings, body, options) as Promise<EmbeddingsResult> }
}

/** Asks for what this target's model has not made before. */
async function embedRest(run: AttemptRun, { request, received, known }: EmbeddingsCall): Promise<EmbeddingsResponse> {
  const { provider, model } = run.target
  const vectors = known?.get(`${provider.id}/${model}`)
  if (!vectors) return embed(run, request, received)
  const rest = withoutKnown(request, vectors)
  const came = rest && (await embed(run, rest, received))
  return withKnown(came ?? { object: 'list', data: [], model }, vectors)
}

async function embed(run: AttemptRun, request: EmbeddingsRequest, received: Parts): Promise<EmbeddingsResponse> {
  const { target, extraBody, params } = run
  const codec = embeddingsCodec(target)
  const whole = { ...request, ...params, ...(extraBody && { extra_body: extraBody }) }
  const requests = splitInput(whole, maxInputs(target, codec))
  const parts = received.get(target) ?? requests.map(() => undefined)
  received.set(target, parts)
  await sendParts(run, codec, requests, parts)
  const done = parts as Part[]
  const costs = done.flatMap(({ cost }) => (cost === undefined ? [] : [cost]))
  run.headers.cost = costs.length > 0 ? costs.reduce((sum, cost) => sum + cost, 0) : undefined
  return joinAnswers(
    requests,
    done.map((part) => part.embeddings),
  )
}

/** The vectors in base64, as the caller asked. OpenAI's types call them lists of numbers too. */
function asBase64(response: EmbeddingsResponse): EmbeddingsResponse {
  return {
    ...response,
    data: response.data.map((entry) => ({
      ...entry,
      embedding: encodeEmbedding(entry.embedding) as unknown as number[],
    })),
  }
}
