import type { ProviderRow } from '../kernel/provider.js'

export const ollama: ProviderRow = {
  id: 'ollama',
  name: 'Ollama',
  protocols: ['openai-chat', 'openai-embeddings', 'openai-completions'],
  baseURL: 'http://127.0.0.1:11434/v1',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: [],
  baseURLEnv: ['OLLAMA_BASE_URL'],
  quirks: { maxTokensField: 'max_tokens', developerAsSystem: true },
  docs: 'https://docs.ollama.com/api/openai-compatibility',
}
