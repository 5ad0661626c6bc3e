import { openaiCompatible } from './openai-compatible.js'

/** Public AI (https://docs.litellm.ai/docs/providers/publicai). */
export const publicai = openaiCompatible({
  id: 'publicai',
  name: 'Public AI',
  baseURL: 'https://api.publicai.co/v1',
  env: ['PUBLICAI_API_KEY'],
  docs: 'https://docs.litellm.ai/docs/providers/publicai',
})
