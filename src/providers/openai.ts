import type { ProviderRow } from '../kernel/provider.js'

/** OpenAI (https://platform.openai.com/docs/api-reference). */
export const openai: ProviderRow = {
  id: 'openai',
  name: 'OpenAI',
  protocols: [
    'openai-chat',
    'openai-responses',
    'openai-embeddings',
    'openai-completions',
    'openai-decisions',
    'openai-moderations',
    'openai-images',
    'openai-image-edits',
    'openai-image-variations',
    'openai-speech',
    'openai-transcriptions',
    'openai-translations',
  ],
  baseURL: 'https://api.openai.com/v1',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: ['OPENAI_API_KEY'],
  baseURLEnv: ['OPENAI_BASE_URL'],
  // https://platform.openai.com/docs/api-reference/embeddings/create#embeddings-create-input, and for the others
  // https://platform.openai.com/docs/api-reference/chat/create: a field that is not there is an error.
  quirks: {
    inputTypes: false,
    maxInputs: { 'openai-embeddings': 2048 },
    maxUser: 64,
    unsupported: ['thinking', 'top_k'],
  },
  hosts: ['api.openai.com', '.api.openai.com'],
  // https://platform.openai.com/docs/guides/your-data#data-residency-controls
  region: /^https:\/\/(eu|us)\.api\./,
  docs: 'https://platform.openai.com/docs/api-reference',
}
