/** `embeddings`: OpenAI's shape in and out. */
import { ConfigError } from '../../kernel/errors.js'
import type { EmbeddingsRequest, EmbeddingsResponse } from '../../kernel/hub.js'
import type { EmbeddingsProtocol } from '../../kernel/protocol.js'
import { encodeEmbedding } from '../../protocols/openai-embeddings.js'
import type { Target } from '../../router/target.js'
import { requireField, splitArguments } from '../call/arguments.js'
import { readJson } from '../transport/body.js'
import type { AttemptRun } from '../call/attempt-run.js'
import { LogicalCall, type ClientContext } from '../call/logical-call.js'
import { counted, inOrder, sizeOf } from '../answers/vectors.js'
import { joinAnswers, maxInputs, splitInput } from './embedding-batches.js'
import { execute } from '../call/execute.js'
import { decoding, encodingFor, locate } from '../transport/failure.js'
import type { Abortable } from '../call/abortable.js'
import { AttemptLimits } from '../call/time-limits.js'
import type { Embeddings, EmbeddingsBody, EmbeddingsResult } from '../types/embeddings.js'
import type { CallOptions } from '../types/options.js'

/** Requests of one call that are on their way at the same time. */
const MAX_CONCURRENT = 8

/** What one request brought. */
interface Part {
  readonly embeddings: EmbeddingsResponse
  /** USD, where a header of the answer says it. */
  readonly cost: number | undefined
}

/** By target, in order of the requests. Vectors of two models do not mix, so a fallback begins anew; a retry goes on. */
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

export function createEmbeddings(client: ClientContext): Embeddings {
  return {
    async create(given: EmbeddingsBody, options?: CallOptions): Promise<EmbeddingsResult> {
      const { body, options: callOptions } = splitArguments(given, options)
      requireField(body, 'input', 'a string or an array', (value) => typeof value === 'string' || Array.isArray(value))
      const request = body as EmbeddingsRequest
      const { model } = request
      const call = new LogicalCall(client, {
        operation: 'embeddings',
        model,
        options: callOptions,
        request: { embeddings: request },
      })
      try {
        const received: Parts = new Map()
        const { run, embeddings } = await execute(call, (run) => embed(run, request, received))
        const meta = call.succeed(run, { embeddings })
        const answer = request.encoding_format === 'base64' ? asBase64(embeddings) : embeddings
        // Its type follows OpenAI's, as the type of the result says.
        return { ...answer, _meta: meta } as EmbeddingsResult
      } catch (error) {
        throw call.fail(error)
      }
    },
  }
}

async function embed(
  run: AttemptRun,
  request: EmbeddingsRequest,
  received: Parts,
): Promise<{ run: AttemptRun; embeddings: EmbeddingsResponse }> {
  const { target, extraBody, params } = run
  const codec = embeddingsCodec(target)
  const whole = { ...request, ...params, ...(extraBody && { extra_body: extraBody }) }
  const requests = splitInput(whole, maxInputs(target, codec))
  const parts = received.get(target) ?? requests.map(() => undefined)
  received.set(target, parts)
  const waiting = parts.flatMap((part, at) => (part ? [] : [at]))
  const starts = startsOf(requests)
  await sideBySide(waiting, run.limits, async (at) => {
    parts[at] = await embedPart(run, codec, requests[at] as EmbeddingsRequest, starts[at] ?? 0)
  })
  const done = parts as Part[]
  const costs = done.flatMap(({ cost }) => (cost === undefined ? [] : [cost]))
  run.reportedCost = costs.length > 0 ? costs.reduce((sum, cost) => sum + cost, 0) : undefined
  const embeddings = joinAnswers(
    requests,
    done.map((part) => part.embeddings),
  )
  run.finish()
  return { run, embeddings }
}

/** Runs `step` on every entry. The first failure is thrown, and nothing is begun after it or after an abort. */
async function sideBySide<T>(
  entries: readonly T[],
  limits: Abortable,
  step: (entry: T) => Promise<void>,
): Promise<void> {
  const queue = entries.values()
  let failed = false
  const worker = async (): Promise<void> => {
    for (const entry of queue) {
      if (failed || limits.aborted) return
      try {
        await step(entry)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  // Whoever runs the attempt aborts what is still on its way when this throws.
  await Promise.all(Array.from({ length: Math.min(MAX_CONCURRENT, entries.length) }, worker))
  limits.throwIfAborted()
}

/** Place of each request's first input among all. */
function startsOf(requests: readonly EmbeddingsRequest[]): readonly number[] {
  let before = 0
  return requests.map(({ input }) => {
    const start = before
    before += sizeOf(input)
    return start
  })
}

async function embedPart(
  run: AttemptRun,
  codec: EmbeddingsProtocol,
  request: EmbeddingsRequest,
  first: number,
): Promise<Part> {
  const { id: provider } = run.target.provider
  const encoded = encodingFor(run.encodeContext, (context) => codec.encodeRequest(request, context))
  const limits = new AttemptLimits(run.limits, { provider, model: run.target.model })
  try {
    const answer = await run.send(encoded, codec, false, limits)
    const cost = run.costIn(answer.response.headers)
    try {
      const wire = await readJson(answer, limits)
      const answered = decoding(() => inOrder(codec.decodeResponse(wire), request, first))
      const embeddings = answered.model === '' ? { ...answered, model: run.target.model } : answered
      tellLength(embeddings, request, run)
      return { embeddings: withTokens(embeddings, answer.response.headers, codec.tokensHeader), cost }
    } catch (error) {
      // The attempt knows the answer that came last, which may be another one.
      throw locate(counted(error, first), answer.fields, run.redaction)
    }
  } finally {
    limits.release()
  }
}

function withTokens(embeddings: EmbeddingsResponse, headers: Headers, header: string | undefined): EmbeddingsResponse {
  const text = header === undefined ? null : headers.get(header)
  if (text === null || !/^\d{1,15}$/.test(text) || (embeddings.usage?.total_tokens ?? 0) > 0) return embeddings
  const tokens = Number(text)
  return { ...embeddings, usage: { ...embeddings.usage, prompt_tokens: tokens, total_tokens: tokens } }
}

/** Vectors of packed bits have another length than was asked for; those are told by their codec. */
function tellLength({ data, raw }: EmbeddingsResponse, { dimensions }: EmbeddingsRequest, run: AttemptRun): void {
  const length = data[0]?.embedding.length
  if (
    dimensions === undefined ||
    length === undefined ||
    length === dimensions ||
    raw?.value['embedding_type'] !== undefined
  )
    return
  run.encodeContext.warn(`the vectors have ${length} numbers, not the ${dimensions} asked for`)
}

/** The caller asked for base64, and OpenAI's types call that a list of numbers all the same. */
function asBase64(response: EmbeddingsResponse): EmbeddingsResponse {
  return {
    ...response,
    data: response.data.map((entry) => ({
      ...entry,
      embedding: encodeEmbedding(entry.embedding) as unknown as number[],
    })),
  }
}
