import { openaiCompatible } from './openai-compatible.js'

/** LLM Gateway (https://docs.llmgateway.io). */
export const llmgateway = openaiCompatible({
  id: 'llmgateway',
  name: 'LLM Gateway',
  embeddings: true,
  baseURL: 'https://api.llmgateway.io/v1',
  env: ['LLMGATEWAY_API_KEY'],
  quirks: {},
  docs: 'https://docs.llmgateway.io',
})
