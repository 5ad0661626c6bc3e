import { openaiCompatible } from './openai-compatible.js'

export const vultr = openaiCompatible({
  id: 'vultr',
  name: 'Vultr Inference',
  baseURL: 'https://api.vultrinference.com/v1',
  env: ['VULTR_API_KEY'],
  docs: 'https://api.vultrinference.com',
})
