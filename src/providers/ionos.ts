import { openaiCompatible } from './openai-compatible.js'

/** IONOS AI Model Hub (https://docs.ionos.com/cloud/ai/ai-model-hub). */
export const ionos = openaiCompatible({
  id: 'ionos',
  name: 'IONOS AI Model Hub',
  embeddings: true,
  baseURL: 'https://openai.inference.de-txl.ionos.com/v1',
  env: ['IONOS_API_TOKEN', 'IONOS_API_KEY'],
  docs: 'https://docs.ionos.com/cloud/ai/ai-model-hub',
})
