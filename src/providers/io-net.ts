import { openaiCompatible } from './openai-compatible.js'

/** IO Intelligence (https://io.net/docs/guides/intelligence/io-intelligence). */
export const ioNet = openaiCompatible({
  id: 'io-net',
  name: 'IO Intelligence',
  embeddings: true,
  baseURL: 'https://api.intelligence.io.solutions/api/v1',
  env: ['IOINTELLIGENCE_API_KEY'],
  docs: 'https://io.net/docs/guides/intelligence/io-intelligence',
})
