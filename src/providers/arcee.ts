import { openaiCompatible } from './openai-compatible.js'

/** Arcee AI (https://docs.arcee.ai). */
export const arcee = openaiCompatible({
  id: 'arcee',
  name: 'Arcee AI',
  baseURL: 'https://api.arcee.ai/api/v1',
  env: ['ARCEE_API_KEY'],
  docs: 'https://docs.arcee.ai',
})
