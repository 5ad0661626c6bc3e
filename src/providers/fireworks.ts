import type { ProviderRow } from '../kernel/provider.js'

/** Fireworks AI (https://docs.fireworks.ai/tools-sdks/openai-compatibility). */
export const fireworks: ProviderRow = {
  id: 'fireworks',
  name: 'Fireworks AI',
  // https://docs.fireworks.ai/api-reference/rerank-documents, https://docs.fireworks.ai/api-reference/post-decisions
  protocols: [
    'openai-chat',
    'openai-responses',
    'openai-embeddings',
    'openai-completions',
    'jina-rerank',
    'openai-decisions',
  ],
  baseURL: 'https://api.fireworks.ai/inference/v1',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: ['FIREWORKS_API_KEY'],
  // https://docs.fireworks.ai/guides/reasoning
  quirks: { developerAsSystem: true, reasoningContent: true, schemas: 'fireworks' },
  hosts: ['api.fireworks.ai'],
  docs: 'https://docs.fireworks.ai/tools-sdks/openai-compatibility',
}
