import type { ProviderRow } from '../kernel/provider.js'

/** LM Studio (https://lmstudio.ai/docs/app/api/endpoints/openai). */
export const lmstudio: ProviderRow = {
  id: 'lmstudio',
  name: 'LM Studio',
  protocols: ['openai-chat', 'openai-responses', 'openai-embeddings', 'openai-completions'],
  baseURL: 'http://127.0.0.1:1234/v1',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: [],
  baseURLEnv: ['LMSTUDIO_BASE_URL'],
  quirks: { maxTokensField: 'max_tokens', developerAsSystem: true },
  docs: 'https://lmstudio.ai/docs/app/api/endpoints/openai',
}
