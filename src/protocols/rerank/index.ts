/** The formats that order documents by relevance. */
import { META } from '../cohere-chat/fields.js'
import { createRerankCodec } from './codec.js'

/** https://docs.cohere.com/reference/rerank */
export const cohereRerank = createRerankCodec({
  id: 'cohere-rerank',
  path: '/v2/rerank',
  topField: 'top_n',
  resultsField: 'results',
  // The second version dropped it, and objects with it.
  returnsDocuments: false,
  takesObjects: false,
  plainDocuments: false,
  countsInMeta: true,
  fields: { top_n: true, results: { relevance_score: true }, ...META },
  errorField: 'message',
})

/** https://jina.ai/reranker; also what Together, LiteLLM, vLLM and others answer to, who follow Cohere's first version. */
export const jinaRerank = createRerankCodec({
  id: 'jina-rerank',
  path: '/rerank',
  topField: 'top_n',
  resultsField: 'results',
  returnsDocuments: true,
  takesObjects: true,
  plainDocuments: false,
  countsInMeta: false,
  fields: {
    top_n: true,
    return_documents: true,
    results: { relevance_score: true },
    usage: { prompt_tokens: true, total_tokens: true, search_units: true },
  },
  errorField: 'detail',
})

/** https://docs.voyageai.com/reference/reranker-api */
export const voyageRerank = createRerankCodec({
  id: 'voyage-rerank',
  path: '/rerank',
  topField: 'top_k',
  resultsField: 'data',
  returnsDocuments: true,
  takesObjects: false,
  plainDocuments: true,
  countsInMeta: false,
  fields: { top_k: true, return_documents: true, data: { relevance_score: true }, usage: { total_tokens: true } },
  errorField: 'detail',
})
