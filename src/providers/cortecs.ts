import { openaiCompatible } from './openai-compatible.js'

/** Cortecs (https://docs.cortecs.ai). */
export const cortecs = openaiCompatible({
  id: 'cortecs',
  name: 'Cortecs',
  baseURL: 'https://api.cortecs.ai/v1',
  env: ['CORTECS_API_KEY'],
  quirks: {},
  docs: 'https://docs.cortecs.ai',
})
