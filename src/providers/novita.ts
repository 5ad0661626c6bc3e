import { openaiCompatible } from './openai-compatible.js'

/** Novita AI (https://novita.ai/docs/guides/llm-api). */
export const novita = openaiCompatible({
  id: 'novita',
  name: 'Novita AI',
  // https://novita.ai/docs/api-reference/model-apis-llm-create-rerank
  protocols: ['openai-chat', 'openai-embeddings', 'jina-rerank'],
  baseURL: 'https://api.novita.ai/openai/v1',
  env: ['NOVITA_API_KEY'],
  quirks: { maxTokensField: 'max_tokens', developerAsSystem: true, reasoningContent: true },
  docs: 'https://novita.ai/docs/guides/llm-api',
})
