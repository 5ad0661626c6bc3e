import type { ProviderRow } from '../kernel/provider.js'

/** DeepSeek (https://api-docs.deepseek.com). */
export const deepseek: ProviderRow = {
  id: 'deepseek',
  name: 'DeepSeek',
  protocols: ['openai-chat', 'openai-responses'],
  baseURL: 'https://api.deepseek.com',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: ['DEEPSEEK_API_KEY'],
  quirks: {
    maxTokensField: 'max_tokens',
    reasoningContent: true,
    // https://api-docs.deepseek.com/guides/thinking_mode#tool-calls
    reasoningRequired: true,
    developerAsSystem: true,
    jsonSchema: false,
    // https://api-docs.deepseek.com/guides/tool_calls#strict-mode-beta
    schemas: 'deepseek',
    strictBase: '/beta',
  },
  hosts: ['api.deepseek.com'],
  docs: 'https://api-docs.deepseek.com',
}
