/** `@perplexity-ai/perplexity_ai`: chat, responses, embeddings and web search. */
import { asString, path, type Integration } from '../src/autolog/contract.js'
import { at, openaiOperations } from './shared/openai-operations.js'
import { stainless } from './shared/stainless.js'

const { instrument, shapes } = stainless({
  client: 'Perplexity',
  provider: 'perplexity',
  // Begins an answer that is fetched later: https://docs.perplexity.ai/api-reference/async-sonar-api-request
  raw: ({ method, pathname }) =>
    method === 'post' && pathname.endsWith('/async/chat/completions')
      ? {
          protocol: 'json',
          operation: 'chat',
          model: ([, options]) => asString(path(options, 'body', 'request', 'model')),
        }
      : undefined,
  operations: [
    ...openaiOperations,
    at('/contextualizedembeddings', 'create', 'ContextualizedEmbeddings', {
      protocol: 'json',
      operation: 'embeddings',
    }),
    at('/search', 'create', 'Search', { protocol: 'json', operation: 'retrieval' }),
  ],
})

export const perplexity: Integration = {
  id: 'perplexity',
  targets: [{ package: '@perplexity-ai/perplexity_ai', tested: '0', shapes, instrument }],
}
