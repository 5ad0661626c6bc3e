import { openaiCompatible } from './openai-compatible.js'

/** Scaleway Generative APIs (https://www.scaleway.com/en/docs/generative-apis/). */
export const scaleway = openaiCompatible({
  id: 'scaleway',
  name: 'Scaleway Generative APIs',
  embeddings: true,
  baseURL: 'https://api.scaleway.ai/v1',
  env: ['SCALEWAY_API_KEY', 'SCW_SECRET_KEY'],
  docs: 'https://www.scaleway.com/en/docs/generative-apis/',
})
