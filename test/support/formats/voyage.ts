/** Voyage's embeddings and rerank. */
import type { FakeFormat } from './shape.js'

export const voyage: FakeFormat = {
  path: /\/voyage\/(?:embeddings|rerank|multimodalembeddings|contextualizedembeddings)$/,
  streams: () => false,
  whole: (path, body) => ({
    object: 'list',
    data: path.endsWith('/rerank')
      ? [{ index: 1, relevance_score: 0.9 }]
      : [{ object: 'embedding', index: 0, embedding: [0.5, -0.25] }],
    model: body['model'],
    usage: { total_tokens: 5 },
  }),
  events: () => [],
  error: (_status, { message }) => ({ detail: message }),
}
