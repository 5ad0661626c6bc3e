import type { ProviderRow } from '../kernel/provider.js'

export const perplexity: ProviderRow = {
  id: 'perplexity',
  name: 'Perplexity',
  protocols: ['openai-chat'],
  baseURL: 'https://api.perplexity.ai',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: ['PERPLEXITY_API_KEY', 'PPLX_API_KEY'],
  // Usage comes with every chunk unasked.
  quirks: { maxTokensField: 'max_tokens', streamOptions: false, developerAsSystem: true },
  hosts: ['api.perplexity.ai'],
  docs: 'https://docs.perplexity.ai/api-reference/chat-completions-post',
}
