import { openaiCompatible } from './openai-compatible.js'

/** Reka (https://docs.reka.ai). */
export const reka = openaiCompatible({
  id: 'reka',
  name: 'Reka',
  baseURL: 'https://api.reka.ai/v1',
  env: ['REKA_API_KEY'],
  docs: 'https://docs.reka.ai',
})
