import { openaiCompatible } from './openai-compatible.js'

/** Parasail (https://docs.parasail.io). */
export const parasail = openaiCompatible({
  id: 'parasail',
  name: 'Parasail',
  baseURL: 'https://api.parasail.io/v1',
  env: ['PARASAIL_API_KEY'],
  docs: 'https://docs.parasail.io',
})
