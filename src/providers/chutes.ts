import { openaiCompatible } from './openai-compatible.js'

/** Chutes (https://chutes.ai/docs). */
export const chutes = openaiCompatible({
  id: 'chutes',
  name: 'Chutes',
  baseURL: 'https://llm.chutes.ai/v1',
  env: ['CHUTES_API_KEY'],
  docs: 'https://chutes.ai/docs',
})
