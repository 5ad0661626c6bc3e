import { openaiCompatible } from './openai-compatible.js'

export const cohere = openaiCompatible({
  id: 'cohere',
  name: 'Cohere',
  embeddings: true,
  baseURL: 'https://api.cohere.ai/compatibility/v1',
  env: ['COHERE_API_KEY', 'CO_API_KEY'],
  hosts: ['api.cohere.ai', 'api.cohere.com'],
  docs: 'https://docs.cohere.com/docs/compatibility-api',
})
