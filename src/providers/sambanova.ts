import { openaiCompatible } from './openai-compatible.js'

export const sambanova = openaiCompatible({
  id: 'sambanova',
  name: 'SambaNova',
  embeddings: true,
  baseURL: 'https://api.sambanova.ai/v1',
  env: ['SAMBANOVA_API_KEY'],
  docs: 'https://docs.sambanova.ai/docs/en/api-reference/overview',
})
