import { openaiCompatible } from './openai-compatible.js'

/** Morph (https://docs.morphllm.com/api-reference/introduction). */
export const morph = openaiCompatible({
  id: 'morph',
  name: 'Morph',
  embeddings: true,
  baseURL: 'https://api.morphllm.com/v1',
  env: ['MORPH_API_KEY'],
  docs: 'https://docs.morphllm.com/api-reference/introduction',
})
