import { openaiCompatible } from './openai-compatible.js'

/** Cohere (https://docs.cohere.com/reference/about). */
export const cohere = openaiCompatible({
  id: 'cohere',
  name: 'Cohere',
  protocols: ['cohere-chat', 'cohere-embeddings', 'cohere-rerank'],
  baseURL: 'https://api.cohere.com',
  env: ['COHERE_API_KEY', 'CO_API_KEY'],
  quirks: {},
  hosts: ['api.cohere.com', 'api.cohere.ai'],
  docs: 'https://docs.cohere.com/reference/about',
})
