import { openaiCompatible } from './openai-compatible.js'

/** Berget AI (https://api.berget.ai). */
export const berget = openaiCompatible({
  id: 'berget',
  name: 'Berget AI',
  embeddings: true,
  baseURL: 'https://api.berget.ai/v1',
  env: ['BERGET_API_KEY'],
  docs: 'https://api.berget.ai',
})
