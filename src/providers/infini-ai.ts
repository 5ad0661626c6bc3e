import { openaiCompatible } from './openai-compatible.js'

/** Infini-AI (https://docs.infini-ai.com). */
export const infiniAi = openaiCompatible({
  id: 'infini-ai',
  name: 'Infini-AI',
  embeddings: true,
  baseURL: 'https://cloud.infini-ai.com/maas/v1',
  env: ['INFINIAI_API_KEY'],
  docs: 'https://docs.infini-ai.com',
})
