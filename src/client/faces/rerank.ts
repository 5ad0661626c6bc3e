/** `rerank`: documents by relevance to a query, in the shape of Cohere and Jina. */
import { ConfigError } from '../../kernel/errors.js'
import type { RerankRequest, RerankResponse } from '../../kernel/hub.js'
import type { RerankProtocol } from '../../kernel/protocol.js'
import type { Target } from '../../router/target.js'
import { requireField, splitArguments } from '../call/arguments.js'
import { readJson } from '../transport/body.js'
import type { AttemptRun } from '../call/attempt-run.js'
import { LogicalCall, type ClientContext } from '../call/logical-call.js'
import { execute } from '../call/execute.js'
import { ranked } from '../answers/ranks.js'
import { decoding, encodingFor } from '../transport/failure.js'
import type { CallOptions } from '../types/options.js'
import type { Rerank, RerankAnswer, RerankBody } from '../types/rerank.js'

function rerankCodec({ provider, model }: Target): RerankProtocol {
  if (provider.rerank) return provider.rerank
  throw new ConfigError('model', `the provider \`${provider.id}\` has no rerank in this version${provider.unspoken}`, {
    provider: provider.id,
    model,
  })
}

export function createRerank(client: ClientContext): Rerank {
  return {
    async create(given: RerankBody, options?: CallOptions): Promise<RerankAnswer> {
      const { body, options: callOptions } = splitArguments(given, options)
      requireField(body, 'query', 'a string', (value) => typeof value === 'string')
      requireField(body, 'documents', 'an array', Array.isArray)
      const request = body as RerankRequest
      const call = new LogicalCall(client, {
        operation: 'rerank',
        model: request.model,
        options: callOptions,
        request: undefined,
        body: { request: body, made: 'order' },
      })
      try {
        const { run, answer } = await execute(call, (run) => rank(run, request))
        const { id, model, usage } = answer
        return { ...answer, _meta: call.succeed(run, { other: { id, model, usage } }) }
      } catch (error) {
        throw call.fail(error)
      }
    },
  }
}

async function rank(run: AttemptRun, request: RerankRequest): Promise<{ run: AttemptRun; answer: RerankResponse }> {
  const codec = rerankCodec(run.target)
  const { extraBody, params } = run
  const own = { ...request, ...params, ...(extraBody && { extra_body: extraBody }) }
  const encoded = encodingFor(run.encodeContext, (context) => codec.encodeRequest(own, context))
  const wire = await readJson(await run.send(encoded, codec, false), run.limits)
  const decoded = decoding(() => ranked(codec.decodeResponse(wire), own, run.encodeContext.warn))
  const answer = decoded.model === '' ? { ...decoded, model: run.target.model } : decoded
  run.finish()
  return { run, answer }
}
