import { openaiCompatible } from './openai-compatible.js'

/** Umans AI (https://app.umans.ai/offers/code/docs). */
export const umans = openaiCompatible({
  id: 'umans',
  name: 'Umans AI',
  baseURL: 'https://api.code.umans.ai/v1',
  env: ['UMANS_AI_API_KEY', 'UMANS_API_KEY'],
  docs: 'https://app.umans.ai/offers/code/docs',
})
