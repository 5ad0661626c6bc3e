import type { ProviderRow } from '../kernel/provider.js'

/** OpenRouter (https://openrouter.ai/docs/api-reference/overview). */
export const openrouter: ProviderRow = {
  id: 'openrouter',
  name: 'OpenRouter',
  // https://openrouter.ai/docs/api/api-reference/rerank/create-rerank
  protocols: ['openai-chat', 'openai-responses', 'openai-embeddings', 'jina-rerank', 'systemone'],
  baseURL: 'https://openrouter.ai/api/v1',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: ['OPENROUTER_API_KEY'],
  // `reasoning_details` keep the reasoning of a tool loop.
  quirks: { cacheControl: true, reasoningContent: true, maxUser: 128 },
  hosts: ['openrouter.ai', '.openrouter.ai'],
  gateway: { traceparent: false, modelNames: '{vendor}/{model}', idHeaders: ['x-generation-id'] },
  docs: 'https://openrouter.ai/docs/api-reference/overview',
}
