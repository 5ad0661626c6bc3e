import { openaiCompatible } from './openai-compatible.js'

/** Avian (https://docs.litellm.ai/docs/providers/avian). */
export const avian = openaiCompatible({
  id: 'avian',
  name: 'Avian',
  baseURL: 'https://api.avian.io/v1',
  env: ['AVIAN_API_KEY'],
  docs: 'https://docs.litellm.ai/docs/providers/avian',
})
