import { openaiCompatible } from './openai-compatible.js'

/** Regolo AI (https://docs.regolo.ai). */
export const regolo = openaiCompatible({
  id: 'regolo',
  name: 'Regolo AI',
  embeddings: true,
  baseURL: 'https://api.regolo.ai/v1',
  env: ['REGOLO_API_KEY'],
  docs: 'https://docs.regolo.ai',
})
