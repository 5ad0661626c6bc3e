import { openaiCompatible } from './openai-compatible.js'

/** DeepInfra (https://deepinfra.com/docs/openai_api). */
export const deepinfra = openaiCompatible({
  id: 'deepinfra',
  name: 'DeepInfra',
  embeddings: true,
  baseURL: 'https://api.deepinfra.com/v1/openai',
  env: ['DEEPINFRA_API_KEY'],
  docs: 'https://deepinfra.com/docs/openai_api',
})
