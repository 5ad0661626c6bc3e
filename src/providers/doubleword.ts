import { openaiCompatible } from './openai-compatible.js'

/** Doubleword (https://docs.doubleword.ai). */
export const doubleword = openaiCompatible({
  id: 'doubleword',
  name: 'Doubleword',
  embeddings: true,
  baseURL: 'https://api.doubleword.ai/v1',
  env: ['DOUBLEWORD_API_KEY'],
  docs: 'https://docs.doubleword.ai',
})
