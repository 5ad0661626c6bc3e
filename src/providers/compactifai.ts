import { openaiCompatible } from './openai-compatible.js'

export const compactifai = openaiCompatible({
  id: 'compactifai',
  name: 'CompactifAI',
  baseURL: 'https://api.compactif.ai/v1',
  env: ['COMPACTIFAI_API_KEY'],
  docs: 'https://docs.litellm.ai/docs/providers/compactifai',
})
