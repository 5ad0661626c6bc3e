import { openaiCompatible } from './openai-compatible.js'

/** Mixlayer (https://docs.mixlayer.com). */
export const mixlayer = openaiCompatible({
  id: 'mixlayer',
  name: 'Mixlayer',
  baseURL: 'https://models.mixlayer.ai/v1',
  env: ['MIXLAYER_API_KEY'],
  docs: 'https://docs.mixlayer.com',
})
