import type { ProviderRow } from '../kernel/provider.js'

/** Cerebras (https://inference-docs.cerebras.ai/resources/openai). */
export const cerebras: ProviderRow = {
  id: 'cerebras',
  name: 'Cerebras',
  protocols: ['openai-chat', 'openai-completions'],
  baseURL: 'https://api.cerebras.ai/v1',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: ['CEREBRAS_API_KEY'],
  quirks: { schemas: 'cerebras', maxTokensField: 'max_completion_tokens', developerAsSystem: true },
  hosts: ['api.cerebras.ai'],
  docs: 'https://inference-docs.cerebras.ai/resources/openai',
}
