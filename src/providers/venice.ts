import { openaiCompatible } from './openai-compatible.js'

/** Venice AI (https://docs.venice.ai). */
export const venice = openaiCompatible({
  id: 'venice',
  name: 'Venice AI',
  embeddings: true,
  baseURL: 'https://api.venice.ai/api/v1',
  env: ['VENICE_API_KEY', 'VENICE_AI_API_KEY'],
  docs: 'https://docs.venice.ai',
})
