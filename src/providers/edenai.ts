import { openaiCompatible } from './openai-compatible.js'

/** Eden AI (https://docs.edenai.co). */
export const edenai = openaiCompatible({
  id: 'edenai',
  name: 'Eden AI',
  embeddings: true,
  baseURL: 'https://api.edenai.run/v3',
  env: ['EDENAI_API_KEY'],
  quirks: {},
  docs: 'https://docs.edenai.co',
})
