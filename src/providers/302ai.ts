import { openaiCompatible } from './openai-compatible.js'

/** 302.AI (https://doc.302.ai). */
export const ai302 = openaiCompatible({
  id: '302ai',
  name: '302.AI',
  embeddings: true,
  baseURL: 'https://api.302.ai/v1',
  env: ['AI302_API_KEY'],
  quirks: {},
  docs: 'https://doc.302.ai',
})
