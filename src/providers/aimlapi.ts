import { openaiCompatible } from './openai-compatible.js'

/** AI/ML API (https://docs.aimlapi.com). */
export const aimlapi = openaiCompatible({
  id: 'aimlapi',
  name: 'AI/ML API',
  embeddings: true,
  baseURL: 'https://api.aimlapi.com/v1',
  env: ['AIML_API_KEY', 'AIMLAPI_API_KEY'],
  quirks: {},
  docs: 'https://docs.aimlapi.com',
})
