import { openaiCompatible } from './openai-compatible.js'

export const jina = openaiCompatible({
  id: 'jina',
  name: 'Jina AI',
  protocols: ['openai-embeddings', 'jina-rerank'],
  baseURL: 'https://api.jina.ai/v1',
  env: ['JINA_API_KEY', 'JINA_AI_API_KEY'],
  quirks: {},
  docs: 'https://jina.ai/embeddings/',
})
