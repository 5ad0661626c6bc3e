import { openaiCompatible } from './openai-compatible.js'

/** Voyage AI (https://docs.voyageai.com/reference/embeddings-api). */
export const voyage = openaiCompatible({
  id: 'voyage',
  name: 'Voyage AI',
  protocols: ['voyage-embeddings', 'voyage-rerank'],
  baseURL: 'https://api.voyageai.com/v1',
  env: ['VOYAGE_API_KEY'],
  quirks: {},
  docs: 'https://docs.voyageai.com/reference/embeddings-api',
})
