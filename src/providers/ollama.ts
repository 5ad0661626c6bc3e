import type { ProviderRow } from '../kernel/provider.js'

/** Ollama (https://docs.ollama.com/api). */
export const ollama: ProviderRow = {
  id: 'ollama',
  name: 'Ollama',
  // System One as in the SDK of https://github.com/ollama/ollama-js.
  protocols: ['ollama-chat', 'ollama-embeddings', 'systemone'],
  baseURL: 'http://127.0.0.1:11434',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: [],
  baseURLEnv: ['OLLAMA_BASE_URL'],
  addressEnv: ['OLLAMA_HOST'],
  docs: 'https://docs.ollama.com/api',
}
