import { openaiCompatible } from './openai-compatible.js'

/** Ofox (https://ofox.ai/docs). */
export const ofox = openaiCompatible({
  id: 'ofox',
  name: 'Ofox',
  baseURL: 'https://api.ofox.ai/v1',
  env: ['OFOX_API_KEY'],
  quirks: {},
  docs: 'https://ofox.ai/docs',
})
