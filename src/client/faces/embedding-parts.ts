/** The parallel requests of one attempt at embeddings. */
import type { EmbeddingsRequest, EmbeddingsResponse } from '../../kernel/hub.js'
import type { EmbeddingsProtocol } from '../../kernel/protocol.js'
import { withCallerIndex, orderedVectors, sizeOf } from '../answers/vectors.js'
import type { Abortable } from '../call/abortable.js'
import type { AttemptRun } from '../call/attempt-run.js'
import { AttemptLimits } from '../call/time-limits.js'
import { readJson } from '../transport/body.js'
import { decoding, encodingFor, locate } from '../transport/failure.js'

/** Requests of one call that are on their way at the same time. */
const MAX_CONCURRENT = 8

/** The answer to one request. */
export interface Part {
  readonly embeddings: EmbeddingsResponse
  /** The cost in USD, if a header of the answer has it. */
  readonly cost: number | undefined
}

/** Sends those of `requests` that have no part yet, and puts the answers into `parts`. */
export async function sendParts(
  run: AttemptRun,
  codec: EmbeddingsProtocol,
  requests: readonly EmbeddingsRequest[],
  parts: (Part | undefined)[],
): Promise<void> {
  const waiting = parts.flatMap((part, at) => (part ? [] : [at]))
  const starts = startsOf(requests)
  await sideBySide(waiting, run.limits, async (at) => {
    parts[at] = await embedPart(run, codec, requests[at] as EmbeddingsRequest, starts[at] ?? 0)
  })
}

/** Runs `step` on every entry. Throws the first failure, and starts nothing after it or after an abort. */
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
  // The caller aborts the other requests when this throws.
  await Promise.all(Array.from({ length: Math.min(MAX_CONCURRENT, entries.length) }, worker))
  limits.throwIfAborted()
}

/** Index of each request's first input among all inputs. */
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
    const cost = run.headers.costIn(answer.response.headers)
    try {
      const wire = await readJson(answer, limits)
      const answered = decoding(() => orderedVectors(codec.decodeResponse(wire), request, first))
      const embeddings = answered.model === '' ? { ...answered, model: run.target.model } : answered
      tellLength(embeddings, request, run)
      return { embeddings: withTokens(embeddings, answer.response.headers, codec.tokensHeader), cost }
    } catch (error) {
      // The attempt has the headers of the last answer, which may be another one.
      throw locate(withCallerIndex(error, first), answer.fields, run.redaction)
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

/** Warns of vectors of another length than requested. Vectors of packed bits differ by design; their codec says so. */
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
