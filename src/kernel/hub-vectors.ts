/** Embeddings in OpenAI's shape (https://platform.openai.com/docs/api-reference/embeddings), and rerank in Cohere's. */
import type { ProtocolId } from './protocol-ids.js'

export interface EmbeddingsRequest {
  model: string
  input: string | string[] | number[] | number[][]
  dimensions?: number
  encoding_format?: 'float' | 'base64'
  user?: string
  /**
   * The purpose of the vectors: `query`, `document`, `classification`, `clustering`, `similarity`, `code`, `questions`,
   * `facts`, or a provider's own value. Sent if the provider distinguishes them.
   */
  input_type?: 'query' | 'document' | 'classification' | 'clustering' | 'similarity' | (string & {})
  extra_body?: Record<string, unknown>
  /** What only one wire format can say, kept for the codec that read it; the others leave it out. */
  raw?: { protocol: ProtocolId; value: Record<string, unknown> }
}

export interface Embedding {
  object: 'embedding'
  index: number
  /** Numbers, or base64 of little-endian 32-bit floats when `encoding_format` is `base64`. */
  embedding: number[]
}

export interface EmbeddingsResponse {
  object: 'list'
  data: Embedding[]
  model: string
  /** Absent when the provider reports none. */
  usage?: { prompt_tokens: number; total_tokens: number; cost?: number }
  id?: string
  /** Fields of one wire format, such as vectors of other types, for the codec that read them. */
  raw?: { protocol: ProtocolId; value: Record<string, unknown> }
}

/** A request to order documents by relevance, in the shape of Cohere and Jina (https://docs.cohere.com/reference/rerank). */
export interface RerankRequest {
  model: string
  query: string
  /** Texts, or objects whose `text` is ranked. */
  documents: (string | { text: string; [key: string]: unknown })[]
  /** How many results to give; all of them when absent. */
  top_n?: number
  /** Whether results carry their document. Providers differ in the default. */
  return_documents?: boolean
  /** Fields merged into the wire body as they are. */
  extra_body?: Record<string, unknown>
  /** What only one wire format can say, kept for the codec that read it; the others leave it out. */
  raw?: { protocol: ProtocolId; value: Record<string, unknown> }
}

export interface RerankResult {
  /** Index of the document in the request. */
  index: number
  relevance_score: number
  document?: { text: string; [key: string]: unknown }
}

export interface RerankResponse {
  /** Empty when the provider gives none. */
  id: string
  /** Empty when the provider does not say. */
  model: string
  /** Most relevant first. */
  results: RerankResult[]
  usage?: {
    prompt_tokens?: number
    total_tokens?: number
    /** Cohere's billing unit: a query with up to 100 documents is one. */
    search_units?: number
    cost?: number
  }
  /** Cohere's `meta`, as it came. */
  meta?: Record<string, unknown>
}
