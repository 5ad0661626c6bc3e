import { openaiCompatible } from './openai-compatible.js'

/** Xinference (https://inference.readthedocs.io/en/latest/). */
export const xinference = openaiCompatible({
  id: 'xinference',
  name: 'Xinference',
  // https://inference.readthedocs.io/en/latest/models/model_abilities/rerank.html
  protocols: ['openai-chat', 'openai-embeddings', 'openai-completions', 'jina-rerank'],
  baseURL: 'http://127.0.0.1:9997/v1',
  env: [],
  docs: 'https://inference.readthedocs.io/en/latest/',
})
