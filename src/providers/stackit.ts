import { openaiCompatible } from './openai-compatible.js'

/** STACKIT AI Model Serving (https://docs.stackit.cloud/products/data-and-ai/ai-model-serving/). */
export const stackit = openaiCompatible({
  id: 'stackit',
  name: 'STACKIT AI Model Serving',
  embeddings: true,
  baseURL: 'https://api.openai-compat.model-serving.eu01.onstackit.cloud/v1',
  env: ['STACKIT_API_KEY'],
  docs: 'https://docs.stackit.cloud/products/data-and-ai/ai-model-serving/',
})
