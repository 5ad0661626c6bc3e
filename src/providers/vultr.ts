import { openaiCompatible } from './openai-compatible.js'

/** Vultr Inference (https://api.vultrinference.com). */
export const vultr = openaiCompatible({
  id: 'vultr',
  name: 'Vultr Inference',
  baseURL: 'https://api.vultrinference.com/v1',
  env: ['VULTR_API_KEY'],
  docs: 'https://api.vultrinference.com',
})
