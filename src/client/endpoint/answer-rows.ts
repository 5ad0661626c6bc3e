/** Operations with one answer that the endpoint serves. */
import { decisions } from '../faces/decisions.js'
import { embeddings } from '../faces/embeddings.js'
import { rerank } from '../faces/rerank.js'
import type { Operation } from '../call/operation.js'
import type { AnswerRow } from './answer-route.js'

const any = (operation: unknown): Operation<never, never> => operation as Operation<never, never>

const GEMINI_EMBED = /^\/(?:v1|v1beta|v1alpha)\/models\/(?<model>.+):(?<method>embedContent|batchEmbedContents)$/

export const ANSWER_ROWS: readonly AnswerRow[] = [
  {
    format: 'openai-embeddings',
    paths: ['/v1/embeddings', '/embeddings'],
    operation: any(embeddings),
    isHub: true,
  },
  {
    // https://ai.google.dev/api/embeddings
    format: 'gemini-embeddings',
    paths: [GEMINI_EMBED],
    operation: any(embeddings),
    complete: (body, { model }) => ({ ...body, model }),
  },
  // https://docs.cohere.com/reference/embed
  { format: 'cohere-embeddings', paths: ['/v2/embed'], operation: any(embeddings) },
  // https://github.com/ollama/ollama/blob/main/docs/api.md#generate-embeddings
  { format: 'ollama-embeddings', paths: ['/api/embed'], operation: any(embeddings) },
  { format: 'jina-rerank', paths: ['/v1/rerank', '/rerank'], operation: any(rerank), isHub: true },
  // https://docs.cohere.com/reference/rerank
  { format: 'cohere-rerank', paths: ['/v2/rerank'], operation: any(rerank) },
  { format: 'openai-decisions', paths: ['/v1/decisions', '/decisions'], operation: any(decisions), isHub: true },
  { format: 'systemone', paths: ['/v1/systemone', '/systemone'], operation: any(decisions) },
]
