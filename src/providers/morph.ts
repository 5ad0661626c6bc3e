import { openaiCompatible } from './openai-compatible.js'

export const morph = openaiCompatible({
  id: 'morph',
  name: 'Morph',
  embeddings: true,
  baseURL: 'https://api.morphllm.com/v1',
  env: ['MORPH_API_KEY'],
  docs: 'https://docs.morphllm.com/api-reference/introduction',
})
