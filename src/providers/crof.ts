import { openaiCompatible } from './openai-compatible.js'

export const crof = openaiCompatible({
  id: 'crof',
  name: 'CrofAI',
  baseURL: 'https://crof.ai/v1',
  env: ['CROF_API_KEY', 'CROFAI_API_KEY'],
  docs: 'https://crof.ai/docs',
})
