/** `@perplexity-ai/perplexity_ai`: chat, responses, embeddings and web search. */
import type { Integration } from '../src/autolog/contract.js'
import { at, openaiOperations } from './shared/openai-operations.js'
import { stainless } from './shared/stainless.js'

const { instrument, shapes } = stainless({
  client: 'Perplexity',
  provider: 'perplexity',
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
