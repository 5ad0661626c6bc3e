import type { ProviderRow } from '../kernel/provider.js'

/** xAI (https://docs.x.ai/docs/api-reference). */
export const xai: ProviderRow = {
  id: 'xai',
  name: 'xAI',
  protocols: ['openai-chat', 'openai-responses', 'openai-images'],
  baseURL: 'https://api.x.ai/v1',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: ['XAI_API_KEY'],
  quirks: { schemas: 'xai' },
  telemetryName: 'x_ai',
  hosts: ['api.x.ai', '.api.x.ai'],
  docs: 'https://docs.x.ai/docs/api-reference',
}
