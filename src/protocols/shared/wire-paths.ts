/**
 * Which format a request has, by the end of its path: for requests that somebody else makes. A test holds that the path of
 * every codec is here, so that the table is read without loading one.
 */
import type { FormatId } from '../../kernel/protocol.js'
import type { VariantId } from '../variants/variant.js'

export interface WirePath {
  /** Ends the path, without its query. */
  readonly end: string
  /** Has to be in it as well. */
  readonly within?: string
  readonly format: FormatId | VariantId
  /** For a format that no provider lists: a host that speaks this one has it. Default: `format`. */
  readonly beside?: FormatId
  /**
   * No other service has such requests, so that they are known at any host: a gateway, a server of the program's own. The name of
   * the format's maker, as `gen_ai.provider.name` has it, and a header or a port that has to be there.
   */
  readonly anywhere?: { readonly provider: string; readonly header?: string; readonly port?: string }
}

const at = (end: string, format: FormatId, within?: string): WirePath =>
  within === undefined ? { end, format } : { end, format, within }

const variant = (end: string, format: VariantId, beside: FormatId, within?: string): WirePath => ({
  ...at(end, beside, within),
  format,
  beside,
})

const anywhere = (end: string, format: FormatId, provider: string, header?: string): WirePath => ({
  end,
  format,
  anywhere: header === undefined ? { provider } : { provider, header },
})

/** Ollama is known by the port where it listens by itself: https://docs.ollama.com/faq */
const atOllama = (row: WirePath): WirePath => ({ ...row, anywhere: { provider: 'ollama', port: '11434' } })

/** The first that fits and that is spoken at the host counts. */
export const WIRE_PATHS: readonly WirePath[] = [
  anywhere('/chat/completions', 'openai-chat', 'openai'),
  // https://platform.claude.com/docs/en/api/versioning: the header is required.
  anywhere('/v1/messages', 'anthropic-messages', 'anthropic', 'anthropic-version'),
  anywhere(':generateContent', 'gemini-generate', 'gcp.gemini'),
  anywhere(':streamGenerateContent', 'gemini-generate', 'gcp.gemini'),
  at(':embedContent', 'gemini-embeddings'),
  at(':batchEmbedContents', 'gemini-embeddings'),
  at(':predict', 'vertex-embeddings', '/publishers/google/'),
  at(':rawPredict', 'anthropic-messages', '/publishers/anthropic/'),
  at(':streamRawPredict', 'anthropic-messages', '/publishers/anthropic/'),
  at(':rawPredict', 'openai-chat', '/publishers/mistralai/'),
  at(':streamRawPredict', 'openai-chat', '/publishers/mistralai/'),
  at('/converse', 'bedrock-converse'),
  at('/converse-stream', 'bedrock-converse'),
  at('/invoke', 'bedrock-titan-embeddings', 'amazon.titan-embed'),
  at('/invoke', 'bedrock-cohere-embeddings', 'cohere.embed'),
  at('/invoke', 'bedrock-nova-embeddings', 'amazon.nova'),
  variant('/invoke', 'bedrock-invoke', 'bedrock-converse', '/model/'),
  variant('/invoke-with-response-stream', 'bedrock-invoke', 'bedrock-converse', '/model/'),
  variant('/v1/chat', 'cohere-chat-v1', 'cohere-chat'),
  variant('/v1/generate', 'cohere-generate', 'cohere-chat'),
  at('/v1/embed', 'cohere-embeddings'),
  at('/v1/rerank', 'cohere-rerank'),
  at('/v2/chat', 'cohere-chat'),
  at('/v2/embed', 'cohere-embeddings'),
  at('/v2/rerank', 'cohere-rerank'),
  atOllama(at('/api/chat', 'ollama-chat')),
  atOllama(variant('/api/generate', 'ollama-generate', 'ollama-chat')),
  atOllama(at('/api/embed', 'ollama-embeddings')),
  atOllama(at('/api/embeddings', 'ollama-embeddings')),
  // https://docs.mistral.ai/api
  variant('/fim/completions', 'mistral-fim', 'openai-chat'),
  variant('/v1/ocr', 'mistral-ocr', 'openai-chat'),
  at('/text/chat', 'watsonx-chat'),
  at('/text/chat_stream', 'watsonx-chat'),
  at('/predictions', 'replicate-predictions'),
  at('/responses', 'openai-responses'),
  at('/embeddings', 'openai-embeddings'),
  at('/embeddings', 'voyage-embeddings'),
  at('/multimodalembeddings', 'voyage-embeddings'),
  at('/rerank', 'jina-rerank'),
  at('/rerank', 'voyage-rerank'),
  at('/moderations', 'openai-moderations'),
  at('/decisions', 'openai-decisions'),
  at('/systemone', 'systemone'),
  at('/images/generations', 'openai-images'),
  at('/images/edits', 'openai-image-edits'),
  at('/images/variations', 'openai-image-variations'),
  at('/audio/speech', 'openai-speech'),
  at('/audio/transcriptions', 'openai-transcriptions'),
  at('/audio/translations', 'openai-translations'),
  at('/completions', 'openai-completions'),
]
