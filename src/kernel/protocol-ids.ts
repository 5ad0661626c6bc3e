/** The names of the wire formats. */

/** The wire formats of this version. */
export const PROTOCOL_IDS = [
  'anthropic-messages',
  'bedrock-cohere-embeddings',
  'bedrock-converse',
  'bedrock-nova-embeddings',
  'bedrock-titan-embeddings',
  'cohere-chat',
  'cohere-embeddings',
  'cohere-rerank',
  'gemini-embeddings',
  'gemini-generate',
  'jina-rerank',
  'ollama-chat',
  'ollama-embeddings',
  'openai-chat',
  'openai-completions',
  'openai-decisions',
  'openai-embeddings',
  'openai-responses',
  'replicate-predictions',
  'systemone',
  'vertex-embeddings',
  'voyage-embeddings',
  'voyage-rerank',
  'watsonx-chat',
] as const

/** The passthrough formats. */
export const PASSTHROUGH_IDS = [
  'openai-image-edits',
  'openai-image-variations',
  'openai-images',
  'openai-moderations',
  'openai-speech',
  'openai-transcriptions',
  'openai-translations',
] as const

/** Names a wire format. Its codec is in `src/protocols/codecs.ts`. */
export type ProtocolId = (typeof PROTOCOL_IDS)[number]

/** The id of a passthrough format. */
export type PassthroughId = (typeof PASSTHROUGH_IDS)[number]

/** A format that a provider may speak. */
export type FormatId = ProtocolId | PassthroughId
