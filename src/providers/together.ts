import type { ProviderRow } from '../kernel/provider.js'

/** Together AI (https://docs.together.ai/docs/openai-api-compatibility). */
export const together: ProviderRow = {
  id: 'together',
  name: 'Together AI',
  protocols: [
    'openai-chat',
    'openai-embeddings',
    'openai-completions',
    'jina-rerank',
    'openai-images',
    'openai-speech',
    'openai-transcriptions',
    // https://docs.together.ai/reference/audio-translations
    'openai-translations',
  ],
  baseURL: 'https://api.together.xyz/v1',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: ['TOGETHER_API_KEY'],
  quirks: { maxTokensField: 'max_tokens', developerAsSystem: true },
  hosts: ['api.together.xyz', 'api.together.ai'],
  docs: 'https://docs.together.ai/docs/openai-api-compatibility',
}
