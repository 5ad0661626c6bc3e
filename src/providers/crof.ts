import { openaiCompatible } from './openai-compatible.js'

/** CrofAI (https://crof.ai/docs). */
export const crof = openaiCompatible({
  id: 'crof',
  name: 'CrofAI',
  baseURL: 'https://crof.ai/v1',
  env: ['CROF_API_KEY', 'CROFAI_API_KEY'],
  docs: 'https://crof.ai/docs',
})
