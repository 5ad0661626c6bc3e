/** `embeddings`: OpenAI's shape in and out. */
import { ConfigError } from '../kernel/errors.js'
import type { EmbeddingsRequest, EmbeddingsResponse } from '../kernel/hub.js'
import type { EmbeddingsProtocol } from '../kernel/protocol.js'
import { encodeEmbedding } from '../protocols/openai-embeddings.js'
import type { Target } from '../router/target.js'
import { requireField, splitArguments } from './arguments.js'
import { LogicalCall, type AttemptRun, type ClientContext } from './call.js'
import { execute } from './execute.js'
import { decoding, encoding } from './failure.js'
import { readJson } from './body.js'
import type { CallOptions, Embeddings, EmbeddingsBody, EmbeddingsResult } from './types.js'

function embeddingsCodec({ provider, model }: Target): EmbeddingsProtocol {
  const codec = provider.embeddingsFor(model)
  if (codec) return codec
  throw new ConfigError('model', `the provider \`${provider.id}\` has no embeddings in this version`, {
    provider: provider.id,
    model,
  })
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
        const { run, embeddings } = await execute(call, (run) => embed(run, request))
        const meta = call.succeed(run, { embeddings })
        return { ...(request.encoding_format === 'base64' ? asBase64(embeddings) : embeddings), _meta: meta }
      } catch (error) {
        throw call.fail(error)
      }
    },
  }
}

async function embed(
  run: AttemptRun,
  request: EmbeddingsRequest,
): Promise<{ run: AttemptRun; embeddings: EmbeddingsResponse }> {
  const codec = embeddingsCodec(run.target)
  const { extraBody } = run
  const own = { ...request, ...(extraBody && { extra_body: extraBody }) }
  const encoded = encoding(run.target.provider.id, () => codec.encodeRequest(own, run.encodeContext))
  const answer = await run.send(encoded, codec, false)
  const wire = await readJson(answer, run.limits)
  const embeddings = decoding(() => codec.decodeResponse(wire))
  run.finish()
  return { run, embeddings }
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
