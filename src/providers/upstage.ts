import { openaiCompatible } from './openai-compatible.js'

/** Upstage (https://developers.upstage.ai/docs/apis/chat). */
export const upstage = openaiCompatible({
  id: 'upstage',
  name: 'Upstage',
  embeddings: 100,
  baseURL: 'https://api.upstage.ai/v1/solar',
  env: ['UPSTAGE_API_KEY'],
  docs: 'https://developers.upstage.ai/docs/apis/chat',
})
