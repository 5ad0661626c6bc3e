import { openaiCompatible } from './openai-compatible.js'

/** RedPill (https://docs.redpill.ai). */
export const redpill = openaiCompatible({
  id: 'redpill',
  name: 'RedPill',
  embeddings: true,
  baseURL: 'https://api.redpill.ai/v1',
  env: ['REDPILL_API_KEY'],
  quirks: {},
  docs: 'https://docs.redpill.ai',
})
