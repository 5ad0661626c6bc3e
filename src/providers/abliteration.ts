import { openaiCompatible } from './openai-compatible.js'

/** abliteration.ai (https://docs.abliteration.ai/models). */
export const abliteration = openaiCompatible({
  id: 'abliteration',
  name: 'abliteration.ai',
  baseURL: 'https://api.abliteration.ai/v1',
  env: ['ABLITERATION_API_KEY', 'ABLIT_KEY'],
  docs: 'https://docs.abliteration.ai/models',
})
