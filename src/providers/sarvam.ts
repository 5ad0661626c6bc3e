import { openaiCompatible } from './openai-compatible.js'

/** Sarvam AI (https://docs.sarvam.ai/api-reference-docs/getting-started/models). */
export const sarvam = openaiCompatible({
  id: 'sarvam',
  name: 'Sarvam AI',
  baseURL: 'https://api.sarvam.ai/v1',
  auth: { header: 'api-subscription-key' },
  env: ['SARVAM_API_KEY'],
  docs: 'https://docs.sarvam.ai/api-reference-docs/getting-started/models',
})
