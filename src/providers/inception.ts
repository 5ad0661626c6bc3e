import { openaiCompatible } from './openai-compatible.js'

/** Inception (https://docs.inceptionlabs.ai/get-started/models). */
export const inception = openaiCompatible({
  id: 'inception',
  name: 'Inception',
  baseURL: 'https://api.inceptionlabs.ai/v1',
  env: ['INCEPTION_API_KEY'],
  docs: 'https://docs.inceptionlabs.ai/get-started/models',
})
