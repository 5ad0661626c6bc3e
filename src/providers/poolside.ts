import { openaiCompatible } from './openai-compatible.js'

/** Poolside (https://platform.poolside.ai). */
export const poolside = openaiCompatible({
  id: 'poolside',
  name: 'Poolside',
  baseURL: 'https://inference.poolside.ai/v1',
  env: ['POOLSIDE_API_KEY'],
  docs: 'https://platform.poolside.ai',
})
