/** `rerank`: documents by relevance to a query, in the shape of Cohere and Jina. */
import { ConfigError } from '../../kernel/errors.js'
import type { RerankRequest } from '../../kernel/hub.js'
import type { RerankProtocol } from '../../kernel/protocol.js'
import type { Target } from '../../router/target.js'
import { requireField, splitArguments } from '../call/call-arguments.js'
import { readJson } from '../transport/body.js'
import type { Operation } from '../call/operation.js'
import { perform } from '../call/perform.js'
import type { ClientContext } from '../context.js'
import { checkedResults } from '../answers/rerank-results.js'
import { decoding, encodingFor } from '../transport/failure.js'
import type { Rerank, RerankAnswer, RerankBody } from '../types/rerank.js'

function rerankCodec({ provider, model }: Target): RerankProtocol {
  if (provider.rerank) return provider.rerank
  throw new ConfigError('model', `the provider \`${provider.id}\` has no rerank in this version${provider.unspoken}`, {
    provider: provider.id,
    model,
  })
}

export const rerank: Operation<RerankRequest> = {
  read(_client, given, options) {
    const { body, options: own } = splitArguments(given as RerankBody, options)
    requireField(body, 'query', 'a string', (value) => typeof value === 'string')
    requireField(body, 'documents', 'an array', Array.isArray)
    const request = body as RerankRequest
    return {
      input: {
        operation: 'rerank',
        model: request.model,
        options: own,
        request: undefined,
        body: { request: body, made: 'order' },
      },
      request,
      stream: false,
    }
  },
  async attempt(run, request) {
    const codec = rerankCodec(run.target)
    const { extraBody, params } = run
    const own = { ...request, ...params, ...(extraBody && { extra_body: extraBody }) }
    const encoded = encodingFor(run.encodeContext, (context) => codec.encodeRequest(own, context))
    const wire = await readJson(await run.send(encoded, codec, false), run.limits)
    const decoded = decoding(() => checkedResults(codec.decodeResponse(wire), own, run.encodeContext.warn))
    const body = decoded.model === '' ? { ...decoded, model: run.target.model } : decoded
    const { id, model, usage } = body
    return { other: { id, model, usage }, body }
  },
  body: ({ body }) => body ?? {},
}

export function createRerank(client: ClientContext): Rerank {
  return { create: (body, options) => perform(client, rerank, body, options) as Promise<RerankAnswer> }
}
