import { openaiCompatible } from './openai-compatible.js'

/** CompactifAI (https://docs.litellm.ai/docs/providers/compactifai). */
export const compactifai = openaiCompatible({
  id: 'compactifai',
  name: 'CompactifAI',
  baseURL: 'https://api.compactif.ai/v1',
  env: ['COMPACTIFAI_API_KEY'],
  docs: 'https://docs.litellm.ai/docs/providers/compactifai',
})
