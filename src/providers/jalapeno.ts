import { openaiCompatible } from './openai-compatible.js'

/** Jalapeno Cloud (https://www.jalapeno-cloud.ai/docs/). */
export const jalapeno = openaiCompatible({
  id: 'jalapeno',
  name: 'Jalapeno Cloud',
  baseURL: 'https://api.jalapeno-cloud.ai/v1',
  env: ['JALAPENO_API_KEY'],
  docs: 'https://www.jalapeno-cloud.ai/docs/',
})
