/** `rerank`: documents by relevance to a query, in the shape of Cohere and Jina. */
import type { RerankRequest, RerankResponse } from '../../kernel/hub.js'
import type { RerankProtocol } from '../../kernel/protocol.js'
import { checkedResults } from '../answers/rerank-results.js'
import { perform } from '../call/perform.js'
import type { ClientContext } from '../context.js'
import type { Rerank, RerankAnswer } from '../types/rerank.js'
import { oneAnswer } from './one-answer.js'

export const rerank = oneAnswer<RerankRequest, RerankResponse, RerankProtocol>({
  operation: 'rerank',
  made: 'order',
  name: 'rerank',
  fields: {
    query: ['a string', (value) => typeof value === 'string'],
    documents: ['an array', Array.isArray],
  },
  formatOf: (provider) => provider.rerank,
  encode: (format, request, context) => format.encodeRequest(request, context),
  decode: (format, wire, request, warn) => checkedResults(format.decodeResponse(wire), request, warn),
  factsOf: ({ id, model, usage }) => ({ id, model, usage }),
})

export function createRerank(client: ClientContext): Rerank {
  return { create: (body, options) => perform(client, rerank, body, options) as Promise<RerankAnswer> }
}
