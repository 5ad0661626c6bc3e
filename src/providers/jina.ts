import { openaiCompatible } from './openai-compatible.js'

/** Jina AI (https://jina.ai/embeddings/). */
export const jina = openaiCompatible({
  id: 'jina',
  name: 'Jina AI',
  protocols: ['openai-embeddings', 'jina-rerank'],
  baseURL: 'https://api.jina.ai/v1',
  env: ['JINA_API_KEY', 'JINA_AI_API_KEY'],
  quirks: {
    inputTypes: {
      field: 'task',
      words: {
        query: 'retrieval.query',
        document: 'retrieval.passage',
        similarity: 'text-matching',
        classification: 'classification',
        clustering: 'separation',
        code: 'code.query',
      },
      others: ['code.passage', 'nl2code.query', 'nl2code.passage', 'clustering'],
    },
  },
  docs: 'https://jina.ai/embeddings/',
})
