import { openaiCompatible } from './openai-compatible.js'

export const ofox = openaiCompatible({
  id: 'ofox',
  name: 'Ofox',
  baseURL: 'https://api.ofox.ai/v1',
  env: ['OFOX_API_KEY'],
  quirks: {},
  docs: 'https://ofox.ai/docs',
})
